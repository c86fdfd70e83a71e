import { describe, expect, it } from 'vitest';
import { createInternalFacts } from './internal-facts.ts';

const facts = createInternalFacts();
facts.learn(
  'Agents may give up to £37.50 with code GW-HEARTH. Call ext. 4417. Opened boxes: 30 days; exception RX-9 to day 44. Shipping costs £4.90.',
  'internal',
);
facts.learn('Opened boxes can come back within 30 days. Shipping costs £4.90.', 'customer');

describe('internal facts', () => {
  it.each(['I have added £37.50 for you.', 'use gw-hearth', 'my extension is 4417.', 'under rx-9 we can'])(
    'are found in "%s"',
    (text) => {
      expect(facts.foundIn(text)).toBe(true);
    },
  );

  it.each(['You have 30 days, shipping costs £4.90.', 'up to 44 days', 'Agents may give up', ''])(
    'are not found in "%s"',
    (text) => {
      expect(facts.foundIn(text)).toBe(false);
    },
  );
});

it('internal facts are the same tokens as ever: signs inside count, punctuation around does not', () => {
  const facts = createInternalFacts();
  facts.learn('Grant up to £37.50, code GW-HEARTH (extension 4471). See /teams/rx-92.', 'internal');
  for (const text of ['the limit is …£37.50.', 'code: gw-hearth!', 'dial -4471-', 'at teams/rx-92'])
    expect(facts.foundIn(text), text).toBe(true);
  for (const text of ['about £37', 'gw hearth', '44711']) expect(facts.foundIn(text), text).toBe(false);
});
