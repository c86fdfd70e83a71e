// The redaction that ingestion gives to past conversations, for this desk's own where people get to see them: patterns, and the model that
// finds names and addresses.
import type { Document } from '#core/document.ts';
import type { EntityFinder } from '#core/entity-finder.ts';
import { createPublishedWords } from '#redact/published-words.ts';
import { redactConversation } from '#redact/redact-conversation.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import type { RedactTurns } from './read-conversations.ts';

/** The model is opened with the first conversation. `articles` tell which words are the team's own and name nobody. */
export function redactWithNames(
  openFinder: () => Promise<Pick<EntityFinder, 'find'>>,
  articles: readonly Document[],
  signal?: AbortSignal,
): RedactTurns {
  const redactor = createDefaultRedactor();
  const published = createPublishedWords();
  for (const article of articles) published.learn(article);
  return async (texts) => {
    const finder = await openFinder();
    const entities = await finder.find(texts, { signal });
    return redactConversation(texts, { redactor, entities, isPublished: published.has }).texts;
  };
}
