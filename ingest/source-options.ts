// What a run over a source is told, and what it counts.
import type { CardText } from '#core/answer-card.ts';
import type { Audience, Document } from '#core/document.ts';
import type { ProblemItem } from './item.ts';
import type { RedactionCounts, Redactor } from './redact/redact.ts';
import type { InternalRule } from './source-settings.ts';

export interface SourceOptions {
  readonly name: string;
  readonly redactor: Redactor;
  /** Articles are published as they are written; default false. Conversations are always redacted. */
  readonly redactArticles?: boolean;
  readonly internalRules: readonly InternalRule[];
  readonly transcriptsAudience: Audience;
  readonly language?: string | undefined;
  /** Put in front of every id, to keep apart sources whose ids collide. */
  readonly idPrefix?: string | undefined;
  /** Documents of other sources: what their agents-only articles alone say closes a transcript of this source too. */
  readonly otherDocuments?: readonly Document[];
  /** Of a sentence of a conversation: whether it names a person or a place. It has the last word on what may be shown. */
  readonly namesSomebody?: ((sentence: string) => boolean) | undefined;
  /** This source's documents as they are published, by id: what a `kept` item means. */
  readonly published?: ReadonlyMap<string, Document>;
  readonly onProblem: (problem: ProblemItem) => void;
  /** Answer cards are no documents. Without this they are read and left out. */
  readonly onCard?: (card: ReadCard) => void;
}

export interface ReadCard extends CardText {
  readonly id: string;
}

/** Counts of one run over a source; the same object is filled while documents are read. */
export interface SourceCounts {
  articles: number;
  transcripts: number;
  internal: number;
  quarantined: number;
  /** Of the internal ones: transcripts that repeat what only agents-only articles say. */
  withInternalFacts: number;
  /** Documents left out: the same text again. */
  duplicates: number;
  /** Transcripts left out: almost the same again. */
  nearDuplicates: number;
  /** Transcripts left out: no agent said anything that helps another customer. */
  withoutResolution: number;
  invisibleRemoved: number;
  readonly redactions: RedactionCounts;
}

export function newSourceCounts(): SourceCounts {
  return {
    articles: 0,
    transcripts: 0,
    internal: 0,
    withInternalFacts: 0,
    quarantined: 0,
    duplicates: 0,
    nearDuplicates: 0,
    withoutResolution: 0,
    invisibleRemoved: 0,
    redactions: {},
  };
}
