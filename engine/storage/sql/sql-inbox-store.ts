// The queries of an InboxStore, the same for every SQL database.
import { type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { AppError } from '#core/errors.ts';
import { type InboxItem, type InboxStore, type InboxView, inboxViews } from '#core/inbox.ts';
import type { ConversationKey } from '#core/tenant.ts';
import {
  type ConversationTables,
  columnsOf,
  handlingColumns,
  keyOf,
  messageOf,
  toEvent,
  toHandling,
} from './conversation-tables.ts';
import type { SqlBackend } from './sql-backend.ts';

/** UTF-16 code units of the last message that a list shows. */
const shownText = 200;

type Conversations = ExpressionBuilder<ConversationTables, 'conversations'>;

export function createSqlInboxStore(
  { tables, transaction, durable, messageContains }: SqlBackend,
  { now = () => new Date() } = {},
): InboxStore {
  const isAwake = ({ or, eb }: Conversations) =>
    or([eb('snoozed_until', 'is', null), eb('snoozed_until', '<=', now().toISOString())]);

  function isIn(view: InboxView, personId: string) {
    return (eb: Conversations) => {
      const at = now().toISOString();
      const asleep = eb('snoozed_until', '>', at);
      const awake = isAwake(eb);
      const open = eb('state', 'in', ['waiting', 'person']);
      switch (view) {
        case 'waiting':
          return eb.and([eb('state', '=', 'waiting'), awake]);
        case 'mine':
          return eb.and([open, eb('owner_id', '=', personId), awake]);
        case 'unassigned':
          return eb.and([eb('state', '=', 'waiting'), eb('owner_id', 'is', null), awake]);
        case 'unread':
          // Said by what it is not, so that the index of unread ones is read in its order, not one for each state.
          return eb.and([
            eb('customer_sequence', '>', eb.ref('seen_sequence')),
            eb('state', '<>', 'bot'),
            eb('state', '<>', 'resolved'),
            awake,
          ]);
        case 'snoozed':
          return eb.and([open, asleep]);
        case 'bot':
        case 'resolved':
          return eb.and([eb('state', '=', view), eb('last_sequence', '>', 0)]);
        case 'all':
          return eb('last_sequence', '>', 0);
      }
    };
  }

  const listed = () =>
    tables
      .selectFrom('conversations')
      .select((eb) => [
        ...handlingColumns,
        'id',
        'language',
        'updated_at',
        'customer_sequence',
        'seen_sequence',
        eb
          .selectFrom('handoffs')
          .select('email')
          .whereRef('handoffs.tenant_id', '=', 'conversations.tenant_id')
          .whereRef('handoffs.conversation_id', '=', 'conversations.id')
          .where('email', 'is not', null)
          .orderBy('position', 'desc')
          .limit(1)
          .as('email'),
        eb
          .selectFrom('visitors')
          .select('visitor')
          .whereRef('visitors.tenant_id', '=', 'conversations.tenant_id')
          .whereRef('visitors.conversation_id', '=', 'conversations.id')
          .orderBy('position', 'desc')
          .limit(1)
          .as('visitor'),
        eb
          .selectFrom('journal')
          .select('event')
          .whereRef('journal.tenant_id', '=', 'conversations.tenant_id')
          .whereRef('journal.conversation_id', '=', 'conversations.id')
          .where('message_id', 'is not', null)
          .orderBy('sequence', 'desc')
          .limit(1)
          .as('event'),
      ]);

  return {
    async inbox({ tenantId, view, personId, search, limit, after }) {
      const longestFirst = view === 'waiting' || view === 'unassigned';
      const column = longestFirst ? ('waiting_since' as const) : ('updated_at' as const);
      let query = listed().where('tenant_id', '=', tenantId).where(isIn(view, personId));
      // True anyway: it lets the database read the rows from an index in the order that is asked for.
      query = query.where(column, 'is not', null);
      if (search) query = query.where(mentions(search, messageContains(search)));
      if (after !== undefined) {
        const [value, id] = readCursor(after);
        query = query
          .where(column, longestFirst ? '>=' : '<=', value)
          .where((eb) =>
            eb.or([
              eb(column, longestFirst ? '>' : '<', value),
              eb.and([eb(column, '=', value), eb('id', '>', id)]),
            ]),
          );
      }
      const rows = await query
        .orderBy(column, longestFirst ? 'asc' : 'desc')
        .orderBy('id')
        .limit(limit + 1)
        .execute();
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map(toItem),
        ...(rows.length > limit && last ? { next: writeCursor(last[column] ?? '', last.id) } : {}),
      };
    },

    async item(key) {
      const row = await listed()
        .where('tenant_id', '=', key.tenantId)
        .where('id', '=', key.conversationId)
        .executeTakeFirst();
      return row && toItem(row);
    },

    async counts(tenantId, personId) {
      const counts = await tables
        .selectFrom('conversations')
        .select((eb) =>
          inboxViews.map((view) => eb.fn.countAll<number>().filterWhere(isIn(view, personId)).as(view)),
        )
        .where('tenant_id', '=', tenantId)
        .executeTakeFirstOrThrow();
      return Object.fromEntries(inboxViews.map((view) => [view, Number(counts[view])])) as Record<
        InboxView,
        number
      >;
    },

    async markSeen(key, sequence) {
      await transaction((tables) =>
        tables
          .updateTable('conversations')
          .set({ seen_sequence: sequence })
          .where('tenant_id', '=', key.tenantId)
          .where('id', '=', key.conversationId)
          .where('seen_sequence', '<', sequence)
          .where('last_sequence', '>=', sequence)
          .execute(),
      );
    },

    async addNote(key, { id, author, text, at }) {
      await transaction(async (tables) => {
        const there = await tables
          .updateTable('conversations')
          .set({ updated_at: now().toISOString() })
          .where('tenant_id', '=', key.tenantId)
          .where('id', '=', key.conversationId)
          .returning('id')
          .executeTakeFirst();
        if (!there) throw new AppError('not-found', 'The conversation is not there.');
        await tables
          .insertInto('notes')
          .values({ ...columnsOf(key), id, author_id: author.id, author_name: author.name, text, at })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
      await durable();
    },

    async notes(key) {
      const rows = await tables
        .selectFrom('notes')
        .selectAll()
        .where((eb) => eb.and(columnsOf(key)))
        .where(isThere)
        .orderBy('position')
        .execute();
      return rows.map(({ id, author_id, author_name, text, at }) => ({
        id,
        author: { id: author_id, name: author_name },
        text,
        at,
      }));
    },

    async ratings(key) {
      const rows = await tables
        .selectFrom('feedback')
        .select(['message_id', 'rating', 'comment', 'at'])
        .where((eb) => eb.and(columnsOf(key)))
        .orderBy('position')
        .execute();
      const last = new Map(rows.map((row) => [row.message_id, row]));
      return [...last.values()].map(({ message_id, rating, comment, at }) => ({
        messageId: message_id,
        rating,
        at,
        ...(comment === null ? {} : { comment }),
      }));
    },

    async openCases(tenantId) {
      const rows = await tables
        .selectFrom('conversations')
        .select((eb) => ['owner_id', eb.fn.countAll<number>().as('open')])
        .where('tenant_id', '=', tenantId)
        .where('state', 'in', ['waiting', 'person'])
        .where('owner_id', 'is not', null)
        .where(isAwake)
        .groupBy('owner_id')
        .execute();
      return new Map(rows.map(({ owner_id, open }) => [owner_id!, Number(open)]));
    },

    async waitingCustomers(limit) {
      const rows = await tables
        .selectFrom('conversations')
        .select(['tenant_id', 'id as conversation_id', 'waiting_since'])
        .where('waiting_since', 'is not', null)
        .orderBy('waiting_since')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ key: keyOf(row), since: row.waiting_since! }));
    },

    async forgotten(since, limit): Promise<ConversationKey[]> {
      const rows = await tables
        .selectFrom('conversations')
        .select(['tenant_id', 'id as conversation_id'])
        .where(({ and, or, eb }) =>
          or([
            and([eb('state', '=', 'person'), eb('waiting_since', '<', since)]),
            and([eb('state', '=', 'waiting'), eb('owner_id', 'is not', null), eb('state_since', '<', since)]),
          ]),
        )
        .where(isAwake)
        .orderBy('waiting_since')
        .limit(limit)
        .execute();
      return rows.map(keyOf);
    },
  };
}

/** Nothing of a deleted conversation, whose rows may still be there, emptied. */
function isThere({ exists, selectFrom }: ExpressionBuilder<ConversationTables, 'notes'>) {
  return exists(
    selectFrom('conversations')
      .select('conversations.id')
      .whereRef('conversations.tenant_id', '=', 'notes.tenant_id')
      .whereRef('conversations.id', '=', 'notes.conversation_id'),
  );
}

function mentions(words: string, inMessage: ReturnType<SqlBackend['messageContains']>) {
  const pattern = `%${words.replace(/[\\%_]/g, '\\$&')}%`;
  const like = (column: string) => sql<SqlBool>`${sql.ref(column)} LIKE ${pattern} ESCAPE '\\'`;
  return ({ or, exists, selectFrom }: Conversations) =>
    or([
      exists(
        selectFrom('journal')
          .select('sequence')
          .whereRef('journal.tenant_id', '=', 'conversations.tenant_id')
          .whereRef('journal.conversation_id', '=', 'conversations.id')
          .where('message_id', 'is not', null)
          .where(inMessage),
      ),
      exists(
        selectFrom('notes')
          .select('notes.id')
          .whereRef('notes.tenant_id', '=', 'conversations.tenant_id')
          .whereRef('notes.conversation_id', '=', 'conversations.id')
          .where(like('notes.text')),
      ),
      exists(
        selectFrom('handoffs')
          .select('position')
          .whereRef('handoffs.tenant_id', '=', 'conversations.tenant_id')
          .whereRef('handoffs.conversation_id', '=', 'conversations.id')
          .where(like('handoffs.email')),
      ),
    ]);
}

type ListedRow = Parameters<typeof toHandling>[0] & {
  readonly id: string;
  readonly language: string | null;
  readonly updated_at: string | null;
  readonly customer_sequence: number;
  readonly seen_sequence: number;
  readonly email: string | null;
  readonly visitor: string | null;
  readonly event: string | null;
};

function toItem(row: ListedRow): InboxItem {
  const message = row.event === null ? undefined : messageOf(toEvent({ event: row.event }));
  return {
    conversationId: row.id,
    createdAt: row.created_at,
    ...(row.language === null ? {} : { language: row.language }),
    handling: toHandling(row),
    updatedAt: row.updated_at ?? row.created_at,
    unread: row.customer_sequence > row.seen_sequence,
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.visitor === null ? {} : { visitor: JSON.parse(row.visitor) }),
    ...(message
      ? { lastMessage: { author: message.author, text: message.text.slice(0, shownText).toWellFormed() } }
      : {}),
  };
}

function writeCursor(value: string, id: string): string {
  return Buffer.from(JSON.stringify([value, id])).toString('base64url');
}

function readCursor(cursor: string): readonly [string, string] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string'))
      return value as [string, string];
  } catch {
    // Said below.
  }
  throw new AppError('bad-request', 'The place to go on from is none that this list gave.');
}
