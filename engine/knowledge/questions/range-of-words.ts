// Where words that were copied from a text stand in it.
import type { TextRange } from '#core/document.ts';
import { offsetsWithMarkup, withoutMarkup } from '#core/inline-markup.ts';

/** Letters and digits alone decide: whoever copies a sentence loses its markup, its spacing or its quotation marks. */
const counted = /[\p{L}\p{N}]/u;

/** Undefined where the text does not hold them one after the other. */
export function rangeOfWords(words: string, text: string): TextRange | undefined {
  const wanted = lettersOf(withoutMarkup(words)).letters;
  if (wanted === '') return undefined;
  const { letters, starts, ends } = lettersOf(withoutMarkup(text));
  const at = letters.indexOf(wanted);
  if (at === -1) return undefined;
  const inText = offsetsWithMarkup(text);
  // The end of the last letter, not the start of what follows: markup may stand between them.
  return { start: inText(starts[at]!), end: inText(ends[at + wanted.length - 1]! - 1) + 1 };
}

/** `starts` and `ends`: of each UTF-16 code unit of the letters, where its character stands in the text. */
function lettersOf(text: string) {
  let letters = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (let offset = 0; offset < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(offset)!);
    if (counted.test(character)) {
      const lower = character.toLowerCase();
      letters += lower;
      for (let unit = 0; unit < lower.length; unit++) {
        starts.push(offset);
        ends.push(offset + character.length);
      }
    }
    offset += character.length;
  }
  return { letters, starts, ends };
}
