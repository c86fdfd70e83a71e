// Vectors for texts while they are still being made: known texts from the cache, new ones from the embedder, a few requests ahead.
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { contentHash } from '#knowledge/generations/generation-reader.ts';

export interface EmbeddingRun {
  /** Rows are in the order of `add`. Waits only while too many texts are on their way. */
  add(text: string): Promise<void>;
  /** All vectors, one for each text added. */
  finish(): Promise<Float32Array[]>;
  readonly counts: { added: number; cached: number; embedded: number };
}

export interface EmbeddingRunOptions extends CallOptions {
  /** Vectors by content hash; texts embedded in this run are added. */
  readonly cache: Map<string, Float32Array>;
  readonly onProgress?: () => void;
}

/** Enough to sort by length and to keep every thread of the embedder busy. */
const textsPerRequest = 128;
const requestsAhead = 4;

export function createEmbeddingRun(
  embedder: Pick<Embedder, 'embedDocuments'>,
  { cache, onProgress, signal }: EmbeddingRunOptions,
): EmbeddingRun {
  const hashes: string[] = [];
  const requested = new Set<string>();
  const counts = { added: 0, cached: 0, embedded: 0 };
  const inFlight = new Set<Promise<void>>();
  let batch: { hash: string; text: string }[] = [];
  let failure: { error: unknown } | undefined;

  async function send(): Promise<void> {
    const texts = batch;
    batch = [];
    if (texts.length === 0) return;
    const request = embedder
      .embedDocuments(
        texts.map(({ text }) => text),
        { signal },
      )
      .then((vectors) => {
        for (const [index, { hash }] of texts.entries()) cache.set(hash, vectors[index]!);
        counts.embedded += texts.length;
        onProgress?.();
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => inFlight.delete(request));
    inFlight.add(request);
    if (inFlight.size >= requestsAhead) await Promise.race(inFlight);
    if (failure) throw failure.error;
  }

  return {
    counts,
    async add(text) {
      const hash = contentHash(text);
      hashes.push(hash);
      counts.added += 1;
      if (cache.has(hash) || requested.has(hash)) {
        counts.cached += 1;
        return;
      }
      requested.add(hash);
      batch.push({ hash, text });
      if (batch.length >= textsPerRequest) await send();
    },
    async finish() {
      await send();
      await Promise.all(inFlight);
      if (failure) throw failure.error;
      signal?.throwIfAborted();
      return hashes.map((hash) => cache.get(hash)!);
    },
  };
}
