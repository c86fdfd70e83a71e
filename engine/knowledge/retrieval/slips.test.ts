import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNearTerms, slipsOf } from './slips.ts';

/** The table in full, for words of any length. */
function slipsBetween(a: string, b: string): number {
  const table = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(table[i - 1]![j]! + 1, row[j - 1]! + 1, table[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, table[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    table.push(row);
  }
  return table[a.length]![b.length]!;
}

function slipsInFull(word: string, other: string): number | undefined {
  const most = word.length >= 9 ? 2 : 1;
  const slips = slipsBetween(word, other);
  if (slips > most) return undefined;
  const isExchange = word.length === other.length && [...word].sort().join('') !== [...other].sort().join('');
  return word.length >= 6 || !isExchange ? slips : undefined;
}

/** Few letters and lengths near each other, so that many are slips of each other. */
const words = fc
  .array(fc.constantFrom(...'aabbcdeé'), { minLength: 5, maxLength: 12 })
  .map((letters) => letters.join(''));

describe('slips', () => {
  it('are what the table in full says', () => {
    fc.assert(
      fc.property(words, words, (word, other) => {
        expect(slipsOf(word, other)).toBe(slipsInFull(word, other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a vocabulary are those of each of its terms, in its order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { minLength: 1, maxLength: 200 }), words, (terms, word) => {
        const one = terms.flatMap((term, number) => {
          const slips = term[0] === word[0] ? slipsInFull(word, term) : undefined;
          return slips === undefined ? [] : [{ number, slips }];
        });
        expect(createNearTerms(terms)(word)).toEqual(one);
      }),
    );
  });

  it('are found after another word of that letter was looked up', () => {
    const near = createNearTerms(['battery', 'thermostat', 'schedule', 'bottles']);
    expect(near('batery')).toEqual([{ number: 0, slips: 1 }]);
    expect(near('botles')).toEqual([{ number: 3, slips: 1 }]);
    expect(near('zebras')).toEqual([]);
  });
});
