// The tables of conversations as the queries see them, and the one place where their rows become what the port speaks of.
import type { Generated, Selectable } from 'kysely';
import type { BridgeCase, BridgeName } from '#core/bridges.ts';
import type { Conversation, HandoffReason, Message } from '#core/conversation.ts';
import type { JournalEvent } from '#core/events.ts';
import { type Handling, type HandlingState, weightier } from '#core/handling.ts';
import type { NoticeKind } from '#core/notices.ts';
import type { ConversationKey, TenantId } from '#core/tenant.ts';

interface OfConversation {
  tenant_id: TenantId;
  conversation_id: string;
}

interface ConversationsTable {
  tenant_id: TenantId;
  id: string;
  token_hash: Uint8Array;
  created_at: string;
  language: string | null;
  /** Number of the last journal entry. */
  last_sequence: Generated<number>;
  state: Generated<HandlingState>;
  state_since: string | null;
  owner_id: string | null;
  owner_name: string | null;
  reason: HandoffReason | null;
  waiting_since: string | null;
  snoozed_until: string | null;
  /** Of the last message or change of handling. */
  updated_at: string | null;
  /** Of the customer's last message. */
  customer_sequence: Generated<number>;
  /** What the team has seen. */
  seen_sequence: Generated<number>;
  /** How many answers ended because a person took over. */
  cut_answers: Generated<number>;
  /** SHA-256, of conversations of somebody whom their website vouches for. */
  visitor_hash: Uint8Array | null;
  returned_by: 'customer' | null;
}

interface JournalTable extends OfConversation {
  position: Generated<number>;
  sequence: number;
  /** Of entries that carry a message, so that they are found again and none is stored twice. */
  message_id: string | null;
  /** JSON. */
  event: string;
}

interface AnswersTable extends OfConversation {
  message_id: string;
  reply_to: string;
  promised_at: string;
  /** `open`: promised or being written; `set-aside`: its process was stopped in an orderly way. */
  state: Generated<'open' | 'set-aside' | 'ended'>;
  attempts: Generated<number>;
}

interface FeedbackTable extends OfConversation {
  position: Generated<number>;
  message_id: string;
  rating: 'up' | 'down';
  comment: string | null;
  at: string;
}

interface HandoffsTable extends OfConversation {
  position: Generated<number>;
  reason: HandoffReason;
  email: string | null;
  at: string;
}

interface NotesTable extends OfConversation {
  position: Generated<number>;
  id: string;
  author_id: string;
  author_name: string;
  text: string;
  at: string;
}

interface NoticesTable extends OfConversation {
  id: string;
  kind: NoticeKind;
  channel: string;
  about: string;
  created_at: string;
  attempts: Generated<number>;
  state: Generated<'pending' | 'sent' | 'given-up'>;
  next_at: string;
  error: string | null;
}

interface VisitorsTable extends OfConversation {
  position: Generated<number>;
  /** JSON. */
  visitor: string;
}

interface RatingsTable extends OfConversation {
  position: Generated<number>;
  rating: 'up' | 'down';
  comment: string | null;
  at: string;
}

interface TranscriptsTable extends OfConversation {
  position: Generated<number>;
  id: string;
  email: string;
  at: string;
}

interface TokensTable extends OfConversation {
  token_hash: Uint8Array;
  created_at: string;
}

interface TeamSettingsTable {
  tenant_id: TenantId;
  /** JSON of `TeamSettings`. */
  settings: string;
}

interface CannedRepliesTable {
  tenant_id: TenantId;
  id: string;
  shortcut: string;
  text: string;
  updated_at: string;
  updated_by_id: string;
  updated_by_name: string;
}

interface BlocksTable {
  tenant_id: TenantId;
  id: string;
  conversation_id: string;
  visitor_hash: Uint8Array | null;
  created_at: string;
  until: string;
  by_id: string;
  by_name: string;
}

interface BridgeCasesTable extends OfConversation {
  bridge: BridgeName;
  round: number;
  state: BridgeCase['state'];
  since: string;
  case_id: string | null;
  url: string | null;
  sent_sequence: number;
}

export interface ConversationTables {
  conversations: ConversationsTable;
  journal: JournalTable;
  answers: AnswersTable;
  feedback: FeedbackTable;
  handoffs: HandoffsTable;
  notes: NotesTable;
  notices: NoticesTable;
  visitors: VisitorsTable;
  ratings: RatingsTable;
  transcripts: TranscriptsTable;
  conversation_tokens: TokensTable;
  team_settings: TeamSettingsTable;
  canned_replies: CannedRepliesTable;
  blocks: BlocksTable;
  bridge_cases: BridgeCasesTable;
}

export function columnsOf({ tenantId, conversationId }: ConversationKey) {
  return { tenant_id: tenantId, conversation_id: conversationId };
}

export function keyOf({ tenant_id, conversation_id }: OfConversation): ConversationKey {
  return { tenantId: tenant_id, conversationId: conversation_id };
}

export function eventColumns(event: JournalEvent) {
  return { message_id: messageOf(event)?.id ?? null, event: JSON.stringify(event) };
}

export function toEvent({ event }: Pick<Selectable<JournalTable>, 'event'>): JournalEvent {
  return JSON.parse(event);
}

export function messageOf(event: JournalEvent): Message | undefined {
  return 'message' in event && typeof event.message === 'object' ? event.message : undefined;
}

/** The answer that the event ends. */
export function endedAnswer(event: JournalEvent): string | undefined {
  if (event.type === 'answer-end') return event.message.id;
  return event.type === 'answer-error' ? event.messageId : undefined;
}

/** `handoffs` in the order of their coming: the weightiest reason counts, and the last e-mail address. */
export function toConversation(
  { id, created_at, language }: Pick<Selectable<ConversationsTable>, 'id' | 'created_at' | 'language'>,
  messages: readonly Message[],
  handoffs: readonly Pick<Selectable<HandoffsTable>, 'reason' | 'email' | 'at'>[],
): Conversation {
  const [first] = handoffs;
  const email = handoffs.findLast((handoff) => handoff.email !== null)?.email;
  const reason = handoffs.map((handoff) => handoff.reason).reduce(weightier, undefined);
  return {
    id,
    createdAt: created_at,
    messages,
    ...(language === null ? {} : { language }),
    ...(first && reason ? { handoff: { reason, at: first.at, ...(email ? { email } : {}) } } : {}),
  };
}

export const handlingColumns = [
  'state',
  'state_since',
  'owner_id',
  'owner_name',
  'reason',
  'waiting_since',
  'snoozed_until',
  'returned_by',
  'created_at',
] as const satisfies readonly (keyof ConversationsTable)[];

export function toHandling(
  row: Pick<Selectable<ConversationsTable>, (typeof handlingColumns)[number]>,
): Handling {
  return {
    state: row.state,
    since: row.state_since ?? row.created_at,
    ...(row.owner_id === null ? {} : { owner: { id: row.owner_id, name: row.owner_name ?? row.owner_id } }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.waiting_since === null ? {} : { waitingSince: row.waiting_since }),
    ...(row.snoozed_until === null ? {} : { snoozedUntil: row.snoozed_until }),
    ...(row.returned_by === null ? {} : { returnedBy: row.returned_by }),
  };
}

export function fromHandling({
  state,
  since,
  owner,
  reason,
  waitingSince,
  snoozedUntil,
  returnedBy,
}: Handling) {
  return {
    state,
    state_since: since,
    owner_id: owner?.id ?? null,
    owner_name: owner?.name ?? null,
    reason: reason ?? null,
    waiting_since: waitingSince ?? null,
    snoozed_until: snoozedUntil ?? null,
    returned_by: returnedBy ?? null,
  };
}
