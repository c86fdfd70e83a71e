import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cohensKappa } from './agreement.ts';

const times = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);

describe("Cohen's kappa", () => {
  it('is that of the textbook: 20 and 15 agreed of 50 is .40', () => {
    const pairs: [string, string][] = [
      ...times(20, ['yes', 'yes'] as [string, string]),
      ...times(5, ['yes', 'no'] as [string, string]),
      ...times(10, ['no', 'yes'] as [string, string]),
      ...times(15, ['no', 'no'] as [string, string]),
    ];
    expect(cohensKappa(pairs)).toBeCloseTo(0.4);
  });

  it('is 1 for full agreement, also on one verdict alone, and 0 without pairs', () => {
    expect(cohensKappa([['good', 'good']])).toBe(1);
    expect(
      cohensKappa([
        ['good', 'good'],
        ['bad', 'bad'],
      ]),
    ).toBe(1);
    expect(cohensKappa([])).toBe(0);
  });

  it('does not depend on the order of readers or pairs, and never exceeds 1', () => {
    const verdict = fc.constantFrom('good', 'so-so', 'bad');
    fc.assert(
      fc.property(fc.array(fc.tuple(verdict, verdict), { minLength: 1 }), (pairs) => {
        const kappa = cohensKappa(pairs);
        expect(kappa).toBeLessThanOrEqual(1);
        expect(cohensKappa(pairs.map(([a, b]) => [b, a]))).toBeCloseTo(kappa);
        expect(cohensKappa([...pairs].reverse())).toBeCloseTo(kappa);
      }),
    );
  });
});
