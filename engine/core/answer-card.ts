// The support team's own answers. An approved one that matches a question is given word for word.
import type { Citation } from './conversation.ts';
import type { Audience } from './document.ts';
import type { QueryVector } from './embedder.ts';

/** `hand-over`: a person answers this, the desk never does. `notice`: an outage and the like, shown first until its end. */
export const cardKinds = ['answer', 'hand-over', 'notice'] as const;
export type CardKind = (typeof cardKinds)[number];

/** A draft is never given to anybody. */
export const cardStates = ['draft', 'approved'] as const;
export type CardState = (typeof cardStates)[number];

/** What a team writes down. */
export interface CardText {
  readonly kind: CardKind;
  /** The same question in the customers' different words; at least one. */
  readonly questions: readonly string[];
  /** Markdown. May be empty for `hand-over`, whose text stands before the desk's own, and for a draft. */
  readonly answer: string;
  readonly audience: Audience;
  /** For people who look after cards. */
  readonly product?: string;
  /** ISO 639-1, `und` when unknown. */
  readonly language: string;
  /** Ids of documents, or addresses that begin with `http` or `/`. */
  readonly sources: readonly string[];
  /** ISO 8601. A day counts in whole, in UTC. */
  readonly validUntil?: string;
  readonly author?: string;
  readonly reviewer?: string;
  readonly state: CardState;
  /** Versions of source documents that a reviewer has read, by their ids. See `documentVersion`. */
  readonly reviewed?: Readonly<Record<string, string>>;
}

export interface AnswerCard extends CardText {
  /** `FILE#ID`, unique in a knowledge base. */
  readonly id: string;
  /** Name of the source that it was ingested from. */
  readonly source: string;
  /** Hash of all that the team wrote: another one is another version of the card. */
  readonly version: string;
  /** Versions of the source documents that the card is known to be true to, by their ids. */
  readonly knownSources: Readonly<Record<string, string>>;
  /** Source documents that have changed or gone since. While there are any, the card is not given. */
  readonly staleSources: readonly string[];
}

export interface CardMatch {
  readonly card: AnswerCard;
  /** One of the card's. */
  readonly question: string;
  /** Cosine of that variant and what was asked, -1 to 1. Undefined where there is no vector to compare. */
  readonly similarity: number | undefined;
  /** Of the card's sources, numbered from 1. */
  readonly citations: readonly Citation[];
}

/**
 * Every question of every card, nearest to the vector first. Neither state, end nor audience is looked at. A vector of another model
 * than the cards' is of no use.
 */
export type FindCards = (vector: QueryVector | undefined) => CardMatch[];

/** When the card's time is over, in milliseconds since 1970; undefined: never. */
export function endOf({ validUntil }: Pick<CardText, 'validUntil'>): number | undefined {
  if (validUntil === undefined) return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(validUntil);
  return Date.parse(isDay ? `${validUntil}T23:59:59.999Z` : validUntil);
}

export type CardStatus = CardState | 'stale' | 'expired';

/** Only an approved card is given. */
export function cardStatus(card: AnswerCard, now: Date): CardStatus {
  if (card.state === 'draft') return 'draft';
  if ((endOf(card) ?? Number.POSITIVE_INFINITY) < now.getTime()) return 'expired';
  return card.staleSources.length > 0 ? 'stale' : 'approved';
}

/** Whether a source of a card is an address, and not the id of a document. */
export function isAddress(source: string): boolean {
  return /^(?:https?:\/\/|\/)/.test(source);
}
