// Does a written answer say what the quoted one says first? If not, the quotation stays: a model that leaves out the sentence which answers,
// and is right in all else, makes the answer worse.
import type { ModelSize } from '#core/chat-model.ts';
import { citedSentences } from '#core/cited-sentences.ts';
import { numbersIn } from '#core/hard-support.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';

/** A large model has words of its own for what is quoted, and seldom leaves it out. */
export const mustCoverQuotation = (size: ModelSize): boolean => size !== 'large';

/** Share of the words of the quotation's first sentence: a model has its own words for the others. */
const wordsHeld = 0.5;

/** `quotation`: as it is shown, with its citations. True where it says nothing. */
export function coversQuotation(written: string, quotation: string): boolean {
  const first = citedSentences(quotation)[0]?.text;
  if (first === undefined) return true;
  const numbers = new Set(numbersIn(withoutMarks(written)));
  if (numbersIn(first).some((number) => !numbers.has(number))) return false;
  const words = [...new Set(tokenizeForSearch(first))];
  const held = new Set(tokenizeForSearch(written));
  return words.filter((word) => held.has(word)).length >= wordsHeld * words.length;
}

const withoutMarks = (text: string) => text.replace(/\[\d{1,3}\]/g, '');
