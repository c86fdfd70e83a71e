import { describe, expect, it } from 'vitest';
import { meanMetric, shareMetric, statisticMetric } from './metric.ts';

const words = { label: 'a figure' };

describe('figures', () => {
  it('give a share its Wilson interval', () => {
    const metric = shareMetric(8, 10, words);
    expect(metric).toMatchObject({ value: 0.8, n: 10, unit: 'share', better: 'higher' });
    expect(metric.low).toBeCloseTo(0.49, 2);
    expect(metric.high).toBeCloseTo(0.943, 2);
    expect(metric.note).toBeUndefined();
  });

  it('say what 0 of N and N of N prove', () => {
    expect(shareMetric(0, 300, words).note).toBe(
      '0 of 300: with 95 % confidence the true share is below 1.0 %',
    );
    expect(shareMetric(60, 60, words).note).toContain('of the opposite is below 5.0 %');
    expect(shareMetric(0, 0, { ...words, note: 'mine' }).note).toBe(
      'mine; no case of this kind: the figure says nothing',
    );
  });

  it('never claim certainty because nothing varied', () => {
    const metric = meanMetric([1, 1, 1, 1], { ...words, unit: 'share' });
    expect(metric.value).toBe(1);
    expect(metric.low).toBeLessThan(0.6);
  });

  it('keep the value inside the interval, and stay finite without cases', () => {
    const metric = statisticMetric([3, 1, 2], (list) => Math.max(...list), words);
    expect(metric.low).toBeLessThanOrEqual(3);
    expect(metric.high).toBe(3);
    const empty = meanMetric([], words);
    expect([empty.value, empty.low, empty.high, empty.n]).toEqual([0, 0, 0, 0]);
  });
});
