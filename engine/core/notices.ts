// What has to reach somebody outside, kept until it has: a notice is written in the transaction that makes it due.
import { type BridgeName, bridgeNames } from './bridges.ts';
import type { ConversationKey } from './tenant.ts';

/**
 * `handoff`: a customer waits for a person; `promise`: the time by which they were promised one is near; `reply`: a person answered a
 * customer who is not there; `transcript`: a customer wants the conversation by mail. Of bridges: `said`: there is more to tell; `news`:
 * something happened there; `erased`: the conversation is gone here.
 */
export const noticeKinds = ['handoff', 'promise', 'reply', 'transcript', 'said', 'news', 'erased'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface Notice {
  readonly id: string;
  readonly key: ConversationKey;
  readonly kind: NoticeKind;
  /**
   * Of a reply, the id of its message; of a change of who looks after the customer, any; of a promise, since when the customer waits; of a transcript, of the request; of news, of the event.
   * With the rest it makes the notice one of its kind.
   */
  readonly about: string;
  /** Name of the way it goes: `mail`, `webhook`, `slack`, `customer-mail`, or `bridge:` and the name of one. */
  readonly channel: string;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  /** Deliveries that were begun before: one of them may have arrived although nobody here knows. */
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
  /** Those that are due, at most `limit` of each channel, oldest first. */
  dueNotices(now: string, limit: number): Promise<Notice[]>;
  /** Durable note that a delivery begins, before it does. If the process ends in it, the next one comes at `nextAt`. */
  noticeBegun(id: string, nextAt: string): Promise<void>;
  noticeSent(id: string): Promise<void>;
  /** `nextAt` undefined: given up. */
  noticeFailed(id: string, failure: { readonly error: string; readonly nextAt?: string }): Promise<void>;
  /** Newest first; of one conversation, or of all. `failed`: only those that did not arrive so far. */
  notices(
    tenantId: ConversationKey['tenantId'],
    options: { readonly limit: number; readonly failed?: boolean; readonly conversationId?: string },
  ): Promise<NoticeState[]>;
  /** One that was given up or waits for its time is due again. False if there is none. */
  retryNotice(tenantId: ConversationKey['tenantId'], id: string, now: string): Promise<boolean>;
}

/** The channel of a bridge's notices. */
export function bridgeChannel(bridge: BridgeName): string {
  return `bridge:${bridge}`;
}

export function bridgeOfChannel(channel: string): BridgeName | undefined {
  return bridgeNames.find((name) => bridgeChannel(name) === channel);
}
