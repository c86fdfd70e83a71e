// Vectors of many short texts. They are embedded as queries, because a classifier reads customers' messages.
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';

export type Progress = (done: number, total: number) => void;

/** Under way at once: enough for an embedder to share its runs, few enough for a server. */
const atOnce = 64;

export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  { signal, progress }: CallOptions & { readonly progress?: Progress | undefined } = {},
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  // Of like length together, since the shorter ones wait for the longest.
  const order = texts.map((_, index) => index).sort((a, b) => texts[a]!.length - texts[b]!.length);
  for (let start = 0; start < order.length; start += atOnce) {
    const part = order.slice(start, start + atOnce);
    const embedded = await Promise.all(part.map((index) => embedder.embedQuery(texts[index]!, { signal })));
    for (const [at, index] of part.entries()) vectors[index] = embedded[at]!;
    progress?.(start + part.length, texts.length);
  }
  return vectors;
}
