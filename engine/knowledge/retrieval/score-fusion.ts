// One ranking out of two: a weighted sum of scores brought to a common scale. It beats fusing by rank (RRF): scores say how much better
// a passage is than the next one, and ranks lose that (Bruch et al., arXiv 2210.11934).

export interface FusionCandidate {
  readonly row: number;
  /** -1 to 1. */
  readonly cosine: number;
  /** 0 and up. */
  readonly bm25: number;
}

export interface FusionOptions {
  /** Each leg's best `depth` candidates set its scale: their mean is 0, their standard deviation is 1. */
  readonly depth: number;
  /** Weight of the cosine; BM25's is 1. */
  readonly vectorWeight: number;
}

/**
 * Best first, `score` 0 (the last candidate) to 1 (the best); ties in row order. Standard scores let a leg that knows one passage from
 * all others speak louder than one that finds fifty alike; between minimum and maximum, both would speak the same (docs/retrieval.md).
 */
export function fuseScores<T extends FusionCandidate>(
  candidates: readonly T[],
  { depth, vectorWeight }: FusionOptions,
): (T & { readonly score: number })[] {
  const cosineScale = standardScale(
    candidates.map(({ cosine }) => cosine),
    depth,
  );
  // Candidates without any of the words belong to the scale: where few have one, having it says much.
  const bm25Scale = standardScale(
    candidates.map(({ bm25 }) => bm25),
    depth,
  );
  const sums = candidates.map(({ cosine, bm25 }) => vectorWeight * cosineScale(cosine) + bm25Scale(bm25));
  const highest = Math.max(...sums);
  const lowest = Math.min(...sums);
  const range = highest - lowest;
  return candidates
    .map((candidate, index) => ({ ...candidate, score: range > 0 ? (sums[index]! - lowest) / range : 1 }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

function standardScale(scores: number[], depth: number): (score: number) => number {
  const best = scores.sort((a, b) => b - a).slice(0, depth);
  const mean = best.reduce((sum, score) => sum + score, 0) / best.length;
  const deviation = Math.sqrt(best.reduce((sum, score) => sum + (score - mean) ** 2, 0) / best.length);
  return deviation > 0 ? (score) => (score - mean) / deviation : () => 0;
}
