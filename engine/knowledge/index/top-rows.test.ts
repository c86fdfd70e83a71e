import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTopRows } from './top-rows.ts';

it('keeps what sorting everything would keep, in the same order', () => {
  const scores = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(scores, fc.integer({ min: 0, max: 20 }), (values, k) => {
      const top = createTopRows(k);
      values.forEach((score, row) => {
        if (score >= top.threshold) top.offer(row, score);
      });
      const sorted = values
        .map((score, row) => ({ row, score }))
        .sort((a, b) => b.score - a.score || a.row - b.row);
      expect(top.ranked()).toEqual(sorted.slice(0, k));
    }),
  );
});

it('keeps nothing for k of 0 or less', () => {
  for (const k of [0, -1]) {
    const top = createTopRows(k);
    top.offer(1, 5);
    expect(top.ranked()).toEqual([]);
  }
});
