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

export interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

/** Ours, theirs, ours, theirs, …: a busy moment of the machine falls on both. */
export async function inTurns(
  runs: number,
  ours: (run: number) => Promise<number>,
  theirs: (run: number) => Promise<number>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let run = 0; run < runs; run++) pairs.push({ ours: await ours(run), theirs: await theirs(run) });
  return pairs;
}

/** Both sides, and ours divided by theirs, pair by pair. */
export function spreadOfPairs(pairs: readonly Pair[]): { ours: Spread; theirs: Spread; ratio: Spread } {
  return {
    ours: spread(pairs.map(({ ours }) => ours)),
    theirs: spread(pairs.map(({ theirs }) => theirs)),
    ratio: spread(pairs.map(({ ours, theirs }) => ours / theirs)),
  };
}
