import { describe, expect, it } from 'vitest';
import { isMet, toMarkdown } from './report.ts';
import { inTurns, quantile, spread, spreadOfPairs } from './statistics.ts';

describe('bench report', () => {
  it('gives medians, spread, ratio and whether the target was met', () => {
    const table = toMarkdown([
      {
        name: 'query',
        unit: 'ms',
        ours: spread([4, 5, 9]),
        peer: 'Peer',
        theirs: spread([20]),
        ratio: spread([0.2, 0.25, 0.6]),
        targets: { ours: '<= 10', ratio: '<= 0.5' },
      },
      { name: 'memory', unit: 'MB', ours: spread([400]), targets: { ours: '<= 350' } },
    ]);
    expect(table).toContain(
      '| query | 5.00 ms (4.00 – 9.00) | 20.0 ms Peer | 0.250 (0.200 – 0.600) | <= 10 ms, ratio <= 0.5 | yes |',
    );
    expect(table).toMatch(/memory.*NO/);
  });

  it('says what was not measured, and calls its target neither met nor missed', () => {
    const row = { name: 'embedding', unit: '/s', ours: spread([50]), targets: { ratio: '>= 2' } };
    const missing = 'the peer has no model';
    expect(toMarkdown([{ ...row, missing }])).toMatch(/not measured: the peer has no model.*\|\s+\|$/);
    expect(isMet({ ...row, missing })).toBeUndefined();
    expect(isMet({ ...row, ratio: spread([2]) })).toBe(true);
    expect(isMet({ ...row, ratio: spread([1.9]) })).toBe(false);
  });
});

describe('bench statistics', () => {
  it('measures both sides in turns, so that a busy moment falls on both', async () => {
    const order: string[] = [];
    const side = (name: string, value: number) => async (run: number) => {
      order.push(`${name}${run}`);
      return value;
    };
    const pairs = await inTurns(2, side('ours', 1), side('theirs', 4));
    expect(order).toEqual(['ours0', 'theirs0', 'ours1', 'theirs1']);
    expect(pairs).toEqual([
      { ours: 1, theirs: 4 },
      { ours: 1, theirs: 4 },
    ]);
  });

  it('takes the ratio of each pair, not of the medians', () => {
    const { ours, theirs, ratio } = spreadOfPairs([
      { ours: 1, theirs: 10 },
      { ours: 2, theirs: 4 },
      { ours: 9, theirs: 9 },
    ]);
    expect([ours.median, theirs.median, ratio.median]).toEqual([2, 9, 0.5]);
    expect([ratio.low, ratio.high, ratio.runs]).toEqual([0.1, 1, 3]);
  });

  it('interpolates quantiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([7], 0.95)).toBe(7);
  });
});
