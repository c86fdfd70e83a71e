import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hitAt, ndcgAt, recallAt, reciprocalRank } from './ranking.ts';

describe('ranking metrics', () => {
  it('counts the gold documents found', () => {
    expect(recallAt(2, ['a', 'b', 'c'], new Set(['b', 'c']))).toBe(0.5);
    expect(recallAt(5, ['a'], new Set())).toBe(0);
  });

  it('discounts by rank', () => {
    expect(ndcgAt(10, ['a', 'x'], new Set(['a']))).toBe(1);
    expect(ndcgAt(10, ['x', 'a'], new Set(['a']))).toBeCloseTo(1 / Math.log2(3));
    expect(ndcgAt(10, ['x', 'y'], new Set(['a']))).toBe(0);
  });

  it('looks for the first gold document', () => {
    expect(reciprocalRank(10, ['x', 'y', 'a'], new Set(['a']))).toBeCloseTo(1 / 3);
    expect(reciprocalRank(2, ['x', 'y', 'a'], new Set(['a']))).toBe(0);
    expect(hitAt(3, ['x', 'y', 'a'], new Set(['a', 'b']))).toBe(1);
    expect(hitAt(2, ['x', 'y', 'a'], new Set(['a', 'b']))).toBe(0);
  });

  it('never gets worse when a gold document moves up', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(50).map(String), { minLength: 2, maxLength: 12 }),
        fc.nat(),
        (ranked, seed) => {
          const at = 1 + (seed % (ranked.length - 1));
          const up = [...ranked];
          [up[at - 1], up[at]] = [up[at]!, up[at - 1]!];
          const gold = new Set([ranked[at]!]);
          expect(ndcgAt(10, up, gold)).toBeGreaterThanOrEqual(ndcgAt(10, ranked, gold));
        },
      ),
    );
  });
});
