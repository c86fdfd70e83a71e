// What of a model's questions is used: what a customer could have typed, and nothing that only looks like it.
import { longestSectionQuestion } from '#core/section-questions.ts';

export interface CheckOptions {
  /** Title and headings of the section: repeated, they find nothing that the section does not find itself. */
  readonly headings: readonly string[];
  /** Questions that there are already. */
  readonly taken?: readonly string[];
}

/** Letters and digits. */
const fewestLetters = 6;
const markup = /[<>`{}|]|\*\*|__|\]\(|https?:\/\/|^\s*(?:[#>*•-]|\d+[.)])\s/i;
/** A statement. Without a mark at the end it is a phrase, as people type it into a search box. */
const endsAsStatement = /[.!:;。！]["'”’)]*$/;

export function checkedQuestions<Written extends { readonly question: string }>(
  written: readonly Written[],
  { headings, taken = [] }: CheckOptions,
): Written[] {
  const seen = new Set([...headings, ...taken].map(lettersOf));
  return written
    .filter(({ question }) => !question.trim().includes('\n') && !markup.test(question))
    .map((one) => ({ ...one, question: one.question.replace(/\s+/g, ' ').trim() }))
    .filter(({ question: text }) => {
      const letters = lettersOf(text);
      const isUsable =
        letters.length >= fewestLetters &&
        text.length <= longestSectionQuestion &&
        !endsAsStatement.test(text) &&
        !seen.has(letters);
      seen.add(letters);
      return isUsable;
    });
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
