// What readers hand to the job: articles and conversations as the source has them, and notes on what could not be read.
import type { CardText } from '#core/answer-card.ts';
import type { Audience } from '#core/document.ts';
import type { MarkupFormat } from '#parse/parsed-text.ts';

export interface Origin {
  /** Path relative to the ingested folder, or the file's name. */
  readonly file: string;
  /** 1-based line of the record; absent when the whole file is one record. */
  readonly line?: number;
}

export interface ArticleItem {
  readonly type: 'article';
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly format: MarkupFormat;
  readonly url?: string;
  readonly updated?: string;
  /** Of what the article is about, as the source states it. */
  readonly version?: string;
  readonly audience?: Audience;
  /** Why the audience is internal, if the record says it in a word that is not known: `status "limited"`. */
  readonly unknownVisibility?: string;
  readonly language?: string;
  /** What somebody should know of how it was read, such as the encoding that was assumed. */
  readonly note?: string;
  readonly origin: Origin;
}

export interface TranscriptTurn {
  readonly role: 'customer' | 'agent';
  readonly text: string;
  /** What the source says that the text is; absent: it does not say. */
  readonly format?: 'html' | 'text';
  /** Milliseconds since 1970. */
  readonly time?: number;
}

export interface ConversationItem {
  readonly type: 'conversation';
  readonly id: string;
  readonly turns: readonly TranscriptTurn[];
  readonly url?: string;
  readonly language?: string;
  readonly audience?: Audience;
  /** As an article's. */
  readonly unknownVisibility?: string;
  /** Addresses of the customers whose it is, as its source says; absent: it says nothing. */
  readonly people?: readonly string[];
  readonly origin: Origin;
}

export interface CardItem {
  readonly type: 'card';
  /** `FILE#ID`. */
  readonly id: string;
  readonly card: Omit<CardText, 'language'> & { readonly language?: string };
  readonly origin: Origin;
}

/** A line of a file of questions, as it is written: docs/ingest.md. */
export interface WrittenQuestions {
  /** Id, as the source names the article. */
  readonly article: string;
  readonly heading: readonly string[];
  readonly questions: readonly string[];
  /** Of each question: words of the section that answer it, the most direct first. */
  readonly answers?: readonly (readonly string[])[];
  readonly of?: string;
}

export interface QuestionsItem {
  readonly type: 'questions';
  /** `FILE:LINE`. */
  readonly id: string;
  readonly written: WrittenQuestions;
  readonly origin: Origin;
}

/** `reason` never holds text of the record. */
export interface ProblemItem {
  readonly type: 'problem';
  readonly origin: Origin;
  readonly reason: string;
  /** Nothing is missing; somebody should know. Not counted. */
  readonly isNote?: true;
}

/** What is as it was at the last run, such as a page that answered 304: its published document stays, nothing of it is read again. */
export interface KeptItem {
  readonly type: 'kept';
  /** As the source gives it, like an article's. */
  readonly id: string;
  /** It may have been left out then, like a conversation without a resolution; otherwise that it is not published is a problem. */
  readonly mayBeLeftOut?: boolean;
  readonly origin: Origin;
}

export type SourceItem = ArticleItem | ConversationItem | CardItem | QuestionsItem | KeptItem | ProblemItem;
