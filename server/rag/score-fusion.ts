// One ranking out of two: a weighted sum of scores brought to a common scale. It beats fusing by rank (RRF), because how much
// better a passage is than the next one is told by the scores and lost in the ranks (Bruch et al., arXiv 2210.11934).

export interface FusionCandidate {
  readonly row: number;
  /** -1 to 1. */
  readonly cosine: number;
  /** 0 and up. */
  readonly bm25: number;
}

export interface FusionOptions {
  /** Each leg's best `depth` candidates set its scale: the lowest of them is 0, the best is 1, anything below is 0. */
  readonly depth: number;
  /** Weight of the cosine; BM25's is 1. */
  readonly vectorWeight: number;
}

/** Best first, `score` 0 to 1; ties in row order. */
export function fuseConvex<T extends FusionCandidate>(
  candidates: readonly T[],
  { depth, vectorWeight }: FusionOptions,
): (T & { readonly score: number })[] {
  const cosineScale = minMaxScale(
    candidates.map(({ cosine }) => cosine),
    depth,
  );
  const bm25Scale = minMaxScale(
    candidates.map(({ bm25 }) => bm25).filter((score) => score > 0),
    depth,
  );
  return candidates
    .map((candidate) => ({
      ...candidate,
      score: (vectorWeight * cosineScale(candidate.cosine) + bm25Scale(candidate.bm25)) / (vectorWeight + 1),
    }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

function minMaxScale(scores: number[], depth: number): (score: number) => number {
  const best = scores.sort((a, b) => b - a).slice(0, depth);
  const maximum = best[0] ?? 0;
  const minimum = best.at(-1) ?? 0;
  const range = maximum - minimum;
  if (range <= 0) return (score) => (best.length > 0 && score >= maximum ? 1 : 0);
  return (score) => Math.min(1, Math.max(0, (score - minimum) / range));
}
