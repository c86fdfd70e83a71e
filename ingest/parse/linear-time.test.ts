// No text makes ingestion slow: whatever its characters, twice as much of it takes about twice as much work. A quadratic pattern takes
// four times as much, which for a text of a megabyte is hours.
import { describe, expect, it } from 'vitest';
import { createBoilerplate } from '../clean/boilerplate.ts';
import { createInternalFacts } from '../clean/internal-facts.ts';
import { createNearDuplicates } from '../clean/near-duplicates.ts';
import { createDefaultRedactor } from '../redact/redaction-profile.ts';

/** What patterns begin with, repeat or look ahead for. */
const units = [
  ...[
    '$',
    '#',
    '\n',
    '\t',
    ' ',
    ' \n',
    '@',
    '1',
    'a',
    'é',
    'A',
    '.',
    ',',
    '-',
    '_',
    '+',
    '=',
    '/',
    ':',
    '?',
    '&',
  ],
  ...[
    '(',
    '[',
    '[a',
    '`',
    '"',
    "'",
    '’',
    '1 ',
    '1-',
    '1.',
    '1\u00a0',
    '(1',
    '0 ',
    '+1 ',
    '1 x 1 ',
    '4111 ',
    '0123 ',
  ],
  ...[
    'a@',
    'a.',
    'x@y.',
    'x@a-',
    'a-',
    'a ',
    'Hi. ',
    'Mr. ',
    '? ',
    '1. ',
    'f:',
    'A1b2C3',
    'DE89 ',
    '$1',
    '$a',
    '£,',
  ],
  ...[
    'password ',
    'password=',
    'password is ',
    'pin is-',
    'https://',
    'a://b:',
    '?key=',
    '?a=',
    'sk-',
    'Bearer ',
  ],
  ...[
    'eyJ',
    'eyJ-',
    'eyJa-',
    'eyJaaaaaaaaaa.',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    'SG.aaaaaaaaaaaaaaaa.',
  ],
];
const length = 6_000;
/** Of the clock of the operating system, and of a garbage collection in between. */
const noiseMs = 60;

/** CPU time of this thread, so that others on the machine do not count. The least of some runs, because nothing makes a run faster. */
function costMs(work: () => void, runs: number): number {
  const costs = Array.from({ length: runs }, () => {
    const before = process.threadCpuUsage();
    work();
    return process.threadCpuUsage(before).user / 1000;
  });
  return Math.min(...costs);
}

const redactor = createDefaultRedactor();
const readers: Readonly<Record<string, (text: string) => void>> = {
  'redaction of personal data': (text) => {
    redactor.redact(text, 'transcript');
  },
  'boilerplate of conversations': (text) => {
    const boilerplate = createBoilerplate();
    boilerplate.learn([text]);
    boilerplate.has(text);
  },
  'near-duplicates': (text) => {
    createNearDuplicates().addOrFind(text);
  },
  'internal facts': (text) => {
    const facts = createInternalFacts();
    facts.learn(text, 'internal');
    facts.foundIn(text);
  },
};

describe.each(Object.entries(readers))('%s', { timeout: 120_000 }, (_name, read) => {
  it('takes twice as long for twice the text, whatever the text', () => {
    for (const unit of units) {
      const once = unit.repeat(Math.ceil(length / unit.length));
      const twice = once + once;
      const isLinear = (runs: number) =>
        costMs(() => read(twice), runs) <= 3 * costMs(() => read(once), runs) + noiseMs;
      expect(isLinear(1) || isLinear(3), JSON.stringify(unit)).toBe(true);
    }
  });
});

it('internal facts are the same tokens as ever: signs inside count, punctuation around does not', () => {
  const facts = createInternalFacts();
  facts.learn('Grant up to £37.50, code GW-HEARTH (extension 4471). See /teams/rx-92.', 'internal');
  for (const text of ['the limit is …£37.50.', 'code: gw-hearth!', 'dial -4471-', 'at teams/rx-92'])
    expect(facts.foundIn(text), text).toBe(true);
  for (const text of ['about £37', 'gw hearth', '44711']) expect(facts.foundIn(text), text).toBe(false);
});
