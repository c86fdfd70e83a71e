// The queries of a CustomerStore, the same for every SQL database.
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Conversation, ConversationRating, Visitor } from '#core/conversation.ts';
import { hashToken, newSecret } from '#core/conversation-secret.ts';
import type { CustomerStore } from '#core/customers.ts';
import { AppError } from '#core/errors.ts';
import type { ConversationKey, TenantId } from '#core/tenant.ts';
import {
  type ConversationTables,
  columnsOf,
  eventColumns,
  messageOf,
  toEvent,
} from './conversation-tables.ts';
import { keptQuery } from './kept-query.ts';
import { overwriteText } from './overwrite-text.ts';
import type { SqlBackend } from './sql-backend.ts';
import { insertNotices } from './sql-notice-store.ts';

type Tables = Kysely<ConversationTables>;

/** UTF-16 code units of the question that a list shows. */
const shownText = 120;
/** A visitor's devices; the oldest ones have to open the conversation anew. */
const mostTokens = 20;

export function createSqlCustomerStore(
  { tables, transaction, durable, overwritten, erase }: SqlBackend,
  { now = () => new Date() } = {},
): CustomerStore {
  return {
    async bindVisitor(key, visitor) {
      const bound = await transaction(async (tables) => {
        const hash = hashOf(key.tenantId, visitor.id);
        const row = await conversationOf(tables, key).select('visitor_hash').executeTakeFirst();
        if (!row) return { isTheirs: false, isReplaced: false };
        if (row.visitor_hash !== null && !Buffer.from(row.visitor_hash).equals(hash))
          return { isTheirs: false, isReplaced: false };
        const facts = JSON.stringify(visitor);
        const known = await visitorOf(tables, key);
        if (known && JSON.stringify(known) === facts) return { isTheirs: true, isReplaced: false };
        await tables
          .updateTable('conversations')
          .set({ visitor_hash: hash })
          .where((eb) => eb.and(idColumnsOf(key)))
          .execute();
        const isReplaced = await overwriteText(tables, {
          table: 'visitors',
          row: columnsOf(key),
          overwritten,
        });
        await tables
          .insertInto('visitors')
          .values({ ...columnsOf(key), visitor: facts })
          .execute();
        return { isTheirs: true, isReplaced };
      });
      await durable();
      if (bound.isReplaced) void erase();
      return bound.isTheirs;
    },

    async visitorConversations(tenantId, visitorId, limit) {
      const rows = await tables
        .selectFrom('conversations')
        .select((eb) => [
          'id',
          'created_at',
          'updated_at',
          'state',
          eb
            .selectFrom('journal')
            .select('event')
            .whereRef('journal.tenant_id', '=', 'conversations.tenant_id')
            .whereRef('journal.conversation_id', '=', 'conversations.id')
            .where('message_id', 'is not', null)
            .orderBy('sequence')
            .limit(1)
            .as('event'),
        ])
        .where('tenant_id', '=', tenantId)
        .where('visitor_hash', '=', hashOf(tenantId, visitorId))
        .where('last_sequence', '>', 0)
        .orderBy('updated_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ id, created_at, updated_at, state, event }) => {
        const text = event === null ? undefined : messageOf(toEvent({ event }))?.text;
        return {
          id,
          createdAt: created_at,
          updatedAt: updated_at ?? created_at,
          state,
          ...(text ? { question: text.slice(0, shownText).toWellFormed() } : {}),
        };
      });
    },

    async openForVisitor(key, visitorId) {
      const token = newSecret();
      const isTheirs = await transaction(async (tables) => {
        const row = await conversationOf(tables, key)
          .select('id')
          .where('visitor_hash', '=', hashOf(key.tenantId, visitorId))
          .executeTakeFirst();
        if (!row) return false;
        const given = await tables
          .selectFrom('conversation_tokens')
          .select('token_hash')
          .where((eb) => eb.and(columnsOf(key)))
          .orderBy('created_at', 'desc')
          .offset(mostTokens - 1)
          .limit(mostTokens)
          .execute();
        for (const { token_hash } of given)
          await tables.deleteFrom('conversation_tokens').where('token_hash', '=', token_hash).execute();
        await tables
          .insertInto('conversation_tokens')
          .values({ ...columnsOf(key), token_hash: hashToken(token), created_at: now().toISOString() })
          .execute();
        return true;
      });
      await durable();
      return isTheirs ? token : undefined;
    },

    async placeInQueue(key) {
      const row = await conversationOf(tables, key)
        .select(['state', 'waiting_since', 'id'])
        .executeTakeFirst();
      if (row?.state !== 'waiting' || row.waiting_since === null) return undefined;
      const since = row.waiting_since;
      const at = now().toISOString();
      const ahead = await tables
        .selectFrom('conversations')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('tenant_id', '=', key.tenantId)
        .where('state', '=', 'waiting')
        .where((eb) =>
          eb.or([
            eb('waiting_since', '<', since),
            eb.and([eb('waiting_since', '=', since), eb('id', '<', row.id)]),
          ]),
        )
        .where((eb) => eb.or([eb('snoozed_until', 'is', null), eb('snoozed_until', '<=', at)]))
        .executeTakeFirstOrThrow();
      return Number(ahead.count) + 1;
    },

    async rateConversation(key, { rating, comment, at }) {
      const rated = await transaction(async (tables) => {
        const before = await ratingOf(tables, key);
        const isNews = before?.rating !== rating;
        const row = await tables
          .updateTable('conversations')
          .set((eb) => ({ last_sequence: eb('last_sequence', '+', isNews ? 1 : 0), updated_at: at }))
          .where((eb) => eb.and(idColumnsOf(key)))
          .returning('last_sequence')
          .executeTakeFirst();
        if (!row) return undefined;
        const isReplaced = await overwriteText(tables, {
          table: 'ratings',
          row: columnsOf(key),
          overwritten,
        });
        await tables
          .insertInto('ratings')
          .values({ ...columnsOf(key), rating, comment: comment ?? null, at })
          .execute();
        const event = { type: 'conversation-rated', rating } as const;
        const entry = { conversationId: key.conversationId, sequence: row.last_sequence, event };
        if (isNews)
          await tables
            .insertInto('journal')
            .values({ ...columnsOf(key), sequence: entry.sequence, ...eventColumns(event) })
            .execute();
        return { isFirst: before === undefined, entries: isNews ? [entry] : [], isReplaced };
      });
      await durable();
      if (rated?.isReplaced) void erase();
      return rated && { isFirst: rated.isFirst, entries: rated.entries };
    },

    async requestTranscript(key, { email, at, channel, most, since }) {
      const isTaken = await transaction(async (tables) => {
        // Whatever it changes, it locks: no other request of this conversation is counted meanwhile.
        const there = await tables
          .updateTable('conversations')
          .set((eb) => ({ last_sequence: eb.ref('last_sequence') }))
          .where((eb) => eb.and(idColumnsOf(key)))
          .returning('id')
          .executeTakeFirst();
        if (!there) throw new AppError('not-found', 'The conversation is not there.');
        const { count } = await tables
          .selectFrom('transcripts')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where((eb) => eb.and(columnsOf(key)))
          .where('at', '>', since)
          .executeTakeFirstOrThrow();
        if (Number(count) >= most) return false;
        const id = newSecret();
        await tables
          .insertInto('transcripts')
          .values({ ...columnsOf(key), id, email, at })
          .execute();
        await insertNotices(tables, key, {
          kind: 'transcript',
          channels: [channel],
          about: id,
          createdAt: at,
        });
        return true;
      });
      await durable();
      return isTaken;
    },

    async transcriptEmail(key, id) {
      const row = await tables
        .selectFrom('transcripts')
        .select('email')
        .where((eb) => eb.and({ ...columnsOf(key), id }))
        .executeTakeFirst();
      return row?.email;
    },
  };
}

/** What a conversation holds of its customer besides their messages. */
export async function aboutCustomer(
  tables: Tables,
  key: ConversationKey,
): Promise<Pick<Conversation, 'visitor' | 'rating'>> {
  const [visitor, rating] = [await visitorOf(tables, key), await ratingOf(tables, key)];
  return { ...(visitor ? { visitor } : {}), ...(rating ? { rating } : {}) };
}

async function visitorOf(tables: Tables, key: ConversationKey): Promise<Visitor | undefined> {
  const [row] = await selectVisitor(tables, key);
  return row && JSON.parse(row.visitor);
}

async function ratingOf(tables: Tables, key: ConversationKey): Promise<ConversationRating | undefined> {
  const [row] = await selectRating(tables, key);
  return row && { rating: row.rating, at: row.at, ...(row.comment === null ? {} : { comment: row.comment }) };
}

function conversationOf(tables: Tables, { tenantId, conversationId }: ConversationKey) {
  return tables
    .selectFrom('conversations')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', conversationId);
}

function idColumnsOf({ tenantId, conversationId }: ConversationKey) {
  return { tenant_id: tenantId, id: conversationId };
}

function hashOf(tenantId: TenantId, visitorId: string): Buffer {
  return createHash('sha256').update(`${tenantId}/${visitorId}`).digest();
}

const selectVisitor = keptQuery((tables, key: ConversationKey) =>
  tables
    .selectFrom('visitors')
    .select('visitor')
    .where((eb) => eb.and(columnsOf(key)))
    .orderBy('position', 'desc')
    .limit(1),
);

const selectRating = keptQuery((tables, key: ConversationKey) =>
  tables
    .selectFrom('ratings')
    .select(['rating', 'comment', 'at'])
    .where((eb) => eb.and(columnsOf(key)))
    .orderBy('position', 'desc')
    .limit(1),
);
