// An answer as sentences, each with the citations that stand for it.
import { withoutMarkup } from './inline-markup.ts';
import { splitSentences } from './sentences.ts';

export interface CitedSentence {
  readonly text: string;
  /** Numbers of the citations, as in the text; empty where no marker follows. */
  readonly citations: readonly number[];
}

const marker = /\[(\d{1,3})\]/g;

/** A marker speaks for everything between it and the marker before: "First. Second. [1]" cites both sentences. */
export function citedSentences(answer: string): CitedSentence[] {
  const sentences: CitedSentence[] = [];
  let pending: string[] = [];
  let from = 0;
  const close = (text: string, citations: readonly number[]) => {
    pending.push(...sentencesIn(text));
    if (pending.length === 0 && citations.length > 0 && sentences.length > 0) {
      const last = sentences.pop()!;
      sentences.push({ ...last, citations: [...last.citations, ...citations] });
    }
    sentences.push(...pending.map((sentence) => ({ text: sentence, citations })));
    pending = [];
  };
  for (const match of answer.matchAll(marker)) {
    close(answer.slice(from, match.index), [Number(match[1])]);
    from = match.index + match[0].length;
  }
  close(answer.slice(from), []);
  return sentences;
}

/** Without list markers, and without what holds no word: a number or a dash alone claims nothing. */
function sentencesIn(text: string): string[] {
  return splitSentences(text)
    .map(({ start, end }) =>
      withoutMarkup(text.slice(start, end))
        .replace(/^\s*(?:[-*+•]|\d{1,3}[.)]|#{1,6})\s+/, '')
        .trim(),
    )
    .filter((sentence) => /\p{L}{2}/u.test(sentence));
}
