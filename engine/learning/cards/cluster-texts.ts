// Groups of texts that say the same, by their vectors.
import { dotProduct } from '#core/vector-matrix.ts';

/**
 * Leader clustering: each item joins the group whose first item it resembles most, from `similarity` (a cosine) on, or begins one. One
 * pass, in the order given. Largest group first.
 */
export function clusterByVector<Item extends { readonly vector: Float32Array }>(
  items: readonly Item[],
  similarity: number,
): Item[][] {
  const groups: Item[][] = [];
  for (const item of items) {
    let best: { group: Item[]; cosine: number } | undefined;
    for (const group of groups) {
      const cosine = cosineOf(group[0]!.vector, item.vector);
      if (cosine >= similarity && cosine > (best?.cosine ?? -1)) best = { group, cosine };
    }
    if (best) best.group.push(item);
    else groups.push([item]);
  }
  return groups.sort((a, b) => b.length - a.length);
}

/** Of vectors of norm 1. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  return dotProduct(a, 0, b, 0, a.length);
}
