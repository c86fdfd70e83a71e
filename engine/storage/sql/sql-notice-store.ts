// The queries of a NoticeStore, the same for every SQL database.
import type { Kysely, Selectable } from 'kysely';
import { newSecret } from '#core/conversation-secret.ts';
import type { Notice, NoticeState, NoticeStore } from '#core/notices.ts';
import type { ConversationKey } from '#core/tenant.ts';
import { type ConversationTables, columnsOf, keyOf } from './conversation-tables.ts';
import type { SqlBackend } from './sql-backend.ts';

export function createSqlNoticeStore({ tables, transaction, durable }: SqlBackend): NoticeStore {
  return {
    async addNotice({ key, kind, channel, about, createdAt }) {
      await transaction((tables) =>
        insertNotices(tables, key, { kind, channels: [channel], about, createdAt }),
      );
      await durable();
    },

    async dueNotices(now, limit) {
      const rows = await tables
        .selectFrom((eb) =>
          eb
            .selectFrom('notices')
            .selectAll()
            .select(({ fn }) =>
              fn
                .agg<number>('row_number')
                .over((over) => over.partitionBy('channel').orderBy('next_at').orderBy('created_at'))
                .as('place'),
            )
            .where('state', '=', 'pending')
            .where('next_at', '<=', now)
            .as('due'),
        )
        .selectAll()
        .where('place', '<=', limit)
        .orderBy('place')
        .execute();
      return rows.map(toNotice);
    },

    async noticeBegun(id, nextAt) {
      await transaction((tables) =>
        tables
          .updateTable('notices')
          .set(({ eb }) => ({ attempts: eb('attempts', '+', 1), next_at: nextAt }))
          .where('id', '=', id)
          .execute(),
      );
      await durable();
    },

    async noticeSent(id) {
      await transaction((tables) =>
        tables
          .updateTable('notices')
          .set({ state: 'sent' as const, error: null })
          .where('id', '=', id)
          .execute(),
      );
      await durable();
    },

    async noticeFailed(id, { error, nextAt }) {
      await transaction((tables) =>
        tables
          .updateTable('notices')
          .set({ error, ...(nextAt === undefined ? { state: 'given-up' as const } : { next_at: nextAt }) })
          .where('id', '=', id)
          .execute(),
      );
    },

    async notices(tenantId, { limit, failed = false, conversationId }) {
      let query = tables.selectFrom('notices').selectAll().where('tenant_id', '=', tenantId);
      if (failed) query = query.where('state', '<>', 'sent').where('error', 'is not', null);
      if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId);
      const rows = await query.orderBy('created_at', 'desc').limit(limit).execute();
      return rows.map(toState);
    },

    async retryNotice(tenantId, id, now) {
      const row = await transaction((tables) =>
        tables
          .updateTable('notices')
          .set({ state: 'pending' as const, next_at: now })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .where('state', '<>', 'sent')
          .returning('id')
          .executeTakeFirst(),
      );
      await durable();
      return row !== undefined;
    },
  };
}

export interface NewNotices extends Pick<Notice, 'kind' | 'about' | 'createdAt'> {
  readonly channels: readonly string[];
}

/** Inside the transaction that makes them due. */
export async function insertNotices(
  tables: Kysely<ConversationTables>,
  key: ConversationKey,
  { kind, channels, about, createdAt }: NewNotices,
): Promise<void> {
  if (channels.length === 0) return;
  await tables
    .insertInto('notices')
    .values(
      channels.map((channel) => ({
        ...columnsOf(key),
        id: newSecret(),
        kind,
        channel,
        about,
        created_at: createdAt,
        next_at: createdAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function toNotice(row: Selectable<ConversationTables['notices']>): Notice {
  return {
    id: row.id,
    key: keyOf(row),
    kind: row.kind,
    channel: row.channel,
    about: row.about,
    createdAt: row.created_at,
    attempts: row.attempts,
  };
}

function toState(row: Selectable<ConversationTables['notices']>): NoticeState {
  return {
    ...toNotice(row),
    state: row.state,
    nextAt: row.next_at,
    ...(row.error === null ? {} : { error: row.error }),
  };
}
