// The k best rows of a scan, kept in a small heap so that no search sorts everything it looked at.
import type { ScoredRow } from './search-indexes.ts';

export interface TopRows {
  /** A row is only kept if its score is above this; -Infinity until k rows are held. */
  readonly threshold: number;
  offer(row: number, score: number): void;
  /** Best first; equal scores in row order, so that results do not depend on the order of the scan. */
  ranked(): ScoredRow[];
}

/** `k` of 0 or less keeps nothing. */
export function createTopRows(k: number): TopRows {
  const capacity = Math.max(0, Math.floor(k));
  // A binary heap with the worst row on top.
  const heap: ScoredRow[] = [];
  let threshold = capacity === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;

  function siftUp(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isWorse(heap[at]!, heap[parent]!)) return;
      swap(heap, at, parent);
      at = parent;
    }
  }

  function siftDown(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const worst = right < heap.length && isWorse(heap[right]!, heap[left]!) ? right : left;
      if (!isWorse(heap[worst]!, heap[at]!)) return;
      swap(heap, at, worst);
      at = worst;
    }
  }

  return {
    get threshold() {
      return threshold;
    },
    offer(row, score) {
      const candidate = { row, score };
      if (heap.length < capacity) {
        heap.push(candidate);
        siftUp(heap.length - 1);
      } else if (capacity > 0 && isWorse(heap[0]!, candidate)) {
        heap[0] = candidate;
        siftDown();
      } else {
        return;
      }
      // Equal scores must still be offered: the lower row wins.
      if (heap.length === capacity) threshold = heap[0]!.score;
    },
    ranked: () => [...heap].sort((a, b) => b.score - a.score || a.row - b.row),
  };
}

function isWorse(a: ScoredRow, b: ScoredRow): boolean {
  return a.score < b.score || (a.score === b.score && a.row > b.row);
}

function swap(heap: ScoredRow[], a: number, b: number): void {
  const held = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = held;
}
