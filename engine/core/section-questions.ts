// Questions that a section of an article answers, written by a chat model or a person, so that customers' questions find the section.

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
  /** `sectionHash` of the text that they were written for. Absent: they are used whatever the section says. */
  readonly of?: string;
}

/** `changed`: the section says something else now. `unmatched`: there is no such article, or no such section of it. */
export type QuestionsState = 'used' | 'changed' | 'unmatched';

export interface SettledQuestions extends SectionQuestions {
  readonly state: QuestionsState;
  /** Rows of the section's passages; empty unless `used`. */
  readonly passages: readonly number[];
}
