import { describe, expect, it } from 'vitest';
import { toMarkdown } from './report.ts';
import { inTurns, quantile, spread } from './statistics.ts';

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

  it('measures both sides in turns', async () => {
    const order: string[] = [];
    const side = (name: string, value: number) => async () => {
      order.push(name);
      return value;
    };
    const { ratio } = await inTurns(2, side('a', 1), side('b', 4));
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(ratio.median).toBe(0.25);
  });

  it('interpolates quantiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([7], 0.95)).toBe(7);
  });
});
