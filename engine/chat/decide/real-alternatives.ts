// When asking back is worth a customer's time: several articles say the same of different things, and the question does not say of which.
import type { Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';

/** More are a menu. */
const mostAlternatives = 3;
/** An article is nearly as good from this share of the best score on. */
const nearlyAsGood = 0.65;
/** Titles are alike from this share of their words on. */
const alikeFrom = 0.5;

/**
 * The best article and those whose titles differ from its title in what they are about: "Reset a Thermostat 1", "Reset a Thermostat 2".
 * Empty where there is no other, or where the question names what one of them is about.
 */
export function realAlternatives(question: string, passages: readonly ScoredChunk[]): Topic[] {
  const best = passages[0];
  if (best?.chunk.kind !== 'article') return [];
  const asked = new Set(tokenizeForSearch(question));
  const ofBest = new Set(tokenizeForSearch(best.chunk.title));
  const topics = new Map([[best.chunk.documentId, topicOf(best)]]);
  const own = new Set<string>();
  for (const passage of passages) {
    const { kind, documentId, title } = passage.chunk;
    if (kind !== 'article' || topics.has(documentId) || passage.score < nearlyAsGood * best.score) continue;
    const tokens = new Set(tokenizeForSearch(title));
    const shared = [...tokens].filter((token) => ofBest.has(token));
    const ownOfBest = [...ofBest].filter((token) => !tokens.has(token));
    const ownOfOther = [...tokens].filter((token) => !ofBest.has(token));
    const isAlike = shared.length >= alikeFrom * Math.max(tokens.size, ofBest.size);
    // "Backup codes" and "Issues with backup codes" are one thing.
    const isOther = ownOfBest.length > 0 && ownOfOther.length > 0;
    if (!isAlike || !isOther || topics.size === mostAlternatives) continue;
    topics.set(documentId, topicOf(passage));
    for (const token of [...ownOfBest, ...ownOfOther]) own.add(token);
  }
  const isNamed = [...own].some((token) => asked.has(token));
  return topics.size > 1 && !isNamed ? [...topics.values()] : [];
}

const topicOf = ({ chunk: { documentId, title } }: ScoredChunk): Topic => ({ documentId, title });
