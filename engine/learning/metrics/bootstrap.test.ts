import { describe, expect, it } from 'vitest';
import { bootstrapInterval, pairedDifference, quantile } from './bootstrap.ts';
import { mean } from './metric.ts';

describe('bootstrapInterval', () => {
  const values = Array.from({ length: 200 }, (_, index) => index % 2);

  it('is about as wide as theory says, and the same for the same seed', () => {
    const [low, high] = bootstrapInterval(values, mean);
    // Standard error of a share of 0.5 with 200 cases: 0.0354.
    expect(low).toBeCloseTo(0.5 - 1.96 * 0.0354, 1);
    expect(high).toBeCloseTo(0.5 + 1.96 * 0.0354, 1);
    expect(bootstrapInterval(values, mean)).toEqual([low, high]);
    expect(bootstrapInterval(values, mean, { seed: 2 })).not.toEqual([low, high]);
  });

  it('says nothing without cases', () => {
    expect(bootstrapInterval([], mean)).toEqual([0, 0]);
  });
});

describe('pairedDifference', () => {
  it('finds a difference that is the same in most pairs, however much the pairs differ', () => {
    const pairs = Array.from({ length: 60 }, (_, index): [number, number] => [
      index,
      index + (index % 5 === 0 ? 0 : 1),
    ]);
    const { difference, low, high, p, n } = pairedDifference(pairs);
    expect(difference).toBeCloseTo(0.8);
    expect(low).toBeGreaterThan(0.6);
    expect(high).toBeLessThanOrEqual(1);
    expect(p).toBeLessThan(0.001);
    expect(n).toBe(60);
  });

  it('calls a balanced change chance', () => {
    const pairs = Array.from({ length: 40 }, (_, index): [number, number] => [0, index % 2 === 0 ? 1 : -1]);
    expect(pairedDifference(pairs).p).toBeGreaterThan(0.9);
  });

  it('is 0 with p 1 where nothing changed, and without pairs', () => {
    expect(
      pairedDifference([
        [1, 1],
        [0, 0],
      ]),
    ).toMatchObject({ difference: 0, p: 1 });
    expect(pairedDifference([])).toMatchObject({ difference: 0, p: 1, n: 0 });
  });
});

it('interpolates quantiles', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([7], 0.95)).toBe(7);
});
