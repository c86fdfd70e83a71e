// What was found in the articles that the customer picked, where the desk had asked about sections of an article.
import type { Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';

/** Those in the sections picked; all of them where a topic is a whole article, or its section has been renamed since. */
export function pickedPassages(topics: readonly Topic[], passages: ScoredChunk[]): ScoredChunk[] {
  const picked = passages.filter(({ chunk }) =>
    topics.some(
      ({ documentId, section }) =>
        documentId === chunk.documentId && (section === undefined || chunk.headingPath.includes(section)),
    ),
  );
  return picked.length > 0 ? picked : passages;
}
