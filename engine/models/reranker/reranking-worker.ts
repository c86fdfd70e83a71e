// The thread that one reranking model runs in; onnx-reranker.ts starts it and speaks to it.
import { workerData } from 'node:worker_threads';
import type { TextScore } from '#core/reranker.ts';
import { runModelThread } from '../onnx/model-thread.ts';
import { openRerankingModel, type RerankingModel } from './reranking-model.ts';

export interface RerankingWorkerData {
  readonly folder: string;
}

/** Pairs of one question with several texts; the result is one logit for each. */
export interface PairsToScore {
  readonly question: string;
  readonly texts: readonly string[];
}

export type RerankingReady = Pick<RerankingModel, 'modelId' | 'maxTokens' | 'trust'>;

await runModelThread<PairsToScore, RerankingReady, TextScore[]>(async () => {
  const { folder } = workerData as RerankingWorkerData;
  const { modelId, maxTokens, trust, score, close } = await openRerankingModel(folder);
  return {
    ready: { modelId, maxTokens, trust },
    run: ({ question, texts }) => score(question, texts),
    close,
  };
});
