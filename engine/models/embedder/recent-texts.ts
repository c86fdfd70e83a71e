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
    embedDocuments(texts, options) {
      const { modelId } = embedder;
      const embed = async (text: string) =>
        (await embedder.embedDocuments([text], { ...options, alone: true }))[0]!;
      return Promise.all(texts.map((text) => recent(`${modelId}\n${text}`, () => embed(text), options)));
    },
  };
}
