// The port behind which conversations, their event journal and feedback are kept.
import type { Citation, Conversation, Feedback, HandoffReason, Message } from './conversation.ts';
import type { JournalEntry, JournalEvent } from './events.ts';

export interface NewConversation {
  readonly language?: string;
}

export interface ConversationStore {
  /** `id` and `token` are 128 random bits each, base64url. The token is shown once; only its SHA-256 is kept. */
  create(options?: NewConversation): Promise<{ conversation: Conversation; token: string }>;
  /** Constant-time check; the same `false` for "no such conversation" and "wrong token". */
  authenticate(conversationId: string, token: string): Promise<boolean>;
  /** With the messages of both sides in the order of the journal. */
  get(conversationId: string): Promise<Conversation | undefined>;
  /**
   * A customer's message: in one step and durably (it survives a power cut once the promise resolves), the message, its
   * `customer-message` entry and the promise that `answerId` will answer it. False, and nothing written, if the conversation
   * has a message with this id (a retry of the client). The entry can be read as soon as the call returns its promise.
   */
  addMessage(conversationId: string, message: Message, answerId: string): Promise<boolean>;
  findMessage(conversationId: string, messageId: string): StoredMessage | undefined;
  /**
   * Appends with the next sequence number, before anyone is told; an `answer-end` also becomes a message of the conversation,
   * and ends the answer as `answer-error` does. Survives a kill of the process; after a power cut the last entries may be missing.
   * Synchronous: the journal is on every token's path. Throws `not-found` if the conversation is gone.
   */
  append(conversationId: string, event: JournalEvent): JournalEntry;
  /** Entries after `sequence`, in order, at most `limit` (default 1000). */
  entriesAfter(conversationId: string, sequence: number, limit?: number): JournalEntry[];
  /** Notes that the answer is being generated now, and returns how many times that has been tried since it was last set aside. */
  beginAnswer(conversationId: string, answerId: string): number;
  /** Durable note that this process stops before the answer is complete, to be finished by the next. */
  setAnswerAside(conversationId: string, answerId: string): void;
  /** Answers that were promised and never ended, oldest first: what a restart or a crash leaves behind. */
  unfinishedAnswers(): Promise<UnfinishedAnswer[]>;
  recordHandoff(conversationId: string, handoff: { reason: HandoffReason; email?: string }): Promise<void>;
  /** The last rating of a message counts. */
  recordFeedback(feedback: Feedback): Promise<void>;
  /** Removes the conversation with messages, journal and feedback; from the disk, not only from sight. */
  delete(conversationId: string): Promise<void>;
  close(): Promise<void>;
}

/** A customer's message, where it stands in the journal, and the message that answers it. */
export interface StoredMessage {
  readonly sequence: number;
  readonly answerId: string;
}

export interface UnfinishedAnswer {
  readonly conversationId: string;
  readonly messageId: string;
  readonly replyTo: string;
  /** Times that its generation began without an end, see `beginAnswer`. */
  readonly attempts: number;
  /** False if not even `answer-start` is in the journal. */
  readonly started: boolean;
  /** What customers may have seen of it. */
  readonly text: string;
  readonly citations: readonly Citation[];
  /** Whether a `handoff-request` came with it. */
  readonly handedOver: boolean;
}
