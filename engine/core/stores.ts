// The port behind which conversations, their event journal and feedback are kept.
import type { Citation, Conversation, Feedback, HandoffReason, Message } from './conversation.ts';
import type { JournalEntry, JournalEvent } from './events.ts';
import type { Handling } from './handling.ts';
import type { Notice } from './notices.ts';
import type { ConversationKey, TenantId } from './tenant.ts';

export interface NewConversation {
  readonly language?: string;
}

/** What may come in numbers comes as a batch, and a batch is one transaction. */
export interface ConversationStore {
  /** `id` and `token` are 128 random bits each, base64url. The token is shown once; only its SHA-256 is kept. */
  create(
    tenantId: TenantId,
    options?: NewConversation,
  ): Promise<{ conversation: Conversation; token: string }>;
  /** Constant-time check; the same `false` for "no such conversation" and "wrong token". */
  authenticate(key: ConversationKey, token: string): Promise<boolean>;
  /** With the messages of both sides in the order of the journal. */
  get(key: ConversationKey): Promise<Conversation | undefined>;
  /** Keys of the tenant's conversations, newest first, at most `limit`. */
  newest(tenantId: TenantId, limit: number): Promise<ConversationKey[]>;
  /**
   * A customer's message: in one step and durably (it survives a power cut once the promise resolves), the message, its
   * `customer-message` entry and the promise that `answerId` will answer it, unless a person looks after the conversation. A resolved
   * conversation is the assistant's again, one that was put off is awake. If the conversation has the message already (a retry of
   * the client), nothing is written, and the result names the answer that was promised then. Undefined if the id names a message of
   * another kind. Throws `not-found` if the conversation is gone.
   */
  addMessage(key: ConversationKey, message: Message, answerId: string): Promise<StoredMessage | undefined>;
  findMessage(key: ConversationKey, messageId: string): Promise<StoredMessage | undefined>;
  /**
   * Appends the events in order, each with the next sequence number of its conversation, all or none. An `answer-end` also becomes a
   * message of the conversation, and ends the answer as `answer-error` does. What belongs to an answer that has ended is left out. Survives
   * a kill of the process; after a power cut the last entries may be missing. The result says of each event what became of it.
   */
  append(events: readonly NewEntry[]): Promise<Appended[]>;
  /** Of the last entry; 0 before the first, and of a conversation that is gone. */
  lastSequence(key: ConversationKey): Promise<number>;
  /** The journal entry up to which the team has seen the conversation; 0: nothing. */
  seenUpTo(key: ConversationKey): Promise<number>;
  /** Entries after `sequence`, in order, at most `limit` (default 1000). */
  entriesAfter(key: ConversationKey, sequence: number, limit?: number): Promise<JournalEntry[]>;
  /**
   * Notes that the answer is being generated now, and returns how many times that has been tried since it was last set aside.
   * Undefined if there is nothing to generate: the answer has ended, or is not there.
   */
  beginAnswer(key: ConversationKey, answerId: string): Promise<number | undefined>;
  /** Durable note that this process stops before the answers are complete, to be finished by the next. */
  setAnswersAside(answers: readonly AnswerKey[]): Promise<void>;
  /** Answers of all tenants that were promised and never ended, oldest first: what a restart or a crash leaves behind. */
  unfinishedAnswers(): Promise<UnfinishedAnswer[]>;
  /** A person is asked for, see `changeHandling`. The weightiest reason counts, and the last e-mail address. */
  recordHandoff(key: ConversationKey, handoff: { reason: HandoffReason; email?: string }): Promise<void>;
  /** Undefined if the conversation is gone. */
  handling(key: ConversationKey): Promise<Handling | undefined>;
  /**
   * In one transaction and durably: reads the handling, asks `change` what becomes of it, writes that and its events. Where a person has the
   * conversation then, the answers that are being written or wait end before these events, as the journal has them: behind a take-over
   * stands no word of the assistant. What `change` throws is thrown and nothing is written. It may be called again when the database wants
   * that. Undefined if the conversation is gone.
   */
  changeHandling(
    key: ConversationKey,
    change: (current: Handling) => HandlingChange,
  ): Promise<HandlingChanged | undefined>;
  /** The last rating of a message counts. */
  recordFeedback(key: ConversationKey, feedback: Feedback): Promise<void>;
  /** Removes conversations with messages, journal, handoff and feedback. Nobody sees them once the promise resolves. */
  delete(keys: readonly ConversationKey[]): Promise<Erasure>;
  close(): Promise<void>;
}

/**
 * `erased`: no byte of it is left in the store's files. `erasing`: bytes are left, because another program reads the files as they were
 * (a backup); the store goes on by itself, after a restart too.
 */
export type Erasure = 'erased' | 'erasing';

export interface HandlingChange {
  readonly handling: Handling;
  /** Journalled with it. One that carries a message which is there already makes the whole change a repetition. */
  readonly events?: readonly JournalEvent[];
  /** Ends the answers where no person has the conversation then, too; default false. */
  readonly endsAnswers?: boolean;
  /** Due with it. */
  readonly notices?: readonly Pick<Notice, 'kind' | 'channel' | 'about'>[];
}

export interface HandlingChanged {
  readonly handling: Handling;
  /** Ends of answers, then the events. Empty for a repetition. */
  readonly entries: readonly JournalEntry[];
  /** Ids of the answers that it ended. */
  readonly endedAnswers: readonly string[];
}

export interface NewEntry {
  readonly key: ConversationKey;
  readonly event: JournalEvent;
  /** Of the answer that it belongs to. */
  readonly answerId?: string;
}

/** `gone`: the conversation is; `ended`: the answer has ended, a person took over. */
export type Appended = JournalEntry | 'gone' | 'ended';

export interface AnswerKey {
  readonly key: ConversationKey;
  readonly answerId: string;
}

/** A customer's message, where it stands in the journal, and the message that answers it. */
export interface StoredMessage {
  readonly sequence: number;
  /** Absent where a person answers. */
  readonly answerId?: string;
}

export interface UnfinishedAnswer {
  readonly key: ConversationKey;
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
