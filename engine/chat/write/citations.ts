// The citations of an answer, from the numbers that it cites.
import type { Citation } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';

/** `cited`: 1-based numbers of `passages`, in the order in which the text cites them. */
export function citationsOf(cited: readonly number[], passages: readonly ScoredChunk[]): Citation[] {
  return cited.map((passage, index) => {
    const { chunk } = passages[passage - 1]!;
    return {
      number: index + 1,
      documentId: chunk.documentId,
      chunkId: chunk.id,
      title: chunk.title,
      ...(chunk.url === undefined ? {} : { url: chunk.url }),
      quote: chunk.text,
    };
  });
}
