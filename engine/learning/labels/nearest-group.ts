// Which of several named groups of vectors a vector is nearest to.
import { dotProduct } from '#core/vector-matrix.ts';

export interface VectorGroup {
  readonly name: string;
  /** Of norm 1. A group is as near as its nearest member. */
  readonly vectors: readonly Float32Array[];
}

export interface Nearest {
  readonly name: string;
  readonly cosine: number;
  /** How much nearer than the next group. */
  readonly margin: number;
}

/** Undefined without groups. */
export function nearestGroup(groups: readonly VectorGroup[], vector: Float32Array): Nearest | undefined {
  let best: { name: string; cosine: number } | undefined;
  let next = -1;
  for (const { name, vectors } of groups) {
    let cosine = -1;
    for (const member of vectors) cosine = Math.max(cosine, dotProduct(member, 0, vector, 0, vector.length));
    if (!best || cosine > best.cosine) {
      next = best?.cosine ?? -1;
      best = { name, cosine };
    } else next = Math.max(next, cosine);
  }
  return best && { ...best, margin: best.cosine - next };
}
