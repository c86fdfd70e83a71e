// What a run over a source is told, and what it counts.
import type { CardText } from '#core/answer-card.ts';
import type { Audience, Document } from '#core/document.ts';
import type { ErasedPeople } from '#privacy/erased-people.ts';
import type { EntityPass } from '#redact/entity-pass.ts';
import type { RedactionCounts, Redactor } from '#redact/redact.ts';
import type { Origin, ProblemItem } from './item.ts';
import type { InternalRule } from './source-settings.ts';
import type { SourceMemory } from './sources/source-spec.ts';

export interface SourceOptions {
  readonly name: string;
  readonly redactor: Redactor;
  /** Finds names and places in conversations; absent: only the redactor's patterns look. */
  readonly entities?: Pick<EntityPass, 'find'>;
  /** Names that stay in conversations besides the words of the team's own articles: of the company, of its products. */
  readonly publishedNames?: readonly string[] | undefined;
  /** Articles are published as they are written; default false. Conversations are always redacted. */
  readonly redactArticles?: boolean;
  readonly internalRules: readonly InternalRule[];
  readonly transcriptsAudience: Audience;
  readonly language?: string | undefined;
  /** Put in front of every id, to keep apart sources whose ids collide. */
  readonly idPrefix?: string | undefined;
  /** Documents of other sources: what their agents-only articles alone say closes a transcript of this source too. */
  readonly otherDocuments?: readonly Document[];
  /** This source's documents as they are published, by id: what a `kept` item means. */
  readonly published?: ReadonlyMap<string, Document>;
  /** Where the frame of a site's pages is kept for the next run, which may read one page only. */
  readonly memory?: SourceMemory | undefined;
  /** Whose records are left out, and how addresses are hashed; absent: nobody's, and none are kept. */
  readonly erased?: ErasedPeople | undefined;
  /** ISO 8601. Conversations that ended before are left out: they may not be kept any more. */
  readonly transcriptsSince?: string | undefined;
  readonly onProblem: (problem: ProblemItem) => void;
  /** Answer cards are no documents. Without this they are read and left out. */
  readonly onCard?: (card: ReadCard) => void;
  /** Likewise questions that were written for sections. */
  readonly onQuestions?: (questions: ReadQuestions) => void;
}

export interface ReadCard extends CardText {
  readonly id: string;
}

export interface ReadQuestions {
  /** As its source names it. */
  readonly article: string;
  readonly headingPath: readonly string[];
  readonly questions: readonly string[];
  readonly answers?: readonly (readonly string[])[];
  readonly of?: string;
  readonly origin: Origin;
}

/** Counts of one run over a source; the same object is filled while documents are read. */
export interface SourceCounts {
  articles: number;
  transcripts: number;
  internal: number;
  /** Of the internal ones: how many are so because of a word that is not known, by word. */
  readonly unknownVisibility: Record<string, number>;
  quarantined: number;
  /** Of the internal ones: transcripts that repeat what only agents-only articles say. */
  withInternalFacts: number;
  /** Conversations left out: of people who were erased. */
  erased: number;
  /** Conversations left out: they ended longer ago than they may be kept. */
  expired: number;
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
    unknownVisibility: {},
    quarantined: 0,
    erased: 0,
    expired: 0,
    duplicates: 0,
    nearDuplicates: 0,
    withoutResolution: 0,
    invisibleRemoved: 0,
    redactions: {},
  };
}
