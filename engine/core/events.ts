// The one union that answer() yields, the journal keeps, sockets and SSE carry, the widget reduces and evals record.
import type { Citation, HandoffReason, Message } from './conversation.ts';
import type { ErrorCode } from './errors.ts';
import type { HandlingState } from './handling.ts';

export type ChatEvent =
  /** The text of `messageId` begins, or begins anew (after a restart that could not continue it). */
  | { readonly type: 'answer-start'; readonly messageId: string; readonly replyTo: string }
  | {
      readonly type: 'sources-available';
      readonly messageId: string;
      readonly citations: readonly Citation[];
    }
  /** The answer waits for the chat model. `place`: 1 is next. Replaced by the next one, and by the first text. */
  | { readonly type: 'answer-queued'; readonly messageId: string; readonly place: number }
  | { readonly type: 'answer-delta'; readonly messageId: string; readonly text: string }
  /** All text of `messageId` so far gives way to `text`, and its sources to `citations`. */
  | {
      readonly type: 'answer-replaced';
      readonly messageId: string;
      readonly text: string;
      readonly citations: readonly Citation[];
      readonly reason: ReplacementReason;
    }
  /** `message.text` is the final text: the deltas joined, from the last replacement on. */
  | { readonly type: 'answer-end'; readonly message: Message; readonly reason: AnswerEndReason }
  | { readonly type: 'handoff-request'; readonly reason: HandoffReason }
  /** The customer typed the address at which a person may reply. It is kept with the hand-over. */
  | { readonly type: 'contact-given'; readonly email: string }
  | {
      readonly type: 'answer-error';
      readonly messageId: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryable: boolean;
    };

/**
 * `written`: the model's answer takes the place of the quoted one that was shown while it wrote; `unsupported`: too little of what the
 * model wrote is supported by the articles, so they are quoted; `declined`: the model found no answer in them.
 */
export type ReplacementReason = 'written' | 'unsupported' | 'declined';

export type AnswerEndReason = 'complete' | 'cancelled' | 'interrupted';

/** Besides what answer() yields, the journal keeps what people say and who looks after them, so that one sequence tells the whole story. */
export type JournalEvent =
  | ChatEvent
  | { readonly type: 'customer-message'; readonly message: Message }
  | { readonly type: 'person-message'; readonly message: Message }
  /** Who looks after the conversation from here on, as the customer may know it. */
  | {
      readonly type: 'handling-changed';
      readonly state: HandlingState;
      readonly person?: { readonly name: string };
      /** Of going back to the assistant: the customer chose it. */
      readonly by?: 'customer';
      /** An agent did it in another system, which knows. */
      readonly elsewhere?: true;
    }
  /** The customer says how the conversation was. A later one replaces it. */
  | { readonly type: 'conversation-rated'; readonly rating: 'up' | 'down' };

/**
 * What happens right now; never journalled, and missed by who comes later. `person`: one of the team. `read`: a person has seen the
 * conversation up to this journal entry.
 */
export type LiveSignal =
  | {
      readonly type: 'typing';
      readonly who: 'person' | 'customer';
      readonly typing: boolean;
      /** Of a person, as the customer sees them. */
      readonly person?: { readonly name: string };
    }
  | { readonly type: 'read'; readonly sequence: number };

export interface JournalEntry {
  readonly conversationId: string;
  /** 1, 2, 3, … within the conversation, without gaps. */
  readonly sequence: number;
  readonly event: JournalEvent;
}
