import { describe, expect, it } from 'vitest';
import { auroc, expectedCalibrationError, wilsonInterval } from './classification.ts';

const predict = (...pairs: [number, boolean][]) =>
  pairs.map(([probability, label]) => ({ probability, label }));

describe('classification metrics', () => {
  it('ranks: 1 for a perfect order, 0 for the reverse, half for ties', () => {
    expect(auroc(predict([0.9, true], [0.8, true], [0.1, false]))).toBe(1);
    expect(auroc(predict([0.1, true], [0.9, false]))).toBe(0);
    expect(auroc(predict([0.5, true], [0.5, false], [0.5, true]))).toBe(0.5);
    expect(auroc(predict([0.5, true]))).toBe(0.5);
  });

  it('measures how far confidence is from being right', () => {
    expect(
      expectedCalibrationError(predict([0.75, true], [0.75, true], [0.75, true], [0.75, false])),
    ).toBeCloseTo(0);
    expect(expectedCalibrationError(predict([0.95, false], [0.95, false]))).toBeCloseTo(0.95);
  });

  it('gives the Wilson interval, also where nothing or everything succeeded', () => {
    const [low, high] = wilsonInterval(8, 10);
    expect(low).toBeCloseTo(0.4902, 3);
    expect(high).toBeCloseTo(0.9433, 3);
    expect(wilsonInterval(0, 300)[1]).toBeCloseTo(0.0126, 3);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
