// Is the right article found? By BM25 alone, by vectors alone, by both, and by every further stage of the knowledge base. Three queries are
// tried: the last turn as it is, what the desk makes of the conversation, and what a person made of it.
import { condense, type SearchQuery } from '#chat/understand/condense.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type Chunk, matchesFilter } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { KnowledgeBase, Retriever } from '#core/retriever.ts';
import { toTurns } from '#core/turns.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { asTheDesk } from '#learning/dialogue-acts/shipped-reader.ts';
import { type Metric, mean, meanMetric } from '#learning/metrics/metric.ts';
import { hitAt, ndcgAt, recallAt, reciprocalRank } from '#learning/metrics/ranking.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import type { Chart } from '../core/result.ts';

export const forms = ['condensed', 'last-turn', 'standalone'] as const;
export type Form = (typeof forms)[number];

/** Document ids, best first, by method: `bm25`, `vectors`, then the stages of the knowledge base; the last one is what is served. */
export type Rankings = Record<Form, Readonly<Record<string, string[]>>>;

export interface RetrievalRecord {
  readonly query: string;
  readonly rankings: Rankings;
  readonly found: readonly { readonly documentId: string; readonly title: string; readonly text: string }[];
  /** A gold document is among the passages that a chat model is given. */
  readonly given: boolean;
}

export interface RetrievalParts {
  readonly generation: {
    readonly chunks: readonly Chunk[];
    readonly vectorIndex: Generation['vectorIndex'];
    readonly lexicalIndex: Pick<Generation['lexicalIndex'], 'size' | 'search'>;
  };
  readonly knowledge: Retriever & Pick<KnowledgeBase, 'stages'>;
  readonly embedder: Embedder;
}

const filter = { audiences: ['customer'] as const };
/** Deep enough that ten documents remain when several passages come from the same one. */
const depth = 60;
const passagesGiven = 5;

/** Documents of a kind that is never gold (past conversations, mostly) are left out of the rankings: nobody labelled them. */
export async function retrieve(
  { turns, standalone, gold }: EvalCase,
  parts: RetrievalParts,
  options: CallOptions = {},
): Promise<RetrievalRecord> {
  const { generation, knowledge, embedder } = parts;
  const { query: condensed, search: searched } = condense(toTurns(turns), asTheDesk);
  const lastTurn = turns.at(-1)!.text;
  /** BM25 and vectors alone search with the text; a knowledge base takes the conversation into account by itself. */
  const queries: Record<Form, { readonly text: string; readonly search: SearchQuery }> = {
    condensed: { text: condensed, search: searched },
    'last-turn': { text: lastTurn, search: { query: lastTurn } },
    standalone: { text: standalone, search: { query: standalone } },
  };
  const kinds = new Set(
    generation.chunks.filter(({ documentId }) => gold.includes(documentId)).map(({ kind }) => kind),
  );
  const judged = (chunk: Chunk) => kinds.has(chunk.kind) && matchesFilter(chunk, filter);
  const accepts = (row: number) => judged(generation.chunks[row]!);
  const documents = (chunks: readonly Chunk[]) =>
    [...new Set(chunks.filter(judged).map(({ documentId }) => documentId))].slice(0, 10);

  const searchBy = async (retriever: Retriever, { query, context }: SearchQuery) =>
    (await retriever.retrieve(query, { ...options, k: depth, filter, context })).map(({ chunk }) => chunk);
  // The last stage is asked through `retrieve` itself: what is judged is what is served.
  const earlierStages = Object.entries(knowledge.stages ?? {}).slice(0, -1);
  const lastStage = Object.keys(knowledge.stages ?? {}).at(-1) ?? 'hybrid';

  const searches = new Map<string, ReturnType<typeof searchAll>>();
  const search = (form: Form) => {
    const key = JSON.stringify(queries[form]);
    const known = searches.get(key) ?? searchAll(queries[form]);
    searches.set(key, known);
    return known;
  };
  const searchAll = async ({ text, search: searchQuery }: (typeof queries)[Form]) => {
    const vector = await embedder.embedQuery(text, options);
    const chunkOf = ({ row }: { row: number }) => generation.chunks[row]!;
    const lists: Record<string, string[]> = {
      bm25: documents(generation.lexicalIndex.search(text, depth, accepts).map(chunkOf)),
      vectors: documents(generation.vectorIndex.search(vector, depth, accepts).map(chunkOf)),
    };
    for (const [name, stage] of earlierStages) lists[name] = documents(await searchBy(stage, searchQuery));
    const served = await searchBy(knowledge, searchQuery);
    lists[lastStage] = documents(served);
    return { served, lists };
  };
  const found = {} as Rankings;
  for (const form of forms) found[form] = (await search(form)).lists;
  const { served } = await search('condensed');
  const given = served.slice(0, passagesGiven);
  return {
    query: condensed,
    rankings: found,
    found: given.map(({ documentId, title, text }) => ({ documentId, title, text })),
    given: given.some(({ documentId }) => gold.includes(documentId)),
  };
}

export function rankingScores(ranked: readonly string[], gold: readonly string[]) {
  const wanted = new Set(gold);
  return {
    'recall-1': recallAt(1, ranked, wanted),
    'recall-5': recallAt(5, ranked, wanted),
    'recall-10': recallAt(10, ranked, wanted),
    'hit-5': hitAt(5, ranked, wanted),
    mrr: reciprocalRank(10, ranked, wanted),
    'ndcg-10': ndcgAt(10, ranked, wanted),
  };
}

const scoreLabels: Record<keyof ReturnType<typeof rankingScores>, string> = {
  'recall-1': 'share of the right articles that is found first',
  'recall-5': 'share of the right articles among the first five',
  'recall-10': 'share of the right articles among the first ten',
  'hit-5': 'questions with a right article among the first five',
  mrr: 'mean of 1 / rank of the first right article (MRR)',
  'ndcg-10': 'quality of the ranking of the first ten (nDCG@10)',
};
const methodLabels: Readonly<Record<string, string>> = {
  bm25: 'Words (BM25)',
  vectors: 'Meaning (vectors)',
  hybrid: 'Both',
  reranked: 'Both, ranked again',
};

/** Names of the methods that a record has, in order; the last one is what is served. */
export function methodsOf({ condensed }: Rankings): string[] {
  return Object.keys(condensed);
}

export function servedRanking(rankings: Rankings, form: Form = 'condensed'): string[] {
  return rankings[form][methodsOf(rankings).at(-1)!]!;
}

const formLabels: Record<Form, string> = {
  condensed: 'query made of the conversation',
  'last-turn': 'last message alone',
  standalone: 'question rewritten by a person',
};

export function summarizeRetrieval(
  done: readonly { readonly evalCase: EvalCase; readonly judged: RetrievalRecord }[],
  seed: number,
): { metrics: Record<string, Metric>; charts: Chart[] } {
  const metrics: Record<string, Metric> = {
    'given-5': meanMetric(
      done.map(({ judged }) => (judged.given ? 1 : 0)),
      {
        unit: 'share',
        seed,
        label:
          'Questions for which a right article is among the five passages that the answer is written from',
      },
    ),
  };
  const methods = done[0] ? methodsOf(done[0].judged.rankings) : [];
  const served = methods.at(-1)!;
  const labelOf = (method: string) =>
    `${methodLabels[method] ?? method}${method === served ? ', as served' : ''}`;
  const scoresOf = (cases: typeof done, method: string, form: Form) =>
    cases.map(({ evalCase, judged }) => rankingScores(judged.rankings[form][method]!, evalCase.gold));
  for (const method of methods) {
    for (const score of Object.keys(scoreLabels) as (keyof typeof scoreLabels)[]) {
      metrics[`${method}-${score}`] = meanMetric(
        scoresOf(done, method, 'condensed').map((scores) => scores[score]),
        {
          unit: score === 'mrr' || score === 'ndcg-10' ? 'score' : 'share',
          seed,
          label: `${labelOf(method)}: ${scoreLabels[score]}`,
        },
      );
    }
  }
  const followUps = done.filter(({ evalCase }) => evalCase.turns.length > 1);
  // Where nobody rewrote the questions, the rewritten form is the last message once more.
  const isRewritten = followUps.some(({ evalCase }) => evalCase.standalone !== evalCase.turns.at(-1)!.text);
  const shownForms = forms.filter((form) => form !== 'standalone' || isRewritten);
  for (const form of followUps.length > 0 ? shownForms : []) {
    metrics[`multi-turn-${form}-recall-5`] = meanMetric(
      scoresOf(followUps, served, form).map((scores) => scores['recall-5']),
      {
        unit: 'share',
        seed,
        label: `Conversations of several turns, ${formLabels[form]}: right articles among the first five`,
      },
    );
  }
  return {
    metrics,
    charts: [
      {
        kind: 'bars',
        id: 'retrieval-by-method',
        title: 'Right articles found, by method',
        y: 'share or score',
        unit: 'share',
        groups: (['recall-1', 'recall-5', 'recall-10', 'ndcg-10'] as const).map((score) => ({
          name: { 'recall-1': 'first', 'recall-5': 'first 5', 'recall-10': 'first 10', 'ndcg-10': 'nDCG@10' }[
            score
          ],
          bars: methods.map((method) => bar(labelOf(method), metrics[`${method}-${score}`]!)),
        })),
      },
      ...(followUps.length === 0
        ? []
        : [
            {
              kind: 'bars' as const,
              id: 'retrieval-by-query',
              title: 'Several turns: what is searched with',
              y: 'recall@5',
              unit: 'share' as const,
              groups: methods.map((method) => ({
                name: labelOf(method),
                bars: shownForms.map((form) => ({
                  name: formLabels[form],
                  value: mean(scoresOf(followUps, method, form).map((scores) => scores['recall-5'])),
                })),
              })),
            },
          ]),
    ],
  };
}

function bar(name: string, { value, low, high }: Metric) {
  return { name, value, low, high };
}
