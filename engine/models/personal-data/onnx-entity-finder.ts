// The model of personal data in worker threads: the texts of one call are shared out among them, those of like length together.
import { availableParallelism } from 'node:os';
import type { Entity, EntityFinder } from '#core/entity-finder.ts';
import { type Job, openModelThreads } from '../onnx/model-threads.ts';
import type { EntityReady, EntityWorkerData } from './entity-worker.ts';

/** Some runs of the model: enough to sort by length, and little to wait for when a signal is aborted. */
const textsPerJob = 32;

/** `folder` as for `openEntityModel`. Rejects with `model-invalid`. `threads`: 0 = one for each core. */
export async function openOnnxEntityFinder(folder: string, threads = 0): Promise<EntityFinder> {
  const queue: Job<readonly string[], Entity[][]>[] = [];
  const pool = await openModelThreads<readonly string[], EntityReady, Entity[][]>({
    url: new URL(import.meta.resolve('#models/personal-data/entity-worker.ts')),
    workerData: { folder } satisfies EntityWorkerData,
    name: 'The model of personal data',
    maxThreads: threads > 0 ? threads : availableParallelism(),
    next: () => queue.shift(),
    isCrowded: () => queue.length > 1,
    rejectWaiting(error) {
      for (const job of queue.splice(0)) job.reject(error);
    },
  });

  return {
    modelId: pool.ready.modelId,
    async find(texts, { signal } = {}) {
      signal?.throwIfAborted();
      pool.throwIfClosed();
      const found = new Array<Entity[]>(texts.length);
      const order = texts.map((_, index) => index).sort((a, b) => texts[b]!.length - texts[a]!.length);
      const shares: number[][] = [];
      for (let from = 0; from < order.length; from += textsPerJob)
        shares.push(order.slice(from, from + textsPerJob));
      const jobs: typeof queue = [];
      const results = shares.map((share) => {
        const { promise, resolve, reject } = Promise.withResolvers<Entity[][]>();
        jobs.push({ work: share.map((index) => texts[index]!), resolve, reject });
        return promise.then((entities) => {
          for (const [at, index] of share.entries()) found[index] = entities[at]!;
        });
      });
      const onAbort = () => {
        for (const job of jobs) {
          const at = queue.indexOf(job);
          if (at !== -1) queue.splice(at, 1);
          job.reject(signal?.reason);
        }
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      queue.push(...jobs);
      pool.wake();
      try {
        await Promise.all(results);
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
      return found;
    },
    close: pool.close,
  };
}
