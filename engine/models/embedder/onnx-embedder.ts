// Embeddings from a local ONNX model in worker threads. Customers' questions go before documents, and those that wait together share
// a run.
import { availableParallelism } from 'node:os';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { openModelThreads } from '../onnx/model-threads.ts';
import type { EmbeddingModelOptions, TextKind } from './embedding-model.ts';
import type { EmbeddingReady, EmbeddingWorkerData, TextsToEmbed } from './embedding-worker.ts';

export interface OnnxEmbedderOptions extends EmbeddingModelOptions {
  /** Worker threads, each with the model loaded; the second and later start when documents pile up. 0 = one per core. */
  readonly threads?: number;
  /** Told once, when the model does not run on the execution provider that was asked for. */
  readonly onNotice?: (notice: string) => void;
}

/** Handed to a worker at once: enough to fill its runs with texts of like length, few enough to stop soon after an abort. */
const documentsPerRequest = 32;
/** Few, because all of them wait for the last. */
const questionsPerRequest = 8;
/** Further workers start when this many documents wait. */
const crowd = 64;

interface Waiting {
  readonly text: string;
  readonly kind: TextKind;
  resolve(vector: Float32Array): void;
  reject(reason: unknown): void;
}

/**
 * `folder` holds `model.onnx`, `tokenizer.json` and optionally `config.json` (see embedding-settings.ts). Rejects with
 * `model-invalid` if it holds no usable model. An empty text has a vector too (that of the model's special tokens). `close()` waits
 * for the run in progress.
 */
export async function openOnnxEmbedder(
  folder: string,
  { threads = 0, onNotice, ...options }: OnnxEmbedderOptions = {},
): Promise<Embedder> {
  const maxThreads = threads > 0 ? threads : availableParallelism();
  const questions: Waiting[] = [];
  const documents: Waiting[] = [];
  const pool = await openModelThreads<TextsToEmbed, EmbeddingReady, readonly Float32Array[]>({
    url: new URL(import.meta.resolve('#models/embedder/embedding-worker.ts')),
    workerData: { folder, options } satisfies EmbeddingWorkerData,
    name: 'The embedder',
    maxThreads,
    next() {
      const batch =
        questions.length > 0
          ? questions.splice(0, questionsPerRequest)
          : documents.splice(0, documentsPerRequest);
      if (batch.length === 0) return undefined;
      return {
        work: { texts: batch.map(({ text }) => text), kind: batch[0]!.kind },
        resolve(vectors) {
          for (const [index, waiting] of batch.entries()) waiting.resolve(vectors[index]!);
        },
        reject(error) {
          for (const waiting of batch) waiting.reject(error);
        },
      };
    },
    isCrowded: () => documents.length > crowd,
    rejectWaiting(error) {
      for (const waiting of [...questions.splice(0), ...documents.splice(0)]) waiting.reject(error);
    },
  });

  function embed(
    texts: readonly string[],
    kind: TextKind,
    { signal }: CallOptions = {},
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    pool.throwIfClosed();
    const queue = kind === 'query' ? questions : documents;
    // Longest first, so that texts that share a run have like lengths and the last runs are the short ones.
    const order = texts.map((_, position) => position).sort((a, b) => texts[b]!.length - texts[a]!.length);
    return new Promise((resolve, reject) => {
      const vectors = new Array<Float32Array>(texts.length);
      let missing = texts.length;
      if (missing === 0) return resolve(vectors);
      const mine = new Set<Waiting>();
      const stop = (reason: unknown) => {
        signal?.removeEventListener('abort', onAbort);
        removeWaiting(queue, mine);
        reject(reason);
      };
      const onAbort = () => stop(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      for (const position of order) {
        mine.add({
          text: texts[position]!,
          kind,
          resolve(vector) {
            vectors[position] = vector;
            missing -= 1;
            if (missing > 0) return;
            signal?.removeEventListener('abort', onAbort);
            resolve(vectors);
          },
          reject: stop,
        });
      }
      for (const waiting of mine) queue.push(waiting);
      pool.wake();
    });
  }

  const { modelId, dimensions, notice } = pool.ready;
  if (notice !== undefined) onNotice?.(notice);
  return {
    modelId,
    dimensions,
    embedDocuments: async (texts, options) => embed(texts, 'document', options),
    embedQuery: async (text, options) => (await embed([text], 'query', options))[0]!,
    close: pool.close,
  };
}

/** In place, and in one pass: an aborted ingestion may have a hundred thousand texts waiting. */
function removeWaiting(queue: Waiting[], gone: ReadonlySet<Waiting>): void {
  let kept = 0;
  for (const waiting of queue) {
    if (!gone.has(waiting)) queue[kept++] = waiting;
  }
  queue.length = kept;
}
