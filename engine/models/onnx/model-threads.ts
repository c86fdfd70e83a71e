// Worker threads that run one model. Their owner keeps the queue and says what comes next. onnxruntime-node computes on the thread that
// calls it, so models live in such threads and the event loop stays free.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '#core/errors.ts';
import type { ThreadReply, ThreadRequest } from './model-thread.ts';

/** What a thread does in one go. Either `resolve` or `reject` is called, once. */
export interface Job<Work, Result> {
  readonly work: Work;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

export interface ModelThreadsOptions<Work, Result> {
  /** The file that calls `runModelThread`. */
  readonly url: URL;
  readonly workerData: object;
  /** For error messages: "The embedder". */
  readonly name: string;
  readonly maxThreads: number;
  /** The next work for a thread that is free; undefined when nothing waits. */
  next(): Job<Work, Result> | undefined;
  /** So much waits that another thread is worth starting. */
  isCrowded(): boolean;
  /** No thread is left to do what waits. */
  rejectWaiting(error: AppError): void;
}

export interface ModelThreads<Ready> {
  /** Of the first thread. */
  readonly ready: Ready;
  /** Call it after something was put into the queue. Starts threads, too; a thread that ended with an error is replaced. */
  wake(): void;
  /** Throws `shutting-down` after `close()`. */
  throwIfClosed(): void;
  /** Rejects what waits, and waits for the work in progress. */
  close(): Promise<void>;
}

interface Thread<Work, Result> {
  readonly worker: Worker;
  isLoaded: boolean;
  job: Job<Work, Result> | undefined;
}

/** Rejects with the error of the first thread, if it cannot load its model. */
export async function openModelThreads<Work, Ready, Result>(
  options: ModelThreadsOptions<Work, Result>,
): Promise<ModelThreads<Ready>> {
  const { url, workerData, name, maxThreads, next, isCrowded, rejectWaiting } = options;
  const pool = new Set<Thread<Work, Result>>();
  let closed = false;
  const closedError = () => new AppError('shutting-down', `${name} is closed.`);

  function startThread(): Promise<Ready> {
    const worker = new Worker(url, { workerData });
    const thread: Thread<Work, Result> = { worker, isLoaded: false, job: undefined };
    pool.add(thread);
    return new Promise((resolve, reject) => {
      worker.on('message', (reply: ThreadReply<Ready, Result>) => {
        const { job } = thread;
        thread.job = undefined;
        if (reply.type === 'ready') {
          thread.isLoaded = true;
          resolve(reply.ready);
        }
        if (reply.type === 'done') job?.resolve(reply.result);
        if (reply.type === 'failed') {
          const error = new AppError(reply.code, reply.message);
          if (!thread.isLoaded) return drop(error);
          job?.reject(error);
        }
        giveWork(thread);
      });
      worker.on('error', (cause) =>
        drop(new AppError('internal', `${name}: a thread ended with an error.`, { cause })),
      );
      worker.on('exit', () => drop(closedError()));

      function drop(error: AppError): void {
        pool.delete(thread);
        thread.job?.reject(error);
        thread.job = undefined;
        reject(error);
        if (pool.size === 0) rejectWaiting(error);
      }
    });
  }

  function giveWork(thread: Thread<Work, Result>): void {
    thread.job = next();
    if (thread.job === undefined) {
      // Idle, it does not keep the process alive.
      if (!closed) thread.worker.unref();
      return;
    }
    thread.worker.ref();
    thread.worker.postMessage({ type: 'work', work: thread.job.work } satisfies ThreadRequest<Work>);
  }

  const ready = await startThread();
  return {
    ready,
    wake() {
      // A thread that cannot start rejects what waits, if it was the only one.
      if (pool.size === 0 || (isCrowded() && pool.size < maxThreads)) startThread().catch(() => {});
      for (const thread of pool) {
        if (thread.isLoaded && thread.job === undefined) giveWork(thread);
      }
    },
    throwIfClosed() {
      if (closed) throw closedError();
    },
    async close() {
      closed = true;
      rejectWaiting(closedError());
      await Promise.all(
        [...pool].map(async ({ worker }) => {
          const exit = once(worker, 'exit');
          worker.ref();
          worker.postMessage({ type: 'close' } satisfies ThreadRequest<Work>);
          await exit;
        }),
      );
    },
  };
}
