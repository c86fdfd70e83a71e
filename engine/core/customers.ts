// The port behind which the customer's side of a hand-over is kept: who they are, how long they wait, what they say afterwards.
import type { ConversationRating, Visitor } from './conversation.ts';
import type { JournalEntry } from './events.ts';
import type { HandlingState } from './handling.ts';
import type { ConversationKey, TenantId } from './tenant.ts';

/** A line of a visitor's own list. */
export interface VisitorConversation {
  readonly id: string;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly state: HandlingState;
  /** What it began with, shortened; absent where that was a picture. */
  readonly question?: string;
}

export interface TranscriptRequest {
  readonly email: string;
  readonly at: string;
  /** Name of the way that it goes. */
  readonly channel: string;
  /** Requests of this conversation since `since` that are taken. */
  readonly most: number;
  readonly since: string;
}

export interface CustomerStore {
  /** From now on it is this visitor's. False if it is another one's, or gone. */
  bindVisitor(key: ConversationKey, visitor: Visitor): Promise<boolean>;
  /** Those in which something was said, newest first, at most `limit`. */
  visitorConversations(tenantId: TenantId, visitorId: string, limit: number): Promise<VisitorConversation[]>;
  /** A token for one more device. Undefined unless the conversation is this visitor's. */
  openForVisitor(key: ConversationKey, visitorId: string): Promise<string | undefined>;
  /** 1 for who is next; undefined unless the customer waits. */
  placeInQueue(key: ConversationKey): Promise<number | undefined>;
  /**
   * Keeps the rating in place of an earlier one, and journals it if that is news. Undefined if the conversation is gone. `isFirst`: none
   * was given before.
   */
  rateConversation(
    key: ConversationKey,
    rating: ConversationRating,
  ): Promise<{ readonly isFirst: boolean; readonly entries: readonly JournalEntry[] } | undefined>;
  /** Makes the notice due that sends it. False if there were too many. Throws `not-found` if the conversation is gone. */
  requestTranscript(key: ConversationKey, request: TranscriptRequest): Promise<boolean>;
  /** Where the request, by its id, wants it sent. */
  transcriptEmail(key: ConversationKey, id: string): Promise<string | undefined>;
}
