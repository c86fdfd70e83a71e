import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../metrics/random.ts';
import { thresholdWithin } from './conformal-risk.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const sample = fc.array(fc.record({ probability: share, label: fc.boolean() }), { maxLength: 60 });
const wrongAndSure = (list: readonly { probability: number; label: boolean }[], threshold: number) =>
  list.filter(({ probability, label }) => probability >= threshold && !label).length;

describe('a threshold for an error budget', () => {
  it('keeps the budget on its own sample, with one more question counted as wrong', () => {
    fc.assert(
      fc.property(sample, share, (list, budget) => {
        const threshold = thresholdWithin(list, budget);
        if (threshold === undefined) return;
        const wrong = threshold === 1 ? 0 : wrongAndSure(list, threshold);
        expect(wrong + 1).toBeLessThanOrEqual(budget * (list.length + 1) + 1e-9);
      }),
    );
  });

  it('never falls when the budget shrinks', () => {
    fc.assert(
      fc.property(sample, share, share, (list, one, other) => {
        const strict = thresholdWithin(list, Math.min(one, other));
        const loose = thresholdWithin(list, Math.max(one, other));
        if (strict !== undefined) expect(loose!).toBeLessThanOrEqual(strict);
      }),
    );
  });

  it('counts a question of weight two as two questions', () => {
    fc.assert(
      fc.property(sample, share, (list, budget) => {
        const doubled = list.map((one) => ({ ...one, weight: 2 }));
        expect(thresholdWithin(doubled, budget)).toBe(thresholdWithin(list, budget));
      }),
    );
  });

  it('promises nothing that so few questions cannot show', () => {
    const right = Array.from({ length: 40 }, () => ({ probability: 0.9, label: true }));
    expect(thresholdWithin(right, 0.02)).toBeUndefined();
    expect(thresholdWithin(right, 0.03)).toBe(0.9);
    expect(thresholdWithin([], 0.5)).toBeUndefined();
  });

  it('keeps the budget on questions that it has not seen, on average over samples', () => {
    const random = randomFrom(3);
    const draw = (count: number) =>
      Array.from({ length: count }, () => {
        // Far too sure of itself: the promise must not rest on the probabilities being right.
        const probability = random() ** 0.3;
        return { probability, label: random() < probability ** 3 };
      });
    let risk = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const threshold = thresholdWithin(draw(100), 0.1)!;
      risk += wrongAndSure(draw(200), threshold) / 200 / rounds;
    }
    expect(risk).toBeLessThan(0.105);
    // And wastes little of it.
    expect(risk).toBeGreaterThan(0.08);
  });
});
