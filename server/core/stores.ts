// The port behind which conversations, their event journal and feedback are kept.
import type { Conversation, Feedback, HandoffReason, Message } from './conversation.ts';
import type { JournalEntry, JournalEvent } from './events.ts';

export interface NewConversation {
  readonly language?: string;
}

export interface ConversationStore {
  /** `token` (128 random bits, base64url) is shown once; only its SHA-256 is kept. */
  create(options?: NewConversation): Promise<{ conversation: Conversation; token: string }>;
  /** Constant-time check; the same `undefined` for "no such conversation" and "wrong token". */
  authenticate(conversationId: string, token: string): Promise<Conversation | undefined>;
  get(conversationId: string): Promise<Conversation | undefined>;
  /** False if a message with this id is already there (a retry of the client): nothing is written then. */
  addMessage(conversationId: string, message: Message): Promise<boolean>;
  /** Appends with the next sequence number, durably, before anyone is told. Synchronous: the journal is on every token's path. */
  append(conversationId: string, event: JournalEvent): JournalEntry;
  /** Entries after `sequence`, in order, at most `limit` (default 1000). */
  entriesAfter(conversationId: string, sequence: number, limit?: number): JournalEntry[];
  /** Answers that began and never ended: what a crash leaves behind. */
  unfinishedAnswers(): Promise<
    { conversationId: string; messageId: string; replyTo: string; text: string }[]
  >;
  recordHandoff(conversationId: string, handoff: { reason: HandoffReason; email?: string }): Promise<void>;
  recordFeedback(feedback: Feedback): Promise<void>;
  /** Removes the conversation with messages, journal and feedback. */
  delete(conversationId: string): Promise<void>;
  close(): Promise<void>;
}
