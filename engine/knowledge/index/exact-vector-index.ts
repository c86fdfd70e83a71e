// Nearest neighbours by looking at every vector: nothing to build, nothing to save, any filter. All are looked at in eight bits a number, and
// those that could be among the best are computed again in full. So what is found is what a scan in full finds.
import { checkVector, dotProduct, type VectorMatrix } from '#core/vector-matrix.ts';
import { createInt8Scan } from './int8-scan.ts';
import type { ScoredRow, VectorIndex } from './search-indexes.ts';
import { createTopRows } from './top-rows.ts';

/**
 * Rows that one search computes in full, of those that could be among the best. On real passages they are a few hundred; where thousands are as
 * good as equal (the same text over and over), any of them will do, and time stays bounded.
 */
const mostRowsInFull = 4_096;

/** Throws `model-invalid` on search with a vector of another length, not finite or not of norm 1. */
export function createExactVectorIndex(vectors: VectorMatrix): VectorIndex {
  const { size, dimensions, values } = vectors;
  const scan = createInt8Scan(vectors);
  return {
    size,
    search(vector, k, accepts) {
      checkVector(vector, dimensions);
      const wanted = Math.min(k, size);
      const { cosines, error } = scan.cosines(vector);
      const inFull = (rows: readonly ScoredRow[]) => {
        const top = createTopRows(wanted);
        for (const { row } of rows)
          top.offer(row, dotProduct(values, row * dimensions, vector, 0, dimensions));
        return top.ranked();
      };
      // A row below the last of these by more than the error cannot be among the best.
      const likely = inFull(bestRows(cosines, { count: wanted, accepts }));
      const last = likely.at(-1);
      if (last === undefined || likely.length < wanted) return likely;
      const count = Math.max(mostRowsInFull, wanted);
      return inFull(bestRows(cosines, { count, least: last.score - error, accepts }));
    },
  };
}

interface BestRowsOptions {
  readonly count: number;
  readonly least?: number;
  readonly accepts?: ((row: number) => boolean) | undefined;
}

function bestRows(
  scores: Float32Array,
  { count, least = Number.NEGATIVE_INFINITY, accepts }: BestRowsOptions,
): ScoredRow[] {
  const top = createTopRows(count);
  let threshold = Math.max(least, top.threshold);
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (score < threshold || (accepts && !accepts(row))) continue;
    top.offer(row, score);
    threshold = Math.max(least, top.threshold);
  }
  return top.ranked();
}
