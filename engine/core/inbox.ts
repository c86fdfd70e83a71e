// The port behind which the team's side of conversations is kept: lists of them, private notes, what is new.
import type { Author, Feedback, Visitor } from './conversation.ts';
import type { Handling, Person } from './handling.ts';
import type { ConversationKey, TenantId } from './tenant.ts';

/** `waiting`, `mine`, `unassigned` and `unread` leave out what is put off. `mine`: taken by, or assigned to, the person who asks. */
export const inboxViews = [
  'waiting',
  'mine',
  'unassigned',
  'unread',
  'snoozed',
  'bot',
  'resolved',
  'all',
] as const;
export type InboxView = (typeof inboxViews)[number];

export interface InboxItem {
  readonly conversationId: string;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly language?: string;
  readonly handling: Handling;
  /** Of the last message or change of handling. */
  readonly updatedAt: string;
  /** The customer wrote something that nobody of the team has seen. */
  readonly unread: boolean;
  readonly email?: string;
  /** Who the customer's website says that they are. */
  readonly visitor?: Visitor;
  readonly lastMessage?: { readonly author: Author; readonly text: string };
}

export interface InboxQuery {
  readonly tenantId: TenantId;
  readonly view: InboxView;
  /** Id of who asks. */
  readonly personId: string;
  /** Words that stand in a message, a note or the address; any case. */
  readonly search?: string;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface InboxPage {
  /** Those that wait longest first; in the other views the newest first. */
  readonly items: readonly InboxItem[];
  /** Absent on the last page. */
  readonly next?: string;
}

export interface Note {
  readonly id: string;
  readonly author: Person;
  readonly text: string;
  readonly at: string;
}

export interface WaitingCustomer {
  readonly key: ConversationKey;
  readonly since: string;
}

export interface InboxStore {
  /** Throws `bad-request` for an `after` that is none. */
  inbox(query: InboxQuery): Promise<InboxPage>;
  item(key: ConversationKey): Promise<InboxItem | undefined>;
  counts(tenantId: TenantId, personId: string): Promise<Readonly<Record<InboxView, number>>>;
  /** The team has seen the conversation up to this journal entry. */
  markSeen(key: ConversationKey, sequence: number): Promise<void>;
  /** The same id again changes nothing. Throws `not-found` if the conversation is gone. */
  addNote(key: ConversationKey, note: Note): Promise<void>;
  /** Oldest first. */
  notes(key: ConversationKey): Promise<Note[]>;
  /** What the customer said of answers; the last word of each. */
  ratings(key: ConversationKey): Promise<Feedback[]>;
  /** How many conversations each person has that are open and not put off, by their id. */
  openCases(tenantId: TenantId): Promise<ReadonlyMap<string, number>>;
  /** Customers of all tenants who wait for a person's word, the longest wait first, at most `limit`. */
  waitingCustomers(limit: number): Promise<readonly WaitingCustomer[]>;
  /**
   * Conversations of all tenants that a person owns and whose customer waits since before `since`, or that were assigned before it and never
   * taken; at most `limit`.
   */
  forgotten(since: string, limit: number): Promise<ConversationKey[]>;
}
