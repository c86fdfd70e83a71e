import { describe, expect, it } from 'vitest';
import { type DeflectionInput, measureDeflection, shareNeeded, uncertainShare } from './deflection.ts';
import { erlangCMeanWait } from './queue-simulation.ts';

const exponentialLike = (rate: number) =>
  Array.from({ length: 400 }, (_, index) => -Math.log(1 - (index + 0.5) / 400) / rate);
const input = (share: number, rest: Partial<DeflectionInput> = {}): DeflectionInput => ({
  customers: exponentialLike(1 / 300).map((handlingSeconds, index) => ({
    handlingSeconds,
    answered: (index * 7) % 100 < share * 100,
  })),
  gaps: exponentialLike(1 / 60),
  agents: 5,
  utilisation: 0.9,
  resolvedShare: 1,
  seed: 3,
  replicates: 40,
  ...rest,
});

describe('what a bot changes', () => {
  it('is nothing when it answers nobody, or resolves nothing', () => {
    expect(measureDeflection(input(0))).toMatchObject({ meanFall: 0, p95Fall: 0 });
    expect(measureDeflection(input(0.5, { resolvedShare: 0 })).meanFall).toBe(0);
  });

  it('is everything when it resolves everything', () => {
    expect(measureDeflection(input(1))).toMatchObject({ meanFall: 1, p95Fall: 1, after: { mean: 0 } });
  });

  it('is more than its share, because queues are not linear', () => {
    const { meanFall, intervals } = measureDeflection(input(0.3));
    expect(meanFall).toBeGreaterThan(0.6);
    expect(intervals.meanFall[0]).toBeLessThanOrEqual(meanFall);
    expect(intervals.meanFall[1]).toBeGreaterThanOrEqual(meanFall);
  });

  it('starts from the wait that the formula gives for that load', () => {
    const { before, intervals } = measureDeflection(input(0));
    const expected = erlangCMeanWait((0.9 * 5) / 300, 1 / 300, 5);
    expect(expected).toBeGreaterThan(intervals.before[0]);
    expect(expected).toBeLessThan(intervals.before[1]);
    expect(Math.abs(before.mean / expected - 1)).toBeLessThan(0.25);
  });

  it('is less certain where it is uncertain how many answers help', () => {
    const width = ({ intervals }: ReturnType<typeof measureDeflection>) =>
      intervals.meanFall[1] - intervals.meanFall[0];
    const outcomes = Array.from({ length: 12 }, (_, index) => index % 3 === 0);
    const share = uncertainShare(outcomes, (list) => list.filter(Boolean).length / list.length);
    expect(width(measureDeflection(input(0.5, { resolvedShare: share })))).toBeGreaterThan(
      width(measureDeflection(input(0.5, { resolvedShare: 1 / 3 }))),
    );
  });

  it('says how many have to be helped for a given fall', () => {
    const { value, interval } = shareNeeded(input(0), 0.8);
    expect(value).toBeGreaterThan(0.1);
    expect(value).toBeLessThan(0.5);
    expect(interval[0]).toBeLessThanOrEqual(value);
    expect(interval[1]).toBeGreaterThanOrEqual(value);
    expect(shareNeeded(input(0), 0.3).value).toBeLessThan(value);
  });

  it('is the same on every run', () => {
    expect(measureDeflection(input(0.4))).toEqual(measureDeflection(input(0.4)));
  });
});
