// The ways of finding articles that the lab compares: parts of the retriever by themselves, or it with one of them changed.
import { condense } from '#chat/understand/condense.ts';
import { type RewriteQuestion, withRewritten } from '#chat/understand/rewrite-question.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type Chunk, matchesFilter } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { KnowledgeBase, QueryContext, Retriever } from '#core/retriever.ts';
import { toTurns } from '#core/turns.ts';
import type { EvalCase } from '#evals/cases/eval-case.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { buildBm25 } from '#knowledge/index/bm25-build.ts';
import { createBm25Index } from '#knowledge/index/bm25-index.ts';
import { createHybridRetriever, type HybridOptions } from '#knowledge/retrieval/hybrid-retriever.ts';
import { asTheDesk } from '#learning/dialogue-acts/shipped-reader.ts';

export interface LabKnowledge {
  readonly generation: Generation;
  readonly embedder: Embedder;
  /** As the desk asks it, reranker included where one is configured. */
  readonly served: Retriever & Pick<KnowledgeBase, 'stages'>;
  /** Where a chat model is configured. */
  readonly rewriteQuestion?: RewriteQuestion;
}

export interface Ranker {
  readonly name: string;
  /** Document ids, best first. */
  rank(evalCase: EvalCase, options?: CallOptions): Promise<string[]>;
}

const filter = { audiences: ['customer'] as const };
/** Deep enough that ten documents remain when several passages come from the same one. */
const depth = 60;

/** Every case as the complete question that a person made of it, so that follow-ups do not blur what the parts bring. */
export function partRankers({ generation, embedder, served }: LabKnowledge): Ranker[] {
  const remembering = rememberQueries(embedder);
  const { chunks, vectorIndex, lexicalIndex } = generation;
  const hybrid = (options: HybridOptions = {}, changed: Partial<Generation> = {}) =>
    searcher(createHybridRetriever({ ...generation, ...changed, embedder: remembering }, options));
  const ofStandalone = (name: string, search: Search): Ranker => ({
    name,
    rank: async (evalCase, options) =>
      documentsOf(await search(evalCase.standalone, options), evalCase, chunks),
  });
  const chunksOf = (rows: readonly { row: number }[]) => rows.map(({ row }) => chunks[row]!);
  const accepts = (row: number) => matchesFilter(chunks[row]!, filter);
  const plainHeadings = createBm25Index(
    buildBm25(
      chunks.map(({ title, headingPath, text }) => ({ heading: [title, ...headingPath].join(' '), text })),
      { headingWeight: 1 },
    ),
  );
  return [
    ofStandalone('hybrid', hybrid()),
    ofStandalone('words alone (BM25)', async (query) => chunksOf(lexicalIndex.search(query, depth, accepts))),
    ofStandalone('meaning alone (vectors)', async (query, { signal } = {}) =>
      chunksOf(vectorIndex.search(await remembering.embedQuery(query, { signal }), depth, accepts)),
    ),
    ofStandalone('hybrid, both count the same', hybrid({ vectorWeight: 1 })),
    ofStandalone('hybrid, meaning counts three times', hybrid({ vectorWeight: 3 })),
    ofStandalone('hybrid, 200 candidates each', hybrid({ depth: 200 })),
    ofStandalone('hybrid, headings count as text', hybrid({}, { lexicalIndex: plainHeadings })),
    ...(served.stages ? [ofStandalone('as served, reranked', searcher(served))] : []),
  ];
}

/** Ways of searching for the last of several turns; the first is the desk's own. */
export function followUpRankers({ generation, embedder, rewriteQuestion }: LabKnowledge): Ranker[] {
  const search = searcher(createHybridRetriever({ ...generation, embedder: rememberQueries(embedder) }));
  const ranker = (
    name: string,
    queryOf: (evalCase: EvalCase, options?: CallOptions) => Promise<LabQuery> | LabQuery,
  ): Ranker => ({
    name,
    async rank(evalCase, options) {
      const { query, context } = await queryOf(evalCase, options);
      return documentsOf(await search(query, { ...options, context }), evalCase, generation.chunks);
    },
  });
  const weighted = (weight: number) => (evalCase: EvalCase) => {
    const { query, context } = condense(toTurns(evalCase.turns), asTheDesk).search;
    return { query, context: context && { ...context, weight } };
  };
  return [
    ranker('last turn with its context', ({ turns }) => condense(toTurns(turns), asTheDesk).search),
    ranker('last turn alone', ({ turns }) => ({ query: turns.at(-1)!.text })),
    ranker('turns joined', ({ turns }) => ({ query: condense(toTurns(turns), asTheDesk).query })),
    ranker('context always counts half', weighted(0.5)),
    ranker('context always counts in full', weighted(1)),
    ...(rewriteQuestion
      ? [
          ranker('rewritten by the chat model', async ({ turns }, options) => {
            const rewritten = await rewriteQuestion(toTurns(turns), options).catch(() =>
              options?.signal?.throwIfAborted(),
            );
            const condensed = condense(toTurns(turns), asTheDesk);
            return rewritten === undefined ? condensed.search : withRewritten(condensed, rewritten).search;
          }),
        ]
      : []),
    ranker('rewritten by a person', ({ standalone }) => ({ query: standalone })),
  ];
}

interface LabQuery {
  readonly query: string;
  readonly context?: QueryContext | undefined;
}

type Search = (
  query: string,
  options?: CallOptions & { readonly context?: QueryContext | undefined },
) => Promise<Chunk[]>;

function searcher(retriever: Retriever): Search {
  return async (query, options) =>
    (await retriever.retrieve(query, { ...options, k: depth, filter })).map(({ chunk }) => chunk);
}

/** Documents of a kind that is never gold (past conversations, mostly) are left out: nobody labelled them. */
function documentsOf(found: readonly Chunk[], { gold }: EvalCase, chunks: readonly Chunk[]): string[] {
  const kinds = new Set(chunks.filter(({ documentId }) => gold.includes(documentId)).map(({ kind }) => kind));
  return [...new Set(found.filter(({ kind }) => kinds.has(kind)).map(({ documentId }) => documentId))].slice(
    0,
    10,
  );
}

/** Many rankers ask the same questions. */
function rememberQueries(embedder: Embedder): Embedder {
  const known = new Map<string, Promise<Float32Array>>();
  return {
    ...embedder,
    modelId: embedder.modelId,
    dimensions: embedder.dimensions,
    embedQuery(text, options) {
      const vector = known.get(text) ?? embedder.embedQuery(text, options);
      known.set(text, vector);
      return vector;
    },
  };
}
