// Embeddings from a local ONNX model. onnxruntime-node computes on the thread that calls it, so the model lives in worker threads
// and the event loop stays free. Texts wait in one queue: customers' questions first, and those that wait together share a run.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { EmbeddingModelOptions, TextKind } from './embedding-model.ts';
import type { EmbeddingReply, EmbeddingRequest, EmbeddingWorkerData } from './embedding-worker.ts';

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

interface EmbeddingThread {
  readonly worker: Worker;
  /** What it works on; undefined while it loads. */
  batch: readonly Waiting[] | undefined;
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
  const pool = new Set<EmbeddingThread>();
  let closed = false;

  function startThread(): Promise<{ modelId: string; dimensions: number; notice: string | undefined }> {
    const worker = new Worker(new URL('./embedding-worker.ts', import.meta.url), {
      workerData: { folder, options } satisfies EmbeddingWorkerData,
    });
    const thread: EmbeddingThread = { worker, batch: undefined };
    pool.add(thread);
    return new Promise((resolve, reject) => {
      worker.on('message', (reply: EmbeddingReply) => {
        const batch = thread.batch ?? [];
        if (reply.type === 'ready') resolve(reply);
        if (reply.type === 'vectors') {
          for (const [index, waiting] of batch.entries()) waiting.resolve(reply.vectors[index]!);
        }
        if (reply.type === 'failed') {
          const error = new AppError(reply.code, reply.message);
          if (thread.batch === undefined) return drop(error);
          for (const waiting of batch) waiting.reject(error);
        }
        giveWork(thread);
      });
      worker.on('error', (cause) =>
        drop(new AppError('internal', 'The embedding thread ended with an error.', { cause })),
      );
      worker.on('exit', () => drop(closedError()));

      function drop(error: AppError): void {
        pool.delete(thread);
        for (const waiting of thread.batch ?? []) waiting.reject(error);
        thread.batch = [];
        reject(error);
        if (pool.size > 0) return;
        for (const waiting of [...questions.splice(0), ...documents.splice(0)]) waiting.reject(error);
      }
    });
  }

  function giveWork(thread: EmbeddingThread): void {
    const batch =
      questions.length > 0
        ? questions.splice(0, questionsPerRequest)
        : documents.splice(0, documentsPerRequest);
    thread.batch = batch;
    if (batch.length === 0) {
      // An idle embedder does not keep the process alive.
      if (!closed) thread.worker.unref();
      return;
    }
    thread.worker.ref();
    const request: EmbeddingRequest = {
      type: 'embed',
      texts: batch.map(({ text }) => text),
      kind: batch[0]!.kind,
    };
    thread.worker.postMessage(request);
  }

  function wake(): void {
    // A thread that cannot start rejects what waits, if it was the only one.
    if (pool.size === 0 || (documents.length > crowd && pool.size < maxThreads))
      startThread().catch(() => {});
    for (const thread of pool) {
      if (thread.batch?.length === 0 && questions.length + documents.length > 0) giveWork(thread);
    }
  }

  function embed(
    texts: readonly string[],
    kind: TextKind,
    { signal }: CallOptions = {},
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    if (closed) throw closedError();
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
      wake();
    });
  }

  const { modelId, dimensions, notice } = await startThread();
  if (notice !== undefined) onNotice?.(notice);
  return {
    modelId,
    dimensions,
    embedDocuments: async (texts, options) => embed(texts, 'document', options),
    embedQuery: async (text, options) => (await embed([text], 'query', options))[0]!,
    async close() {
      closed = true;
      for (const waiting of [...questions.splice(0), ...documents.splice(0)]) waiting.reject(closedError());
      await Promise.all(
        [...pool].map(async ({ worker }) => {
          const exit = once(worker, 'exit');
          worker.ref();
          worker.postMessage({ type: 'close' } satisfies EmbeddingRequest);
          await exit;
        }),
      );
    },
  };
}

function closedError(): AppError {
  return new AppError('shutting-down', 'The embedder is closed.');
}

/** In place, and in one pass: an aborted ingestion may have a hundred thousand texts waiting. */
function removeWaiting(queue: Waiting[], gone: ReadonlySet<Waiting>): void {
  let kept = 0;
  for (const waiting of queue) {
    if (!gone.has(waiting)) queue[kept++] = waiting;
  }
  queue.length = kept;
}
