// BM25 over flat typed arrays: built once (bm25-build.ts), saved as they lie in memory, loaded without parsing a posting (bm25-file.ts).
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import type { Bm25Data } from './bm25-file.ts';
import type { LexicalIndex, LexicalQuery } from './search-indexes.ts';
import { createTopRows } from './top-rows.ts';

export interface Bm25Index extends LexicalIndex {
  /** BM25 score and coverage of the given rows, also of those that a search did not return. */
  evidence(query: LexicalQuery, rows: readonly number[]): { score: number; coverage: number }[];
  readonly terms: readonly string[];
  /** Rows that hold a term, ascending; empty for one that is not indexed. */
  rowsWith(term: string): ArrayLike<number>;
}

/** Lucene's form: never negative, also for a term that is in most rows. */
export function inverseDocumentFrequency(rowsWithTerm: number, size: number): number {
  return Math.log(1 + (size - rowsWithTerm + 0.5) / (rowsWithTerm + 0.5));
}

interface QueryTerm {
  readonly term: number;
  readonly weight: number;
}

interface AnalysedQuery {
  readonly known: readonly QueryTerm[];
  /** Of all terms, weighted, those that no row has included. */
  readonly idfSum: number;
}

export function createBm25Index(data: Bm25Data): Bm25Index {
  const { size, terms, offsets, rows, scores, idf } = data;
  const termNumbers = new Map(terms.map((term, number) => [term, number]));
  const unknownTermWeight = inverseDocumentFrequency(0, size);
  // Reused by every search: a search is synchronous, and leaves it zeroed.
  const totals = new Float32Array(size);

  /** The query's distinct terms: a word said twice is not asked for twice as much. */
  function analyse(query: LexicalQuery): AnalysedQuery {
    const weights = new Map<string, number>();
    for (const { text, weight } of typeof query === 'string' ? [{ text: query, weight: 1 }] : query) {
      for (const token of weight > 0 ? tokenizeForSearch(text) : [])
        weights.set(token, Math.max(weight, weights.get(token) ?? 0));
    }
    const known: QueryTerm[] = [];
    let idfSum = 0;
    for (const [token, weight] of weights) {
      const term = termNumbers.get(token);
      idfSum += weight * (term === undefined ? unknownTermWeight : idf[term]!);
      if (term !== undefined) known.push({ term, weight });
    }
    return { known, idfSum };
  }

  function postingOf(term: number, row: number): number {
    let low = offsets[term]!;
    let high = offsets[term + 1]! - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = rows[middle]!;
      if (found === row) return middle;
      if (found < row) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  function evidenceOf({ known, idfSum }: AnalysedQuery, row: number) {
    let score = 0;
    let found = 0;
    for (const { term, weight } of known) {
      const posting = postingOf(term, row);
      if (posting < 0) continue;
      score += weight * scores[posting]!;
      found += weight * idf[term]!;
    }
    return { score, coverage: idfSum > 0 ? found / idfSum : 0 };
  }

  return {
    size,
    terms,
    rowsWith(term) {
      const number = termNumbers.get(term);
      return number === undefined ? [] : rows.subarray(offsets[number]!, offsets[number + 1]!);
    },
    search(query, k, accepts) {
      const analysed = analyse(query);
      for (const { term, weight } of analysed.known) {
        const end = offsets[term + 1]!;
        for (let posting = offsets[term]!; posting < end; posting++)
          totals[rows[posting]!]! += weight * scores[posting]!;
      }
      const top = createTopRows(Math.min(k, size));
      for (let row = 0; row < size; row++) {
        const score = totals[row]!;
        if (score === 0) continue;
        totals[row] = 0;
        if (score >= top.threshold && (!accepts || accepts(row))) top.offer(row, score);
      }
      return top
        .ranked()
        .map(({ row, score }) => ({ row, score, coverage: evidenceOf(analysed, row).coverage }));
    },
    evidence(query, wanted) {
      const analysed = analyse(query);
      return wanted.map((row) => evidenceOf(analysed, row));
    },
  };
}
