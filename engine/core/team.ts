// What a team sets for its work with customers, and the port behind which it is kept.

import type { Person } from './handling.ts';
import { afterOpenTime, type OfficeHours } from './office-hours.ts';
import type { ConversationKey, TenantId } from './tenant.ts';

export interface TeamSettings {
  /** As replies name it; empty: not set. */
  readonly company: string;
  /** `least-busy`: a customer who waits is given to who has the fewest open conversations, of those who are there and available. */
  readonly assignment: 'off' | 'least-busy';
  /** Minutes of open time within which a customer is promised a person's answer. Absent: nothing is promised. */
  readonly replyWithinMinutes?: number | undefined;
  /** Absent: always. */
  readonly officeHours?: OfficeHours | undefined;
}

export const defaultSettings: TeamSettings = { company: '', assignment: 'off' };

/** A text that agents send again and again. `{{customer}}` and the like stand for what is known of the conversation. */
export interface CannedReply {
  readonly id: string;
  /** What is typed behind `/`; lower case, unique within the tenant. */
  readonly shortcut: string;
  readonly text: string;
  /** ISO 8601, as all times here. */
  readonly updatedAt: string;
  readonly updatedBy: Person;
}

/** Whoever holds the conversation, and the visitor that it belongs to, may not write until then. */
export interface Block {
  readonly id: string;
  readonly conversationId: string;
  /** SHA-256 of the id that the website gave a visitor who is signed in there. */
  readonly visitorHash?: Uint8Array;
  readonly createdAt: string;
  readonly until: string;
  readonly by: Person;
}

export interface TeamStore {
  settings(tenantId: TenantId): Promise<TeamSettings>;
  saveSettings(tenantId: TenantId, settings: TeamSettings): Promise<void>;
  /** By shortcut. */
  cannedReplies(tenantId: TenantId): Promise<CannedReply[]>;
  /** A new one, or in place of the one of this id. Throws `conflict` if another one has the shortcut. */
  saveCannedReply(tenantId: TenantId, reply: CannedReply): Promise<void>;
  /** False if it is not there. */
  removeCannedReply(tenantId: TenantId, id: string): Promise<boolean>;
  /** In place of earlier ones of the conversation. */
  block(tenantId: TenantId, block: Block): Promise<void>;
  /** Those in force at `now`, newest first. */
  blocks(tenantId: TenantId, now: string): Promise<Block[]>;
  /** False if it is not there. */
  unblock(tenantId: TenantId, id: string): Promise<boolean>;
}

/** When the customer is to have heard of a person. Undefined: nothing was promised. */
export function promisedAt(
  { replyWithinMinutes, officeHours }: TeamSettings,
  waitingSince: string | undefined,
): string | undefined {
  if (replyWithinMinutes === undefined || waitingSince === undefined) return undefined;
  const due = afterOpenTime(officeHours, Date.parse(waitingSince), replyWithinMinutes * 60_000);
  return due === undefined ? undefined : new Date(due).toISOString();
}

/** Before a promised time the team is warned: by a third of the promise, and at most this long. */
const longestWarningMs = 10 * 60_000;

export function warningMs({ replyWithinMinutes = 0 }: TeamSettings): number {
  return Math.min(longestWarningMs, (replyWithinMinutes * 60_000) / 3);
}

/** The block of a conversation or of its visitor, among those in force. */
export function blockOf(
  blocks: readonly Block[],
  { conversationId }: ConversationKey,
  visitorHash: Uint8Array | undefined,
): Block | undefined {
  return blocks.find(
    (block) =>
      block.conversationId === conversationId ||
      (visitorHash !== undefined &&
        block.visitorHash !== undefined &&
        Buffer.from(block.visitorHash).equals(visitorHash)),
  );
}
