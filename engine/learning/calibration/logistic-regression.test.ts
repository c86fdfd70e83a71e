import { describe, expect, it } from 'vitest';
import { fitLogistic, fitStandardizedLogistic, predictLogistic } from './logistic-regression.ts';

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

  it('counts a row of weight three like three rows', () => {
    const rows = [0.1, 0.3, 0.4, 0.6, 0.9].map((value, index) => ({
      features: [value],
      label: index % 2 === 1,
    }));
    const heavy = rows.map((row, index) => ({ ...row, weight: index === 0 ? 3 : 1 }));
    const repeated = [...rows, rows[0]!, rows[0]!];
    const [one, other] = [heavy, repeated].map((list) => fitLogistic(list, { l2: 0 }));
    expect(one!.coefficients[0]).toBeCloseTo(other!.coefficients[0]!, 6);
    expect(one!.intercept).toBeCloseTo(other!.intercept, 6);
  });

  it('says the same of a feature in another unit once features are standardized', () => {
    const random = randomFrom(11);
    const rows = Array.from({ length: 300 }, () => {
      const features = [random(), random(), 0.5];
      return { features, label: random() < features[0]! };
    });
    const scaled = rows.map((row) => ({
      ...row,
      features: row.features.map((value, index) => (index === 1 ? value * 1000 - 7 : value)),
    }));
    const [one, other] = [fitStandardizedLogistic(rows), fitStandardizedLogistic(scaled)];
    expect(one.coefficients[2]).toBe(0);
    for (const [index, { features }] of rows.slice(0, 20).entries())
      expect(predictLogistic(one, features)).toBeCloseTo(predictLogistic(other, scaled[index]!.features), 6);
  });
});
