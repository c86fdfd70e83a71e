// Nearest neighbours by looking at every vector: exact, nothing to build, nothing to save, any filter.

import { checkVector, type VectorMatrix } from '#core/vector-matrix.ts';
import type { VectorIndex } from './search-indexes.ts';
import { createTopRows } from './top-rows.ts';

/** Throws `model-invalid` on search with a vector of another length, not finite or not of norm 1. */
export function createExactVectorIndex(vectors: VectorMatrix): VectorIndex {
  const { size, dimensions } = vectors;
  return {
    size,
    search(vector, k, accepts) {
      checkVector(vector, dimensions);
      const cosines = vectors.cosines(vector);
      const top = createTopRows(Math.min(k, size));
      for (let row = 0; row < size; row++) {
        const score = cosines[row]!;
        if (score >= top.threshold && (!accepts || accepts(row))) top.offer(row, score);
      }
      return top.ranked();
    },
  };
}
