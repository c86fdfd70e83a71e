// Words that a team publishes: its own name, its products, the companies it works with, the words of its trade. A model takes them for names of
// people and places. They stand in several articles that anybody may read; a word that only one article has may be a person's name.
import type { Document } from '#core/document.ts';
import { nameOrWord } from './names-that-are-words.ts';

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
      const words = new Set<string>();
      for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}’]{3,40}/gu)) {
        const plain = word.toLowerCase();
        if (!nameOrWord.has(plain)) words.add(plain);
      }
      for (const word of words) articles.set(word, (articles.get(word) ?? 0) + 1);
    },
    has: (word) => named.has(word) || (articles.get(word) ?? 0) >= leastArticles,
  };
}
