// How good a ranking is, for binary relevance.

/** Share of the gold documents among the first `k`; 0 without gold. */
export function recallAt(k: number, ranked: readonly string[], gold: ReadonlySet<string>): number {
  if (gold.size === 0) return 0;
  return new Set(ranked.slice(0, k).filter((id) => gold.has(id))).size / gold.size;
}

/** Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002); `ranked` holds each document once. */
export function ndcgAt(k: number, ranked: readonly string[], gold: ReadonlySet<string>): number {
  if (gold.size === 0) return 0;
  const gain = (rank: number) => 1 / Math.log2(rank + 2);
  const actual = ranked.slice(0, k).reduce((sum, id, rank) => sum + (gold.has(id) ? gain(rank) : 0), 0);
  const ideal = Array.from({ length: Math.min(k, gold.size) }, (_, rank) => gain(rank)).reduce(
    (a, b) => a + b,
    0,
  );
  return actual / ideal;
}

/** 1 / rank of the first gold document among the first `k`, 0 if there is none (mean of it over questions: MRR). */
export function reciprocalRank(k: number, ranked: readonly string[], gold: ReadonlySet<string>): number {
  const rank = ranked.slice(0, k).findIndex((id) => gold.has(id));
  return rank === -1 ? 0 : 1 / (rank + 1);
}

/** 1 if any gold document is among the first `k`. */
export function hitAt(k: number, ranked: readonly string[], gold: ReadonlySet<string>): number {
  return ranked.slice(0, k).some((id) => gold.has(id)) ? 1 : 0;
}
