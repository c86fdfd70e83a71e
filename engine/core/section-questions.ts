// Questions that a section of an article answers, written by a chat model or a person, so that customers' questions find the section, and
// the sentences of it that answer them.
import type { TextRange } from './document.ts';

/** Of a section. A long one is several passages, each of which may have its own. */
export const mostSectionQuestions = 100;
/** In UTF-16 code units. */
export const longestSectionQuestion = 300;

/** What a file of questions says of one section. */
export interface SectionQuestions {
  /** Name of the source that they were ingested from. */
  readonly source: string;
  /** Id of the article. */
  readonly documentId: string;
  /** Headings above the section's text, outermost first, without the title; empty for what stands before all headings. */
  readonly headingPath: readonly string[];
  /** May be empty: somebody looked, and the section answers nothing. */
  readonly questions: readonly string[];
  /** Of each question, in the same order: the words of the section that answer it, the most direct first. Empty or absent: nobody said. */
  readonly answers?: readonly (readonly string[])[];
  /** `sectionHash` of the text that they were written for. Absent: they are used whatever the section says. */
  readonly of?: string;
}

/** `changed`: the section says something else now. `unmatched`: there is no such article, or no such section of it. */
export type QuestionsState = 'used' | 'changed' | 'unmatched';

export interface SettledQuestions extends SectionQuestions {
  readonly state: QuestionsState;
  /** Rows of the section's passages; empty unless `used`. */
  readonly passages: readonly number[];
  /** Of each question: where the words that answer it stand. Absent where no question has any, or the words are not the section's. */
  readonly places?: readonly (readonly AnswerPlace[])[];
}

/** Offsets in the text of the passage. */
export interface AnswerPlace extends TextRange {
  /** Row. */
  readonly passage: number;
}
