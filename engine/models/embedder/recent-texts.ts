// Embedders that remember what they embedded lately. A vector depends on its text alone, so it need not be computed twice.
import type { Embedder } from '#core/embedder.ts';
import { createRecentResults } from '../onnx/recent-results.ts';

/** `embedQuery` of a text asked for lately costs nothing: customers ask the same, and the extractive answer compares sentences with it. */
export function rememberQueries(embedder: Embedder, { queries = 500 }: { queries?: number } = {}): Embedder {
  const recent = createRecentResults<Float32Array>({ most: queries });
  return {
    modelId: embedder.modelId,
    dimensions: embedder.dimensions,
    embedDocuments: (texts, options) => embedder.embedDocuments(texts, options),
    embedQuery: (text, options) => recent(text, () => embedder.embedQuery(text, options), options),
    close: () => embedder.close(),
  };
}

/**
 * For sentences of articles, which answer again and again: each is embedded by itself, and once. With 384 dimensions 10,000 take some
 * 18 MB. The model may change underneath.
 */
export function rememberSentences(
  embedder: Embedder,
  { sentences = 10_000 }: { sentences?: number } = {},
): Pick<Embedder, 'embedDocuments' | 'embedQuery'> {
  const recent = createRecentResults<Float32Array>({ most: sentences });
  return {
    embedQuery: (text, options) => embedder.embedQuery(text, options),
    async embedDocuments(texts, options) {
      const { modelId } = embedder;
      const embed = (some: readonly string[]) => embedder.embedDocuments(some, { ...options, alone: true });
      const missing: string[] = [];
      const together = Promise.withResolvers<ReadonlyMap<string, Float32Array>>();
      let isSent = false;
      const vectors = texts.map((text) =>
        recent(
          `${modelId}\n${text}`,
          async () => {
            // What another customer was computing, and gave up.
            if (isSent) return (await embed([text]))[0]!;
            missing.push(text);
            return (await together.promise).get(text)!;
          },
          options,
        ),
      );
      isSent = true;
      // In one call: of a model on a server it is one request.
      if (missing.length > 0)
        embed(missing).then(
          (found) => together.resolve(new Map(missing.map((text, index) => [text, found[index]!]))),
          together.reject,
        );
      return Promise.all(vectors);
    },
  };
}
