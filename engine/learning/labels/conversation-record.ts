// A conversation as labelling functions see it, wherever it comes from: this desk's own (`chat`), or one that was ingested (`past`).
import type { Author, ConversationRating, Decision, HandoffReason } from '#core/conversation.ts';
import type { ActGuess } from '#core/dialogue-acts.ts';
import type { HandlingState } from '#core/handling.ts';

export type Rating = ConversationRating['rating'];

export interface RecordTurn {
  readonly author: Author;
  /** Redacted. */
  readonly text: string;
  /** ISO 8601. */
  readonly at?: string;
  readonly decision?: Decision;
  readonly citations?: number;
}

export interface ConversationRecord {
  readonly id: string;
  readonly origin: 'chat' | 'past';
  /** Of a past conversation, the source it was ingested from; of this desk's own, `chat`. */
  readonly source: string;
  /** ISO 8601: when it began, of a past one when it ended. */
  readonly at?: string;
  /** As the widget or the source states it. */
  readonly statedLanguage?: string;
  /** What the customer wants, in one line, redacted. Empty where no customer said it. */
  readonly problem: string;
  readonly turns: readonly RecordTurn[];
  /** Whose it is, as a hash; absent where nobody said. */
  readonly customer?: string;
  /** What the customer said of the whole conversation once it was over. */
  readonly rated?: Rating;
  /** What they said of single answers, in the order in which they said it; the last word of each. */
  readonly answersRated?: readonly Rating[];
  readonly handling?: HandlingState;
  readonly handoff?: { readonly reason: HandoffReason; readonly at: string };
}

export interface NearestArticle {
  readonly documentId: string;
  /** Of the problem and the article's nearest passage. */
  readonly cosine: number;
}

/** A record with what models make of it, computed once for all functions. */
export interface ReadConversation extends ConversationRecord {
  /** ISO 639-1: as it is stated, else by its words; `und` where neither tells. */
  readonly language: string;
  /** Of the problem, of norm 1; absent where there is no problem or no knowledge base. */
  readonly vector?: Float32Array;
  readonly nearest?: NearestArticle;
  /** Of each turn of the customer, in order. */
  readonly acts: readonly Pick<ActGuess, 'act' | 'probability'>[];
}

/** What became of a conversation of this desk. Absent fields do not apply. */
export interface Outcome {
  /** The first question that the desk decided on was answered. */
  readonly answered?: boolean;
  /** At least one was declined. */
  readonly declined?: boolean;
  readonly handedOver?: boolean;
  /** From the request for a person to that person's first word, in seconds. */
  readonly waitSeconds?: number;
}

const questionDecisions: readonly (Decision | undefined)[] = ['answer', 'clarify', 'decline', 'handoff'];

export function outcomeOf({ origin, turns, handoff }: ConversationRecord): Outcome {
  if (origin === 'past') return {};
  const decided = turns.flatMap(({ decision }) =>
    decision !== undefined && questionDecisions.includes(decision) ? [decision] : [],
  );
  const wait = handoff && waitFrom(handoff.at, turns);
  return {
    ...(decided.length > 0
      ? { answered: decided[0] === 'answer', declined: decided.includes('decline') }
      : {}),
    ...(decided.length > 0 || handoff ? { handedOver: handoff !== undefined } : {}),
    ...(wait === undefined ? {} : { waitSeconds: wait }),
  };
}

function waitFrom(at: string, turns: readonly RecordTurn[]): number | undefined {
  const reply = turns.find((turn) => turn.author === 'person' && turn.at !== undefined && turn.at >= at);
  // A clock that was set back between the two makes no negative wait.
  return reply?.at === undefined ? undefined : Math.max(0, (Date.parse(reply.at) - Date.parse(at)) / 1000);
}
