// What has to reach somebody outside, kept until it has: a notice is written in the transaction that makes it due.
import type { ConversationKey } from './tenant.ts';

/**
/**
 * `handoff`: a customer waits for a person; `promise`: the time by which they were promised one is near; `reply`: a person answered a
 * customer who is not there; `transcript`: a customer wants the conversation by mail.
 */
export type NoticeKind = 'handoff' | 'promise' | 'reply' | 'transcript';

export interface Notice {
  readonly id: string;
  readonly key: ConversationKey;
  readonly kind: NoticeKind;
  /**
   * Of a reply, the id of its message; of a promise, since when the customer waits; of a transcript, of the request. With the rest it makes
   * the notice one of its kind.
   */
  readonly about: string;
  /** Name of the way it goes: `mail`, `webhook`, `slack`, `customer-mail`. */
  readonly channel: string;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  /** Deliveries that failed so far. */
  readonly attempts: number;
}

export interface NoticeState extends Notice {
  readonly state: 'pending' | 'sent' | 'given-up';
  readonly nextAt: string;
  /** Of the last failure: kind, code and status, never words of a customer. */
  readonly error?: string;
}

export interface NoticeStore {
  /** The same conversation, kind, channel and `about` again change nothing. */
  addNotice(notice: Omit<Notice, 'id' | 'attempts'>): Promise<void>;
  /** Those that are due, oldest first. */
  dueNotices(now: string, limit: number): Promise<Notice[]>;
  noticeSent(id: string): Promise<void>;
  /** `nextAt` undefined: given up. */
  noticeFailed(id: string, failure: { readonly error: string; readonly nextAt?: string }): Promise<void>;
  /** Newest first. */
  notices(tenantId: ConversationKey['tenantId'], limit: number): Promise<NoticeState[]>;
}
