// The words that a team publishes for its customers. What stands in an article is no secret of a conversation.
import type { TeamWords } from './general-sentence.ts';

export interface TeamVocabulary extends TeamWords {
  /** Of an article for customers. All have to be learnt before the first question. */
  learn(text: string): void;
}

export function createTeamVocabulary(): TeamVocabulary {
  const words = new Set<string>();
  const names = new Set<string>();
  return {
    learn(text) {
      for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)) {
        words.add(word.toLowerCase());
        if (isName(word) && (/\d/.test(word) || isInside(text, index))) names.add(word.toLowerCase());
      }
    },
    has: (word) => words.has(word.toLowerCase()),
    hasName: (word) => names.has(word.toLowerCase()),
  };
}

const isName = (word: string) => /^\p{Lu}/u.test(word) || /\d/.test(word) || /^\p{Ll}+\p{Lu}/u.test(word);

/** Not the first word of a sentence, a line, or what stands in brackets. */
function isInside(text: string, index: number): boolean {
  return /[\p{L}\p{N},;>→/][ ]$/u.test(text.slice(Math.max(0, index - 2), index));
}
