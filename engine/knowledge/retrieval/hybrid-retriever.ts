// Vectors and BM25 side by side, and questions that were written for passages, fused into one ranking. A Retriever over one generation's
// indexes.
import { LRUCache } from 'lru-cache';
import { asVersionsNamed, isInForce } from '#core/article-version.ts';
import { type ChunkFilter, chunkContext, matchesFilter, type ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { QueryContext, RetrieveOptions, Retriever } from '#core/retriever.ts';
import { dotProduct, normalize, type VectorMatrix } from '#core/vector-matrix.ts';
import type { Passages } from '../generations/passages.ts';
import type { Bm25Index } from '../index/bm25-index.ts';
import type { LexicalQuery, VectorIndex } from '../index/search-indexes.ts';
import type { QuestionSearch } from '../questions/question-search.ts';
import { addQuestions, fuseScores } from './score-fusion.ts';
import { createSpelling } from './spelling.ts';

export interface HybridParts {
  readonly embedder: Pick<Embedder, 'modelId' | 'embedQuery'>;
  /** Row `r` of `vectors` and of both indexes is passage `r`. */
  readonly passages: Passages;
  readonly vectors: VectorMatrix;
  readonly vectorIndex: VectorIndex;
  readonly lexicalIndex: Bm25Index;
  /** Undefined where no questions were written for passages. */
  readonly questions?: QuestionSearch | undefined;
}

/**
 * Defaults measured on eight development sets (docs/retrieval.md). Flat around them: mean nDCG@10 with `vectorWeight` 1.5 .699, 2 .701,
 * 2.5 .699; with `depth` 100 .698.
 */
export interface HybridOptions {
  /** How many candidates each of the two searches gives to the fusion. */
  readonly depth?: number;
  /** Weight of the vectors' score; BM25's is 1. */
  readonly vectorWeight?: number;
  /**
   * Share of the document in a passage's cosine: how near the mean of all its passages is to the question. Between passages that are
   * alike, the one from the document that is about the question wins.
   */
  readonly documentShare?: number;
  /**
   * What the score of a past conversation counts beside that of an article. Customers' words resemble a customer's question, so
   * conversations crowd out the article that settles it. Measured on the sample company's 171 answerable questions (nDCG@10 over
   * articles) and on 18 that only a conversation answers (found in the top 5): 1 .565 and 18, 0.8 .626 and 18, 0.6 .686 and 18,
   * 0.4 .720 and 15.
   */
  readonly transcriptWeight?: number;
  /**
   * What an article that a past conversation leads to gets of the conversation's score, if its own is lower. Measured on the same 171
   * questions (nDCG@10 and recall@5): without links .751 and .844, 0.6 .752 and .847, 0.7 .760 and .864, 0.8 .760 and .867, 0.9 .748
   * and .865.
   */
  readonly linkWeight?: number;
  /**
   * What the nearest of a passage's written questions counts beside the score of the two searches, both 0 to 1 over the candidates.
   * Measured on 74 and 58 questions of customers to two help centres, with four questions written for each passage (right passage first,
   * and among the first five): without .527 and .797, .690 and .897; 0.3 .595 and .851, .724 and .914; 0.5 .635 and .878, .724 and .914;
   * 0.7 .622 and .878, .724 and .914; 1 .635 and .865, .655 and .931. Whether the passages answer at all they do not tell, so the
   * evidence stays the passage's own.
   */
  readonly questionWeight?: number;
  /** Misspelled words of a query are corrected to words of the passages; default true. A text of the team is no query. */
  readonly spelling?: boolean;
}

interface FoundPassage extends ScoredChunk {
  readonly row: number;
}

/** Answers to written questions that a passage comes with. */
const answersKept = 5;

/** Past conversations that lead to their articles: those that each of the two searches finds best. */
const leadingConversations = 5;

export function createHybridRetriever(
  { embedder, passages, vectors, vectorIndex, lexicalIndex, questions }: HybridParts,
  {
    depth = 50,
    vectorWeight = 2,
    documentShare = 0.1,
    transcriptWeight = 0.6,
    linkWeight = 0.75,
    questionWeight = 0.5,
    spelling = true,
  }: HybridOptions = {},
): Retriever & { readonly asWritten: (text: string) => string } {
  const { documentOf, facts } = passages;
  const meanOf = meanOfDocuments(passages, vectors);
  const rowFilter = createRowFilter(passages);
  const articleRows = rowsOfLinkedArticles(passages);
  const corrected = spelling
    ? createSpelling(lexicalIndex, (row) => chunkContext(passages.at(row)))
    : (query: string) => query;

  /**
   * The question by itself and read together with its context, added up: one search finds what fits both, and a turn that says
   * everything outweighs a context that it has left behind. See docs/retrieval.md.
   */
  async function embedWithContext(
    query: string,
    { context, vector, signal }: Pick<RetrieveOptions, 'context' | 'vector' | 'signal'>,
  ): Promise<Float32Array> {
    const known = vector?.modelId === embedder.modelId ? vector.values : undefined;
    if (!counts(context)) return known ?? embedder.embedQuery(query, { signal });
    const [alone, together] = await Promise.all([
      known ?? embedder.embedQuery(query, { signal }),
      embedder.embedQuery(`${query}\n${context.text}`, { signal }),
    ]);
    return normalize(alone.map((value, index) => value + context.weight * together[index]!));
  }

  /** One after the other, as long as more are wanted: reading is what takes time. */
  function* read(
    ranked: readonly (Omit<ScoredChunk, 'chunk'> & { readonly row: number })[],
  ): Generator<FoundPassage> {
    for (const { row, score, evidence } of ranked) yield { row, chunk: passages.at(row), score, evidence };
  }

  return {
    asWritten: corrected,
    async retrieve(asked, { k = 10, filter, context, vector, signal } = {}) {
      signal?.throwIfAborted();
      if (asked.trim().length === 0 || k <= 0) return [];
      const query = corrected(asked);
      const known = query === asked ? vector : undefined;
      const accepts = rowFilter(filter, counts(context) ? `${query}\n${context.text}` : query);
      const wanted = Math.max(depth, k);
      // The embedder computes off the event loop; BM25 uses the wait.
      const embedding = embedWithContext(query, { context, vector: known, signal });
      embedding.catch(() => {});
      const words = wordsWithContext(query, context);
      const lexical = lexicalIndex.search(words, wanted, accepts);
      const queryVector = await embedding;
      signal?.throwIfAborted();
      const semantic = vectorIndex.search(queryVector, wanted, accepts);
      const byQuestions = questions?.nearestPassages(queryVector, wanted, accepts) ?? [];

      const leads = new Map<number, readonly number[]>();
      for (const list of [semantic, lexical]) {
        const conversations = list.filter(({ row }) => articleRows.has(documentOf[row]!));
        for (const { row } of conversations.slice(0, leadingConversations))
          leads.set(
            row,
            bestOfEach(articleRows.get(documentOf[row]!)!, { vectors, vector: queryVector, accepts }),
          );
      }
      const rows = [
        ...new Set([
          ...[...semantic, ...lexical].map(({ row }) => row),
          ...[...leads.values()].flat(),
          ...byQuestions,
        ]),
      ];
      const lexicalEvidence = lexicalIndex.evidence(words, rows);
      const candidates = rows.map((row, position) => {
        const cosine = cosineOf(vectors, row, queryVector);
        return {
          row,
          cosine: (1 - documentShare) * cosine + documentShare * meanOf(documentOf[row]!, queryVector),
          bm25: lexicalEvidence[position]!.score,
          evidence: {
            cosine,
            bm25: lexicalEvidence[position]!.score,
            coverage: lexicalEvidence[position]!.coverage,
          },
        };
      });
      const fused = fuseScores(candidates, { depth: wanted, vectorWeight });
      const ranked = questions
        ? addQuestions(fused, {
            cosineOf: (row) => cosineOf(vectors, row, queryVector),
            nearestQuestion: (row) => questions.nearestQuestion(row, queryVector),
            weight: questionWeight,
          })
        : fused;
      const scores = new Map(ranked.map(({ row, score }) => [row, score]));
      const led = new Map<number, number>();
      for (const [row, articles] of leads)
        for (const article of articles)
          led.set(article, Math.max(led.get(article) ?? 0, linkWeight * scores.get(row)!));
      const scored = ranked
        .map(({ row, score, evidence }) => {
          const chunk = facts[documentOf[row]!]!;
          const isTranscript = chunk.kind === 'transcript';
          return {
            row,
            chunk,
            score: isTranscript ? score * transcriptWeight : Math.max(score, led.get(row) ?? 0),
            evidence,
          };
        })
        .sort((a, b) => b.score - a.score);
      return withoutRepeats(read(asVersionsNamed(scored)), k).map(({ row, ...passage }) => {
        const answers = questions?.nearestAnswers(row, queryVector, answersKept) ?? [];
        return answers.length > 0 ? { ...passage, answers } : passage;
      });
    },
  };
}

/** By the number of a past conversation: the rows of each article that it is linked to. */
function rowsOfLinkedArticles({
  facts,
  rowsOf,
}: Passages): ReadonlyMap<number, readonly (readonly number[])[]> {
  const linked = new Set(facts.flatMap(({ articles }) => articles ?? []));
  if (linked.size === 0) return new Map();
  const numbers = new Map<string, number>();
  for (const [number, { documentId }] of facts.entries())
    if (linked.has(documentId)) numbers.set(documentId, number);
  const rowsOfArticle = (id: string) => {
    const number = numbers.get(id);
    return number === undefined ? [] : [[...rowsOf(number)]];
  };
  return new Map(
    facts.flatMap(({ articles = [] }, number) => {
      const rows = articles.flatMap(rowsOfArticle).filter(({ length }) => length > 0);
      return rows.length > 0 ? [[number, rows] as const] : [];
    }),
  );
}

/** Of each article the passage nearest to the question. */
function bestOfEach(
  articles: readonly (readonly number[])[],
  {
    vectors,
    vector,
    accepts = () => true,
  }: Pick<HybridParts, 'vectors'> & {
    vector: Float32Array;
    accepts?: ((row: number) => boolean) | undefined;
  },
): number[] {
  return articles.flatMap((rows) => {
    const usable = rows.filter(accepts);
    if (usable.length === 0) return [];
    const cosine = (row: number) => cosineOf(vectors, row, vector);
    return [usable.reduce((best, row) => (cosine(row) > cosine(best) ? row : best))];
  });
}

/** Documents whose mean is kept: one takes as much as a vector. */
const mostMeans = 20_000;

/** The cosine of a vector and the mean direction of all passages of a document, by its number. */
function meanOfDocuments(
  { rowsOf }: Passages,
  vectors: VectorMatrix,
): (document: number, vector: Float32Array) => number {
  const { dimensions } = vectors;
  const known = new LRUCache<number, Float32Array>({ max: mostMeans });

  function meanOf(document: number): Float32Array {
    const mean = new Float32Array(dimensions);
    for (const row of rowsOf(document)) {
      const start = row * dimensions;
      for (let index = 0; index < dimensions; index++) mean[index]! += vectors.values[start + index]!;
    }
    const norm = Math.sqrt(dotProduct(mean, 0, mean, 0, dimensions));
    // Passages that point in opposite directions have no mean direction.
    for (let index = 0; index < dimensions; index++) mean[index]! /= norm || 1;
    return mean;
  }

  return (document, vector) => {
    const mean = known.get(document) ?? meanOf(document);
    known.set(document, mean);
    return dotProduct(mean, 0, vector, 0, dimensions);
  };
}

function cosineOf(
  { values, dimensions }: Pick<VectorMatrix, 'values' | 'dimensions'>,
  row: number,
  vector: Float32Array,
): number {
  return dotProduct(values, row * dimensions, vector, 0, dimensions);
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

/** What a newer version replaces is found only where the question names its version. All that counts is the document's. */
function createRowFilter({ facts, documentOf }: Passages) {
  const hasOlder = facts.some(({ supersededBy }) => supersededBy !== undefined);
  return (filter: ChunkFilter | undefined, question: string): ((row: number) => boolean) | undefined => {
    if (!hasOlder) return filter && ((row) => matchesFilter(facts[documentOf[row]!]!, filter));
    return (row) => {
      const document = facts[documentOf[row]!]!;
      return matchesFilter(document, filter) && isInForce(document, question);
    };
  };
}

/** The best `k`, without passages that only repeat a better one: copies differ in case, punctuation and spacing. */
function withoutRepeats(ranked: Iterable<FoundPassage>, k: number): FoundPassage[] {
  const seen = new Set<string>();
  const kept: FoundPassage[] = [];
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
