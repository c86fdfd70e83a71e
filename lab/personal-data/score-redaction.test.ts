import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { f2, type LabelledLine, scoreRedaction } from './score-redaction.ts';

const line: LabelledLine = {
  id: 'a',
  language: 'en',
  text: 'Ann Roe, ann@x.example',
  spans: [
    [0, 7, 'name'],
    [9, 22, 'email'],
  ],
};
const clean: LabelledLine = { id: 'b', language: 'de', text: 'Der Ring blinkt.', spans: [] };

describe('the score of a redaction', () => {
  it('counts a value as found when none of its letters is left, and a finding as right when it covers part of one', () => {
    const score = scoreRedaction(
      [line, clean],
      [
        [
          { start: 0, end: 3 },
          { start: 9, end: 22 },
        ],
        [{ start: 4, end: 8 }],
      ],
    );
    expect(score).toMatchObject({
      values: 2,
      found: 1,
      findings: 3,
      right: 2,
      cleanLines: 1,
      cleanLinesTouched: 1,
    });
    expect(score.missed).toEqual(['a name: Ann Roe']);
    expect(score.wrong).toEqual(['b: Ring (Der Ring blinkt.)']);
    expect(Object.fromEntries(score.byClass)).toEqual({
      name: { values: 1, found: 0 },
      email: { values: 1, found: 1 },
    });
    expect(score.byLanguage.get('en')).toEqual({ values: 2, found: 1 });
  });

  it('is between 0 and 1, and counts recall twice', () => {
    const counts = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50));
    const scoreOf = (found: number, values: number, right: number, findings: number) =>
      f2({ ...scoreRedaction([], []), found, values, right, findings });
    fc.assert(
      fc.property(counts, ([found, missed, right, wrong]) => {
        const value = scoreOf(found, found + missed, right, right + wrong);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
    expect(scoreOf(5, 10, 10, 10)).toBeCloseTo(5 / 9);
    expect(scoreOf(10, 10, 5, 10)).toBeCloseTo(5 / 6);
    expect(scoreOf(0, 0, 0, 0)).toBe(1);
  });
});
