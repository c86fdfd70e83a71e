// How well a setting of the reranking retriever ranks the trials, and how much of the reading it saves.
import type { ScoredChunk } from '#core/document.ts';
import type { Reranker } from '#core/reranker.ts';
import { createRerankingRetriever, type RerankingOptions } from '#knowledge/retrieval/reranking-retriever.ts';
import { mean } from '#learning/metrics/metric.ts';
import { ndcgAt, recallAt } from '#learning/metrics/ranking.ts';
import type { Trial } from './trials.ts';

export interface RankedTrial {
  readonly trial: Trial;
  readonly found: readonly ScoredChunk[];
  /** Passages that the reranker read. */
  readonly read: number;
}

/** Without a reranker: the order of the first stage. */
export async function rankTrials(
  trials: readonly Trial[],
  reranker: Reranker | undefined,
  options: RerankingOptions = {},
): Promise<RankedTrial[]> {
  const ranked: RankedTrial[] = [];
  for (const trial of trials) {
    const { search, found } = trial;
    if (!reranker) {
      ranked.push({ trial, found, read: 0 });
      continue;
    }
    let read = 0;
    const retriever = createRerankingRetriever(
      { retrieve: async (_query, { k = 10 } = {}) => found.slice(0, k) },
      reranker,
      {
        ...options,
        observer: {
          reranked: (report) => {
            read = report.read;
          },
          failed(error) {
            throw error;
          },
        },
      },
    );
    const again = await retriever.retrieve(search.query, { k: found.length, context: search.context });
    ranked.push({ trial, found: again, read });
  }
  return ranked;
}

export interface RankingFigures {
  readonly ndcg10: number;
  readonly recall1: number;
  readonly recall5: number;
  /** Questions with a passage of a right article among the five that an answer is written from. */
  readonly given5: number;
  /** Share of the questions for which not all candidates were read. */
  readonly early: number;
  /** Mean number of passages read. */
  readonly read: number;
}

export function rankingFigures(ranked: readonly RankedTrial[], depth = 20): RankingFigures {
  const scored = ranked.map(({ trial, found, read }) => {
    const gold = new Set(trial.evalCase.gold);
    const documents = documentsOf(trial, found);
    return {
      ndcg10: ndcgAt(10, documents, gold),
      recall1: recallAt(1, documents, gold),
      recall5: recallAt(5, documents, gold),
      given5: found.slice(0, 5).some(({ chunk }) => gold.has(chunk.documentId)) ? 1 : 0,
      early: read > 0 && read < Math.min(depth, trial.found.length) ? 1 : 0,
      read,
    };
  });
  const average = (key: keyof RankingFigures) => mean(scored.map((one) => one[key]));
  return {
    ndcg10: average('ndcg10'),
    recall1: average('recall1'),
    recall5: average('recall5'),
    given5: average('given5'),
    early: average('early'),
    read: average('read'),
  };
}

/** Nobody labelled kinds of documents that are never gold, as in the suite `retrieval`. */
function documentsOf({ evalCase, found: first }: Trial, found: readonly ScoredChunk[]): string[] {
  const kinds = new Set(
    first.filter(({ chunk }) => evalCase.gold.includes(chunk.documentId)).map(({ chunk }) => chunk.kind),
  );
  const judged = kinds.size === 0 ? found : found.filter(({ chunk }) => kinds.has(chunk.kind));
  return [...new Set(judged.map(({ chunk }) => chunk.documentId))];
}

/** Share of the questions whose first passage is another one. */
export function changedFirst(some: readonly RankedTrial[], others: readonly RankedTrial[]): number {
  return mean(
    some.map(({ found }, index) => (found[0]?.chunk.id === others[index]!.found[0]?.chunk.id ? 0 : 1)),
  );
}
