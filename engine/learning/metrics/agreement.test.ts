import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cohensKappa, krippendorffsAlpha } from './agreement.ts';

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

describe("Krippendorff's alpha", () => {
  /** A row a reader, a column a unit; a dot where the reader left it out. */
  const units = (...readers: string[]) => {
    const rows = readers.map((reader) => reader.split(' '));
    return rows[0]!.map((_, at) => rows.map((row) => row[at]!).filter((value) => value !== '.'));
  };

  it('is that of the worked example with four readers and missing data: .743', () => {
    const alpha = krippendorffsAlpha(
      units(
        '1 2 3 3 2 1 4 1 2 . . .',
        '1 2 3 3 2 2 4 1 2 5 . 3',
        '. 3 3 3 2 3 4 2 2 5 1 .',
        '1 2 3 3 2 4 4 1 2 5 1 .',
      ),
    );
    expect(alpha).toBeCloseTo(0.743, 3);
  });

  it('is that of the worked example with two readers and two values: .095', () => {
    expect(krippendorffsAlpha(units('0 1 0 0 0 0 0 0 1 0', '1 1 1 0 0 1 0 0 0 0'))).toBeCloseTo(0.095, 3);
  });

  it('is that of the worked example with two readers and five values: .692', () => {
    expect(krippendorffsAlpha(units('a a b b d c c c e d d a', 'b a b b b c c c e d d d'))).toBeCloseTo(
      0.692,
      3,
    );
  });

  it('cannot be told from one reader, nor where all say the same one thing', () => {
    expect(krippendorffsAlpha([['a'], ['b']])).toBeUndefined();
    expect(krippendorffsAlpha([['a', 'a']])).toBeUndefined();
  });
});
