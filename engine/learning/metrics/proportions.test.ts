import { describe, expect, it } from 'vitest';
import { holmAdjusted, twoProportionP } from './proportions.ts';
import { randomFrom } from './random.ts';

describe('two shares', () => {
  it('are compared as by the textbook: 30 of 100 against 45 of 100 is p = .0285', () => {
    expect(twoProportionP([30, 100], [45, 100])).toBeCloseTo(0.0285, 3);
  });

  it("are compared by Fisher's exact test where counts are small: the lady tasting tea, .486", () => {
    expect(twoProportionP([3, 4], [1, 4])).toBeCloseTo(0.4857, 4);
  });

  it('do not differ where one side is empty, or nothing varies', () => {
    expect(twoProportionP([0, 0], [4, 10])).toBe(1);
    expect(twoProportionP([5, 5], [9, 9])).toBe(1);
  });

  it('that are the same are called different in about 5 of 100 draws', () => {
    const random = randomFrom(3);
    const draw = () => Array.from({ length: 80 }, () => random() < 0.3).filter(Boolean).length;
    const alarms = Array.from({ length: 2_000 }, () => twoProportionP([draw(), 80], [draw(), 80])).filter(
      (p) => p < 0.05,
    );
    expect(alarms.length / 2_000).toBeGreaterThan(0.03);
    expect(alarms.length / 2_000).toBeLessThan(0.07);
  });
});

describe("Holm's correction", () => {
  it('is that of the textbook: .01 .04 .03 .005 become .03 .06 .06 .02', () => {
    expect(holmAdjusted([0.01, 0.04, 0.03, 0.005]).map((p) => p.toFixed(2))).toEqual([
      '0.03',
      '0.06',
      '0.06',
      '0.02',
    ]);
  });
});
