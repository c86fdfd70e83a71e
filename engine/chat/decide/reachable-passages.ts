// Passages that a question can have been compared with. The embedder that ships and the words know nothing of what a question in another
// script than the articles' means: whatever is found for it is the nearest of nothing.
import type { ScoredChunk } from '#core/document.ts';

/** Of other embedders nothing is known: many read dozens of scripts. */
const ownEmbedder = /^answerdesk-embedder-/;

const scripts = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
  /\p{Script=Hangul}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Bengali}/u,
  /\p{Script=Tamil}/u,
  /\p{Script=Telugu}/u,
  /\p{Script=Thai}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Georgian}/u,
  /\p{Script=Ethiopic}/u,
];

/** Those that share a script with the question; all of them where it has no letters. `question`: complete in itself. */
export function reachablePassages(
  question: string,
  passages: readonly ScoredChunk[],
  { modelId }: { readonly modelId: string },
): readonly ScoredChunk[] {
  if (!ownEmbedder.test(modelId) || !/\p{L}/u.test(question)) return passages;
  const own = scripts.filter((script) => script.test(question));
  return passages.filter(({ chunk }) => own.some((script) => script.test(chunk.title + chunk.text)));
}
