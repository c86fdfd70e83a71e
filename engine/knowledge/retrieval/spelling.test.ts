import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBm25 } from '../index/bm25-build.ts';
import { createBm25Index } from '../index/bm25-index.ts';
import { createSpelling } from './spelling.ts';

const texts = [
  'Send back opened valves within thirty days.',
  'The thermostat has a battery; start with fresh batteries.',
  'Schedules are already kept on the bridge.',
];
const index = createBm25Index(buildBm25(texts.map((text) => ({ heading: '', text }))));
const corrected = createSpelling(index, (row) => texts[row]!);

describe('the spelling of a question', () => {
  it('becomes that of the articles', () => {
    expect(corrected('can i sned back valves i alredy oepned')).toBe(
      'can i sned back valves i already opened',
    );
    expect(corrected('termostat shedules?')).toBe('thermostat schedules?');
  });

  it('stays where a word is known, short, or some other word', () => {
    for (const text of ['smart battery schedule', 'wich dril', 'thermos', 'wird es heiß?'])
      expect(corrected(text)).toBe(text);
  });

  it('stays in addresses, codes and compounds', () => {
    for (const text of [
      'mail valvs@example.com',
      'see www.valvs.example/alredy',
      'type valvs-2',
      'alredy_set',
    ])
      expect(corrected(text)).toBe(text);
  });

  it('stays in a text of which the articles know nothing', () => {
    const text = 'alredy withn oepned shedules battreies';
    expect(corrected(text)).toBe(text);
  });

  it('never changes what is between the words', () => {
    const between = (text: string) => text.replace(/\p{L}+/gu, 'x');
    fc.assert(
      fc.property(fc.array(fc.constantFrom('alredy', 'valvs', ', ', '? ', ' ', '\n', '7')), (parts) => {
        const text = parts.join('');
        expect(between(corrected(text))).toBe(between(text));
      }),
    );
  });
});
