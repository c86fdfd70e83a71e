// Weights for training, so that rare groups count: the inverse of how often a group comes, capped, with mean 1.

/** A conversation counts at most so many times another one, whatever group it is of. */
export const weightCap = 5;

/** By group: its weight. `counts`: conversations of each group. */
export function inverseFrequencyWeights(
  counts: ReadonlyMap<string, number>,
  cap = weightCap,
): Map<string, number> {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const even = all / Math.max(1, counts.size);
  const root = Math.sqrt(cap);
  const capped = new Map(
    [...counts].map(([group, count]) => [group, Math.min(root, Math.max(1 / root, even / count))]),
  );
  let sum = 0;
  for (const [group, weight] of capped) sum += weight * counts.get(group)!;
  const mean = all === 0 ? 1 : sum / all;
  return new Map([...capped].map(([group, weight]) => [group, Math.round((weight / mean) * 1e4) / 1e4]));
}
