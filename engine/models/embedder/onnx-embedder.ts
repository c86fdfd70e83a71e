// Embeddings from a local ONNX model in worker threads. The customer who has waited longest goes first, ingestion last; texts of one kind
// that wait together share a run.
import { availableParallelism } from 'node:os';
import { turnOfNow } from '#core/customer-turn.ts';
import type { Embedder, EmbedOptions } from '#core/embedder.ts';
import { openModelThreads } from '../onnx/model-threads.ts';
import { createWaitingLine } from '../onnx/waiting-line.ts';
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
/** Texts that are embedded alone gain nothing from each other: few, so that all threads have some. */
const alonePerRequest = 8;
/** Further workers start when this many documents wait. */
const crowd = 64;

interface Waiting {
  readonly text: string;
  readonly kind: TextKind;
  readonly alone: boolean;
  resolve(vector: Float32Array): void;
  reject(reason: unknown): void;
}

const perRequest = ({ kind, alone }: Waiting) =>
  kind === 'query' ? questionsPerRequest : alone ? alonePerRequest : documentsPerRequest;

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
  const line = createWaitingLine<Waiting>();
  const pool = await openModelThreads<TextsToEmbed, EmbeddingReady, readonly Float32Array[]>({
    url: new URL(import.meta.resolve('#models/embedder/embedding-worker.ts')),
    workerData: { folder, options } satisfies EmbeddingWorkerData,
    name: 'The embedder',
    maxThreads,
    next() {
      const batch = line.take({
        most: perRequest,
        joins: ({ kind, alone }, first) => kind === first.kind && alone === first.alone,
      });
      const [first] = batch;
      if (!first) return undefined;
      return {
        work: { texts: batch.map(({ text }) => text), kind: first.kind, alone: first.alone },
        resolve(vectors) {
          for (const [index, waiting] of batch.entries()) waiting.resolve(vectors[index]!);
        },
        reject(error) {
          for (const waiting of batch) waiting.reject(error);
        },
      };
    },
    isCrowded: () => line.length > crowd,
    rejectWaiting(error) {
      for (const waiting of line.clear()) waiting.reject(error);
    },
  });

  function embed(
    texts: readonly string[],
    kind: TextKind,
    { signal, alone = false }: EmbedOptions = {},
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    pool.throwIfClosed();
    // Longest first, so that texts that share a run have like lengths and the last runs are the short ones.
    const order = texts.map((_, position) => position).sort((a, b) => texts[b]!.length - texts[a]!.length);
    return new Promise((resolve, reject) => {
      const vectors = new Array<Float32Array>(texts.length);
      let missing = texts.length;
      if (missing === 0) return resolve(vectors);
      const mine = new Set<Waiting>();
      const stop = (reason: unknown) => {
        signal?.removeEventListener('abort', onAbort);
        line.remove(mine);
        reject(reason);
      };
      const onAbort = () => stop(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      for (const position of order) {
        mine.add({
          text: texts[position]!,
          kind,
          alone,
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
      line.add([...mine], { arrivedAt: turnOfNow(), step: kind === 'query' ? 0 : 1 });
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
