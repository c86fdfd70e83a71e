// Vectors and BM25 side by side, fused into one ranking. A Retriever over one generation's indexes.
import { type Chunk, type ChunkFilter, matchesFilter, type ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { LexicalQuery, QueryContext, Retriever, VectorIndex } from '#core/retriever.ts';
import type { Bm25Index } from './bm25-index.ts';
import { fuseConvex } from './score-fusion.ts';
import { dotProduct, normalize, type VectorMatrix } from './vector-matrix.ts';

export interface HybridParts {
  readonly embedder: Embedder;
  /** Row `r` of `vectors` and of both indexes is `chunks[r]`. */
  readonly chunks: readonly Chunk[];
  readonly vectors: VectorMatrix;
  readonly vectorIndex: VectorIndex;
  readonly lexicalIndex: Bm25Index;
}

/**
 * Defaults measured as mean nDCG@10 over seven sets of questions (two help centres, four MTRAG collections, DSTC11), with the embedder
 * that ships / with int8 bge-small: BM25 .585 / .585, vectors .660 / .710, RRF .668 / .681, this with weight 1 .682 / .703, 2 .691 /
 * .723, 3 .683 / .723; depth 20 .685 / .717, 100 .692 / .723. Dividing by the maximum instead of min-max: .697 / .700 at its best.
 */
export interface HybridOptions {
  /** How many candidates each of the two searches gives to the fusion. */
  readonly depth?: number;
  /** Weight of the vectors' score; BM25's is 1. */
  readonly vectorWeight?: number;
  /**
   * What the score of a past conversation counts beside that of an article. Customers' words resemble a customer's question, so
   * conversations crowd out the article that settles it. Measured on the sample company's 171 answerable questions (nDCG@10 over
   * articles) and on 18 that only a conversation answers (found in the top 5): 1 .565 and 18, 0.8 .626 and 18, 0.6 .686 and 18,
   * 0.4 .720 and 15.
   */
  readonly transcriptWeight?: number;
}

export function createHybridRetriever(
  { embedder, chunks, vectors, vectorIndex, lexicalIndex }: HybridParts,
  { depth = 50, vectorWeight = 2, transcriptWeight = 0.6 }: HybridOptions = {},
): Retriever {
  /**
   * The question by itself and read together with its context, added up: one search finds what fits both, and a turn that says
   * everything outweighs a context that it has left behind. See docs/retrieval.md.
   */
  async function embedWithContext(
    query: string,
    context: QueryContext | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    if (!counts(context)) return embedder.embedQuery(query, { signal });
    const [alone, together] = await Promise.all([
      embedder.embedQuery(query, { signal }),
      embedder.embedQuery(`${query}\n${context.text}`, { signal }),
    ]);
    return normalize(alone.map((value, index) => value + context.weight * together[index]!));
  }

  return {
    async retrieve(query, { k = 10, filter, context, signal } = {}) {
      signal?.throwIfAborted();
      if (query.trim().length === 0 || k <= 0) return [];
      const accepts = rowFilter(chunks, filter);
      const wanted = Math.max(depth, k);
      // The embedder computes off the event loop; BM25 uses the wait.
      const embedding = embedWithContext(query, context, signal);
      embedding.catch(() => {});
      const words = wordsWithContext(query, context);
      const lexical = lexicalIndex.search(words, wanted, accepts);
      const vector = await embedding;
      signal?.throwIfAborted();
      const semantic = vectorIndex.search(vector, wanted, accepts);

      const rows = [...new Set([...semantic, ...lexical].map(({ row }) => row))];
      const lexicalEvidence = lexicalIndex.evidence(words, rows);
      const candidates = rows.map((row, position) => ({
        row,
        cosine: dotProduct(vectors.values, row * vectors.dimensions, vector, 0, vectors.dimensions),
        bm25: lexicalEvidence[position]!.score,
        coverage: lexicalEvidence[position]!.coverage,
      }));
      const ranked = fuseConvex(candidates, { depth: wanted, vectorWeight });
      const scored = ranked
        .map(({ row, score, cosine, bm25, coverage }) => ({
          chunk: chunks[row]!,
          score: chunks[row]!.kind === 'transcript' ? score * transcriptWeight : score,
          evidence: { cosine, bm25, coverage },
        }))
        .sort((a, b) => b.score - a.score);
      return withoutRepeats(scored, k);
    },
  };
}

/** What a word of the context counts in BM25, the question's own counting 1. Flat from 0.2 to 0.5 on the development sets. */
const contextWordWeight = 0.35;

function wordsWithContext(query: string, context: QueryContext | undefined): LexicalQuery {
  if (!counts(context)) return query;
  return [
    { text: query, weight: 1 },
    { text: context.text, weight: contextWordWeight * context.weight },
  ];
}

function counts(context: QueryContext | undefined): context is QueryContext {
  return context !== undefined && context.weight > 0 && context.text.trim().length > 0;
}

function rowFilter(
  chunks: readonly Chunk[],
  filter: ChunkFilter | undefined,
): ((row: number) => boolean) | undefined {
  return filter && ((row) => matchesFilter(chunks[row]!, filter));
}

/** The best `k`, without passages that only repeat a better one: copies differ in case, punctuation and spacing. */
function withoutRepeats(ranked: readonly ScoredChunk[], k: number): ScoredChunk[] {
  const seen = new Set<string>();
  const kept: ScoredChunk[] = [];
  for (const candidate of ranked) {
    const { text } = candidate.chunk;
    const words =
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim() || text;
    if (seen.has(words)) continue;
    seen.add(words);
    kept.push(candidate);
    if (kept.length === k) break;
  }
  return kept;
}
