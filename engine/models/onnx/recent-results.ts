// What a model said lately, so that it is not asked again. Only for what depends on nothing but the key.
import { LRUCache } from 'lru-cache';
import type { CallOptions } from '#core/call-options.ts';

/** Computes what is not known. Who asks for what is being computed waits for it; a failure or an abort leaves no trace. */
export type RecentResults<Result> = (
  key: string,
  compute: () => Promise<Result>,
  options?: CallOptions,
) => Promise<Result>;

export interface RecentOptions<Result> {
  /** Of all results together, in the unit of `sizeOf`; those asked for longest ago are forgotten first. */
  readonly most: number;
  /** 1 for each if left out. */
  readonly sizeOf?: (result: Result) => number;
}

export function createRecentResults<Result extends object>({
  most,
  sizeOf = () => 1,
}: RecentOptions<Result>): RecentResults<Result> {
  const known = new LRUCache<string, Result>({
    maxSize: most,
    sizeCalculation: (result) => Math.max(1, sizeOf(result)),
  });
  const pending = new Map<string, Promise<Result>>();

  async function compute(key: string, work: () => Promise<Result>): Promise<Result> {
    const computing = work();
    pending.set(key, computing);
    try {
      const result = await computing;
      known.set(key, result);
      return result;
    } finally {
      pending.delete(key);
    }
  }

  return async (key, work, { signal } = {}) => {
    for (;;) {
      signal?.throwIfAborted();
      const result = known.get(key);
      if (result) return result;
      const others = pending.get(key);
      if (!others) return compute(key, work);
      // If whoever computes it gives up, it is computed here.
      await endOf(others, signal);
      if (!pending.has(key) && !known.has(key)) return compute(key, work);
    }
  };
}

/** Resolves when it is settled either way, or the signal aborts. */
async function endOf(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } catch {
    // Its owner tells.
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
