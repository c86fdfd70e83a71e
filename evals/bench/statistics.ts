// Times and ratios with their spread. The machine may be shared and noisy: both sides of a ratio are measured in turns.

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

export function spread(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    low: Math.min(...values),
    high: Math.max(...values),
    runs: values.length,
  };
}

/** Linear interpolation between the nearest ranks; `share` 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export async function timeMs(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Runs a, b, a, b, … and returns the times of both and the ratio a/b pair by pair. */
export async function inTurns(
  runs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ a: Spread; b: Spread; ratio: Spread }> {
  const times: { a: number; b: number }[] = [];
  for (let run = 0; run < runs; run++) times.push({ a: await a(), b: await b() });
  return {
    a: spread(times.map((pair) => pair.a)),
    b: spread(times.map((pair) => pair.b)),
    ratio: spread(times.map((pair) => pair.a / pair.b)),
  };
}
