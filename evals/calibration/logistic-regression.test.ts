import { describe, expect, it } from 'vitest';
import { fitLogistic, predictLogistic } from './logistic-regression.ts';

/** Park-Miller, so that the sample is the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe('logistic regression', () => {
  it('finds the coefficients that made the labels', () => {
    const random = randomFrom(7);
    const rows = Array.from({ length: 4000 }, () => {
      const features = [random() * 2 - 1, random() * 2 - 1];
      const probability = 1 / (1 + Math.exp(-(0.5 + 3 * features[0]! - 2 * features[1]!)));
      return { features, label: random() < probability };
    });
    const model = fitLogistic(rows, { l2: 0.01 });
    expect(model.intercept).toBeCloseTo(0.5, 0);
    expect(model.coefficients[0]).toBeCloseTo(3, 0);
    expect(model.coefficients[1]).toBeCloseTo(-2, 0);
  });

  it('stays finite when one feature separates the labels perfectly', () => {
    const rows = [0, 0.1, 0.2, 0.8, 0.9, 1].map((value) => ({ features: [value], label: value > 0.5 }));
    const model = fitLogistic(rows);
    expect(Number.isFinite(model.coefficients[0])).toBe(true);
    expect(predictLogistic(model, [1])).toBeGreaterThan(predictLogistic(model, [0]));
  });
});
