// One ranking out of several: a weighted sum of scores brought to a common scale. It beats fusing by rank (RRF): scores say how much better
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
  return rankBy(
    candidates,
    candidates.map(({ cosine, bm25 }) => vectorWeight * cosineScale(cosine) + bm25Scale(bm25)),
  );
}

export interface QuestionOptions {
  /** Of a candidate's passage. */
  readonly cosineOf: (row: number) => number;
  /** Of the nearest question that was written for it; undefined where there is none. */
  readonly nearestQuestion: (row: number) => number | undefined;
  /** The score of the two searches counts 1; both are 0 to 1. */
  readonly weight: number;
}

/** How much nearer than a passage its nearest question is, where nothing else is known; and how many passages that counts like. */
const usualGain = 0.05;
const usualGainCounts = 10;

/**
 * The same candidates, ranked anew with how near their written questions are. A passage without any counts as if it had some that are as
 * much nearer than itself as those of the others are in the mean. Otherwise a few questions would push their passages above all that have
 * none: where 3 % of the passages had questions, the right one was first for .22 instead of .53 of the questions to one help centre.
 */
export function addQuestions<T extends Pick<FusionCandidate, 'row'> & { readonly score: number }>(
  ranked: readonly T[],
  { cosineOf, nearestQuestion, weight }: QuestionOptions,
): (T & { readonly score: number })[] {
  const nearest = ranked.map(({ row }) => nearestQuestion(row));
  const gains = ranked.flatMap(({ row }, index) => {
    const cosine = nearest[index];
    return cosine === undefined ? [] : [cosine - cosineOf(row)];
  });
  if (gains.length === 0) return [...ranked];
  const known = gains.reduce((sum, one) => sum + one, 0);
  const gain = (known + usualGain * usualGainCounts) / (gains.length + usualGainCounts);
  const scores = unitScale(ranked.map(({ row }, index) => nearest[index] ?? cosineOf(row) + gain));
  return rankBy(
    ranked,
    ranked.map(({ score }, index) => score + weight * scores[index]!),
  );
}

/** Best first, `score` 0 to 1. */
function rankBy<T extends Pick<FusionCandidate, 'row'>>(
  candidates: readonly T[],
  sums: readonly number[],
): (T & { readonly score: number })[] {
  const scores = unitScale(sums);
  return candidates
    .map((candidate, index) => ({ ...candidate, score: scores[index]! }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

/** The highest is 1, the lowest 0; all are 1 if they are the same. */
function unitScale(values: readonly number[]): number[] {
  const highest = Math.max(...values);
  const lowest = Math.min(...values);
  const range = highest - lowest;
  return values.map((value) => (range > 0 ? (value - lowest) / range : 1));
}

function standardScale(scores: number[], depth: number): (score: number) => number {
  const best = scores.sort((a, b) => b - a).slice(0, depth);
  const mean = best.reduce((sum, score) => sum + score, 0) / best.length;
  const deviation = Math.sqrt(best.reduce((sum, score) => sum + (score - mean) ** 2, 0) / best.length);
  return deviation > 0 ? (score) => (score - mean) / deviation : () => 0;
}
