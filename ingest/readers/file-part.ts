// What a reader finds in a file that is no text: articles, rows of records, mails, and what could not be read. Can be cloned, because
// readers run in a thread of their own.
import type { Audience } from '#core/document.ts';

export interface ArticlePart {
  readonly type: 'article';
  /** Of several in one file, such as a chapter: what tells it apart. */
  readonly name?: string;
  /** Absent: the file's name. */
  readonly title?: string;
  readonly html: string;
  /** ISO 8601. */
  readonly updated?: string;
  readonly language?: string;
  readonly audience?: Audience;
}

/** Rows under a header, to be read as records. */
export interface RowsPart {
  readonly type: 'rows';
  /** Of the sheet. */
  readonly name: string;
  readonly records: readonly { readonly line: number; readonly record: Readonly<Record<string, string>> }[];
}

export interface MailPart {
  readonly type: 'mail';
  /** Without angle brackets; absent where the mail has none. */
  readonly messageId?: string;
  /** Ids of the mails it answers, oldest first. */
  readonly references: readonly string[];
  readonly subject: string;
  /** Lower-case address. */
  readonly from: string;
  /** Lower-case addresses of To and Cc. */
  readonly to: readonly string[];
  readonly text: string;
  readonly format: 'html' | 'text';
  /** Milliseconds since 1970. */
  readonly time?: number;
}

export interface ProblemPart {
  readonly type: 'problem';
  readonly name?: string;
  readonly reason: string;
}

export type FilePart = ArticlePart | RowsPart | MailPart | ProblemPart;

/** `message` is the reason for the quarantine: what is wrong and what to do, without text of the file. */
export class UnreadableFileError extends Error {}

/** The formats that are no text and are read whole, in a thread of their own. */
export type DocumentFormat = 'pdf' | 'docx' | 'xlsx' | 'ods' | 'pptx' | 'epub' | 'eml';

/** A larger document is no article. */
export const maxDocumentBytes = 64 * 1024 * 1024;
