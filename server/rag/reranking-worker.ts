// The thread that one reranking model runs in; onnx-reranker.ts starts it and speaks to it.
import { workerData } from 'node:worker_threads';
import { runModelThread } from './model-thread.ts';
import { openRerankingModel } from './reranking-model.ts';

export interface RerankingWorkerData {
  readonly folder: string;
}

/** Pairs of one question with several texts; the result is one logit for each. */
export interface PairsToScore {
  readonly question: string;
  readonly texts: readonly string[];
}

export interface RerankingReady {
  readonly modelId: string;
  readonly maxTokens: number;
}

await runModelThread<PairsToScore, RerankingReady, Float32Array>(async () => {
  const { folder } = workerData as RerankingWorkerData;
  const { modelId, maxTokens, score, close } = await openRerankingModel(folder);
  return { ready: { modelId, maxTokens }, run: ({ question, texts }) => score(question, texts), close };
});
