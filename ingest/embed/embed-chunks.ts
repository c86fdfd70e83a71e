// Vectors for texts while they are still being made: known texts are looked up, new ones come from the embedder, a few requests ahead.
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { contentHash } from '#knowledge/generations/generation-reader.ts';
import type { KnownVectors, VectorStore } from './vector-file.ts';

export interface EmbeddingRun {
  /** Rows are in the order of `add`. Waits only while too many texts are on their way. */
  add(text: string): Promise<void>;
  /** Resolves when all texts that were added have their vector, to what gives the vector of a row. */
  finish(): Promise<(row: number) => Float32Array>;
  readonly counts: { added: number; cached: number; embedded: number };
}

export interface EmbeddingRunOptions extends CallOptions {
  /** Looked into in this order, then into `store`. */
  readonly known: readonly KnownVectors[];
  /** Takes the vectors of texts that are embedded in this run. */
  readonly store: VectorStore;
  readonly onProgress?: () => void;
}

/** Enough to sort by length and to keep every thread of the embedder busy. */
const textsPerRequest = 128;
const requestsAhead = 4;

export function createEmbeddingRun(
  embedder: Pick<Embedder, 'embedDocuments'>,
  { known, store, onProgress, signal }: EmbeddingRunOptions,
): EmbeddingRun {
  const hashes: string[] = [];
  const requested = new Set<string>();
  const counts = { added: 0, cached: 0, embedded: 0 };
  const inFlight = new Set<Promise<void>>();
  let batch: { hash: string; text: string }[] = [];
  let failure: { error: unknown } | undefined;
  const sources = [...known, store];

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
        store.add(
          texts.map(({ hash }) => hash),
          vectors,
        );
        for (const { hash } of texts) requested.delete(hash);
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
      if (requested.has(hash) || sources.some((source) => source.has(hash))) {
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
      return (row) => {
        const hash = hashes[row]!;
        return sources.find((source) => source.has(hash))!.get(hash)!;
      };
    },
  };
}
