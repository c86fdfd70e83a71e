// What the data report says, as data: the page and the JSON are made of it. No text of a conversation is in it; of articles, the passages
// that contradict each other.
import type { BiasReport } from '../bias/group-outcomes.ts';
import type { Contradiction } from '../contradictions/find-contradictions.ts';
import type { KindAgreement } from '../labelling/label-agreement.ts';

export interface DataReport {
  readonly schemaVersion: 1;
  readonly createdAt: string;
  /** Absent where nothing is published. */
  readonly generation?: { readonly id: string; readonly createdAt: string; readonly modelId: string };
  readonly counts: {
    readonly articles: number;
    readonly internalArticles: number;
    readonly pastConversations: number;
    readonly chatConversations: number;
    readonly cards: number;
    readonly passages: number;
    readonly sources: readonly {
      readonly name: string;
      readonly articles: number;
      readonly conversations: number;
    }[];
  };
  readonly missing: readonly MissingValues[];
  readonly lengths: readonly Lengths[];
  readonly languages: readonly {
    readonly language: string;
    readonly articles: number;
    readonly conversations: number;
  }[];
  readonly labels: readonly LabelFigures[];
  readonly voters: readonly {
    readonly kind: string;
    readonly voter: string;
    readonly votes: number;
    readonly claimed: number;
    readonly estimated: number;
  }[];
  readonly agreement: readonly KindAgreement[];
  readonly duplicates: {
    readonly exact: readonly (readonly ArticleName[])[];
    readonly near: readonly {
      readonly first: ArticleName;
      readonly second: ArticleName;
      readonly similarity: number;
    }[];
  };
  readonly contradictions: {
    readonly found: readonly Contradiction[];
    readonly facts: number;
    readonly leftOut: number;
  };
  readonly leftOut: readonly LeftOut[];
  readonly freshness: Freshness;
  readonly coverage: Coverage;
  readonly bias: BiasReport;
  /** The evals run whose questions are among the cases of `bias`. */
  readonly evals?: { readonly run: string; readonly cases: number };
}

export interface ArticleName {
  readonly documentId: string;
  readonly title: string;
}

export interface MissingValues {
  readonly what: string;
  readonly of: 'articles' | 'conversations';
  readonly missing: number;
  readonly total: number;
}

/** In characters. */
export interface Lengths {
  readonly of: string;
  readonly n: number;
  readonly shortest: number;
  readonly median: number;
  readonly ninetieth: number;
  readonly longest: number;
}

export interface LabelFigures {
  readonly kind: string;
  /** Share of conversations that have one. */
  readonly labelled: number;
  readonly byPeople: number;
  /** Of the labels of machines: mean probability. */
  readonly meanProbability: number;
  readonly classes: readonly { readonly value: string; readonly count: number; readonly share: number }[];
}

export interface LeftOut {
  readonly source: string;
  readonly reason: string;
  readonly records: number;
}

export interface Freshness {
  readonly dated: number;
  readonly undated: number;
  readonly medianDays?: number;
  readonly ages: readonly { readonly label: string; readonly articles: number }[];
  readonly oldest: readonly (ArticleName & { readonly updated: string })[];
}

export interface Coverage {
  /** Cosine from which on an article counts as about the same. */
  readonly threshold: number;
  readonly intents: readonly IntentCoverage[];
}

export interface IntentCoverage {
  readonly intent: string;
  readonly conversations: number;
  readonly covered: number;
  readonly low: number;
  readonly high: number;
  /** The article nearest to most of them. */
  readonly nearest?: string;
}
