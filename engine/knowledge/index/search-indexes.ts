// The two indexes that a generation's passages are found with, by row. Nobody outside this folder needs them: the port is KnowledgeBase.

/** Nearest neighbours by cosine similarity. */
export interface VectorIndex {
  readonly size: number;
  /** Rows (chunk positions) with their cosine, best first. `accepts` leaves out rows that a filter excludes. */
  search(vector: Float32Array, k: number, accepts?: (row: number) => boolean): ScoredRow[];
}

/** Lexical ranking (BM25). */
export interface LexicalIndex {
  readonly size: number;
  search(query: LexicalQuery, k: number, accepts?: (row: number) => boolean): LexicalRow[];
}

/** Texts whose words count differently; a word of several counts for what it counts most. A string alone has weight 1. */
export type LexicalQuery = string | readonly { readonly text: string; readonly weight: number }[];

export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

export interface LexicalRow extends ScoredRow {
  /** Share of the query's idf weight that occurs in the row, 0 to 1. */
  readonly coverage: number;
}
