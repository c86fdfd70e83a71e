// The bootstrap (Efron, 1979) over cases, with a fixed seed: intervals of any statistic, and paired differences of two runs.
import { randomFrom } from './random.ts';

export interface BootstrapOptions {
  readonly seed?: number;
  readonly resamples?: number;
}

/** 95 % percentile interval of `statistic`; [0, 0] without cases. */
export function bootstrapInterval<Case>(
  cases: readonly Case[],
  statistic: (cases: readonly Case[]) => number,
  { seed = 1, resamples = 1000 }: BootstrapOptions = {},
): readonly [low: number, high: number] {
  if (cases.length === 0) return [0, 0];
  const random = randomFrom(seed);
  const sample = new Array<Case>(cases.length);
  const values = Array.from({ length: resamples }, () => {
    for (let index = 0; index < sample.length; index++)
      sample[index] = cases[Math.floor(random() * cases.length)]!;
    return statistic(sample);
  }).sort((a, b) => a - b);
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

export interface PairedDifference {
  /** Mean of `after - before`. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, from the bootstrap shifted to no difference; never below 1 / resamples. */
  readonly p: number;
  readonly n: number;
}

/** `pairs` are (before, after) of the same case. */
export function pairedDifference(
  pairs: readonly (readonly [before: number, after: number])[],
  { seed = 1, resamples = 10_000 }: BootstrapOptions = {},
): PairedDifference {
  const differences = pairs.map(([before, after]) => after - before);
  const n = differences.length;
  if (n === 0) return { difference: 0, low: 0, high: 0, p: 1, n };
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const random = randomFrom(seed);
  let asFar = 0;
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let index = 0; index < n; index++) sum += differences[Math.floor(random() * n)]!;
    const value = sum / n;
    if (Math.abs(value - mean) >= Math.abs(mean) - 1e-12) asFar++;
    return value;
  }).sort((a, b) => a - b);
  return {
    difference: mean,
    low: quantile(means, 0.025),
    high: quantile(means, 0.975),
    p: Math.max(1 / resamples, asFar / resamples),
    n,
  };
}

/** Linear interpolation between order statistics; `sorted` ascending, not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + ((sorted[below + 1] ?? low) - low) * (position - below);
}
