// The thread that one embedding model runs in; onnx-embedder.ts starts it and speaks to it.
import { workerData } from 'node:worker_threads';
import { runModelThread } from '../onnx/model-thread.ts';
import { type EmbeddingModelOptions, openEmbeddingModel, type TextKind } from './embedding-model.ts';

export interface EmbeddingWorkerData {
  readonly folder: string;
  readonly options: EmbeddingModelOptions;
}

export interface TextsToEmbed {
  readonly texts: readonly string[];
  readonly kind: TextKind;
  readonly alone: boolean;
}

export interface EmbeddingReady {
  readonly modelId: string;
  readonly dimensions: number;
  readonly notice: string | undefined;
}

await runModelThread<TextsToEmbed, EmbeddingReady, readonly Float32Array[]>(async () => {
  const { folder, options } = workerData as EmbeddingWorkerData;
  const { modelId, dimensions, notice, embed, close } = await openEmbeddingModel(folder, options);
  return {
    ready: { modelId, dimensions, notice },
    run: ({ texts, kind, alone }) => embed(texts, kind, { alone }),
    moved: (vectors) => vectors.map(({ buffer }) => buffer as ArrayBuffer),
    close,
  };
});
