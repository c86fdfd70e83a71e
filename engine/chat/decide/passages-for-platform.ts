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
  text,
}: Pick<Chunk, 'headingPath' | 'title' | 'documentId' | 'url' | 'text'>): ReadonlySet<Platform> {
  const named = platformsOf([...headingPath.toReversed(), title, pathOf(documentId), pathOf(url ?? '')]);
  return isOfGlass(text) ? new Set([...named].filter((platform) => platform !== 'windows')) : named;
}

/** Without the host of an address: "iphone-repair.example" is the name of a company. */
const pathOf = (place: string) => (URL.canParse(place) ? new URL(place).pathname : place);

/** In a heading, "Windows" may be those of a house: the text tells, for it has capitals only at the beginning of sentences. */
function isOfGlass(text: string): boolean {
  return /\bwindows?\b/.test(text) && !/[\p{Ll}\d,] \**Windows\b/u.test(text);
}
