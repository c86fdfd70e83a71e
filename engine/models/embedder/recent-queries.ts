// An embedder that remembers the last queries: the extractive answer compares sentences with the question that was searched for.
import { LRUCache } from 'lru-cache';
import type { Embedder } from '#core/embedder.ts';

/** `embedQuery` of a text asked for lately costs nothing. Only finished vectors are kept, so an abort or a failure leaves no trace. */
export function rememberQueries(embedder: Embedder, { queries = 32 }: { queries?: number } = {}): Embedder {
  const recent = new LRUCache<string, Float32Array>({ max: queries });
  return {
    modelId: embedder.modelId,
    dimensions: embedder.dimensions,
    embedDocuments: (texts, options) => embedder.embedDocuments(texts, options),
    async embedQuery(text, options) {
      options?.signal?.throwIfAborted();
      const known = recent.get(text);
      if (known) return known;
      const vector = await embedder.embedQuery(text, options);
      recent.set(text, vector);
      return vector;
    },
    close: () => embedder.close(),
  };
}
