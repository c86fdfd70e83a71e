// The thread that one embedding model runs in; onnx-embedder.ts starts it and speaks to it.
import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, toAppError } from '#core/errors.ts';
import { type EmbeddingModelOptions, openEmbeddingModel, type TextKind } from './embedding-model.ts';

/** `close` lets the thread end by itself: to terminate it during an inference aborts the whole process. */
export type EmbeddingRequest =
  | { readonly type: 'embed'; readonly texts: readonly string[]; readonly kind: TextKind }
  | { readonly type: 'close' };

export interface EmbeddingWorkerData {
  readonly folder: string;
  readonly options: EmbeddingModelOptions;
}

/** One reply to each `embed`, and one unasked when the model is loaded. */
export type EmbeddingReply =
  | {
      readonly type: 'ready';
      readonly modelId: string;
      readonly dimensions: number;
      readonly notice: string | undefined;
    }
  | { readonly type: 'vectors'; readonly vectors: readonly Float32Array[] }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

const port = parentPort!;

function reply(message: EmbeddingReply): void {
  port.postMessage(
    message,
    message.type === 'vectors' ? message.vectors.map(({ buffer }) => buffer as ArrayBuffer) : [],
  );
}

function fail(thrown: unknown): void {
  const { code, message } = toAppError(thrown);
  reply({ type: 'failed', code, message });
}

try {
  const { folder, options } = workerData as EmbeddingWorkerData;
  const model = await openEmbeddingModel(folder, options);
  let work: Promise<void> = Promise.resolve();
  port.on('message', (request: EmbeddingRequest) => {
    work = work.then(async () => {
      if (request.type === 'embed') {
        await model
          .embed(request.texts, request.kind)
          .then((vectors) => reply({ type: 'vectors', vectors }), fail);
      } else {
        await model.close();
        port.close();
      }
    });
  });
  const { modelId, dimensions, notice } = model;
  reply({ type: 'ready', modelId, dimensions, notice });
} catch (error) {
  fail(error);
}
