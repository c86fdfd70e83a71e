// Words that a team publishes: its own name, its products, the companies it works with. A model takes them for names of people. They stand with
// a capital in several articles that anybody may read; a word that only one article has may be a person's name.
import type { Document } from '#core/document.ts';

export interface PublishedWords {
  learn(document: Document): void;
  /** `word` in small letters. */
  has(word: string): boolean;
}

const leastArticles = 3;
/** A longer article says nothing more of what its team calls its things. */
const readCharacters = 50_000;

/** `always`: words that the source's settings name. */
export function createPublishedWords(always: readonly string[] = []): PublishedWords {
  const articles = new Map<string, number>();
  const named = new Set(always.flatMap((name) => name.toLowerCase().split(/\s+/)));
  return {
    learn({ pageContent, metadata }) {
      if (metadata.kind !== 'article' || metadata.audience !== 'customer') return;
      const text = `${metadata.title}\n${pageContent.slice(0, readCharacters)}`;
      const words = new Set(
        Array.from(text.matchAll(/\p{Lu}[\p{L}\p{M}\p{N}’]+/gu), ([word]) => word.toLowerCase()),
      );
      for (const word of words) articles.set(word, (articles.get(word) ?? 0) + 1);
    },
    has: (word) => named.has(word) || (articles.get(word) ?? 0) >= leastArticles,
  };
}
