// Groups of items that say the same.
import { dotProduct } from '#core/vector-matrix.ts';

/**
 * Each item joins the first group all of whose items are like it, or begins one (complete linkage in one pass, in the order given), so
 * that no chain of small steps leads from one matter to another. Largest group first.
 */
export function groupAlike<Item>(items: readonly Item[], alike: (a: Item, b: Item) => boolean): Item[][] {
  const groups: Item[][] = [];
  for (const item of items) {
    const group = groups.find((members) => members.every((member) => alike(member, item)));
    if (group) group.push(item);
    else groups.push([item]);
  }
  return groups.sort((a, b) => b.length - a.length);
}

/** Of vectors of norm 1. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  return dotProduct(a, 0, b, 0, a.length);
}
