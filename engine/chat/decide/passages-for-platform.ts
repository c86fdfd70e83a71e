// A question that names a system is not answered with what is written for another one.
import type { Chunk, ScoredChunk } from '#core/document.ts';
import { isOfOtherPlatform, type Platform, platformsIn, platformsOf } from '#core/platforms.ts';

/**
 * Without the passages that are about other platforms than the question, by their headings, title or address, and do not name its own.
 * `standalone`: the question complete in itself, for what the last turn leaves out.
 */
export function passagesForPlatform(
  { question, standalone }: { readonly question: string; readonly standalone: string },
  passages: readonly ScoredChunk[],
): readonly ScoredChunk[] {
  const asked = platformsOf([question, standalone]);
  return passages.filter(
    ({ chunk }) =>
      !isOfOtherPlatform(platformsOfPassage(chunk), asked) || !platformsIn(chunk.text).isDisjointFrom(asked),
  );
}

/** What the headings, the title, or the place of its document say that a passage is about. */
export function platformsOfPassage({
  headingPath,
  title,
  documentId,
  url,
}: Pick<Chunk, 'headingPath' | 'title' | 'documentId' | 'url'>): ReadonlySet<Platform> {
  return platformsOf([...headingPath.toReversed(), title, documentId, url ?? '']);
}
