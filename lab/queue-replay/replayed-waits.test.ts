import fc from 'fast-check';
import { expect, it } from 'vitest';
import { replayedWaits } from './replayed-waits.ts';

it('takes away the waits of those who were helped, and of nobody else', () => {
  const metrics = replayedWaits(
    [
      { waitSeconds: 100, helped: 1 },
      { waitSeconds: 300, helped: 0 },
      { waitSeconds: 400, helped: 0.5 },
    ],
    1,
  );
  expect(metrics['real-mean-wait']!.value).toBeCloseTo(800 / 3 / 60);
  expect(metrics['real-mean-wait-fall']!.value).toBeCloseTo(300 / 800);
  expect(metrics['real-p95-wait-fall']!.value).toBe(0);
});

it('lets nobody wait longer, and is complete only when everybody was helped', () => {
  const visit = fc.record({
    waitSeconds: fc.integer({ min: 1, max: 10_000 }),
    helped: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(visit, { minLength: 1, maxLength: 20 }), (visits) => {
      for (const id of ['real-mean-wait-fall', 'real-p95-wait-fall']) {
        const { value } = replayedWaits(visits, 1)[id]!;
        expect(value).toBeGreaterThanOrEqual(-1e-9);
        expect(value).toBeLessThanOrEqual(1 + 1e-9);
      }
      const all = replayedWaits(
        visits.map((one) => ({ ...one, helped: 1 })),
        1,
      );
      expect(all['real-mean-wait-fall']!.value).toBe(1);
    }),
    { numRuns: 20 },
  );
});
