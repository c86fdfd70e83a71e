// The queries of a TeamStore, the same for every SQL database.
import { AppError } from '#core/errors.ts';
import { defaultSettings, type TeamStore } from '#core/team.ts';
import type { TenantId } from '#core/tenant.ts';
import { keptQuery } from './kept-query.ts';
import type { SqlBackend } from './sql-backend.ts';

export function createSqlTeamStore({ tables, transaction, durable }: SqlBackend): TeamStore {
  return {
    async settings(tenantId) {
      const row = await tables
        .selectFrom('team_settings')
        .select('settings')
        .where('tenant_id', '=', tenantId)
        .executeTakeFirst();
      return row ? { ...defaultSettings, ...JSON.parse(row.settings) } : defaultSettings;
    },

    async saveSettings(tenantId, settings) {
      const text = JSON.stringify(settings);
      await transaction((tables) =>
        tables
          .insertInto('team_settings')
          .values({ tenant_id: tenantId, settings: text })
          .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ settings: text }))
          .execute(),
      );
      await durable();
    },

    async cannedReplies(tenantId) {
      const rows = await tables
        .selectFrom('canned_replies')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('shortcut')
        .execute();
      return rows.map(({ id, shortcut, text, updated_at, updated_by_id, updated_by_name }) => ({
        id,
        shortcut,
        text,
        updatedAt: updated_at,
        updatedBy: { id: updated_by_id, name: updated_by_name },
      }));
    },

    async saveCannedReply(tenantId, { id, shortcut, text, updatedAt, updatedBy }) {
      const values = {
        shortcut,
        text,
        updated_at: updatedAt,
        updated_by_id: updatedBy.id,
        updated_by_name: updatedBy.name,
      };
      await transaction(async (tables) => {
        const other = await tables
          .selectFrom('canned_replies')
          .select('id')
          .where('tenant_id', '=', tenantId)
          .where('shortcut', '=', shortcut)
          .where('id', '<>', id)
          .executeTakeFirst();
        if (other)
          throw new AppError('conflict', 'Another canned reply has the shortcut.', {
            publicMessage: `Another reply has the shortcut /${shortcut} already.`,
          });
        await tables
          .insertInto('canned_replies')
          .values({ tenant_id: tenantId, id, ...values })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(values))
          .execute();
      });
      await durable();
    },

    async removeCannedReply(tenantId, id) {
      const removed = await transaction((tables) =>
        tables
          .deleteFrom('canned_replies')
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .returning('id')
          .executeTakeFirst(),
      );
      await durable();
      return removed !== undefined;
    },

    async block(tenantId, { id, conversationId, visitorHash, createdAt, until, by }) {
      await transaction(async (tables) => {
        // Those that ended need no place.
        await tables
          .deleteFrom('blocks')
          .where('tenant_id', '=', tenantId)
          .where(({ or, eb }) =>
            or([eb('conversation_id', '=', conversationId), eb('until', '<=', createdAt)]),
          )
          .execute();
        await tables
          .insertInto('blocks')
          .values({
            tenant_id: tenantId,
            id,
            conversation_id: conversationId,
            visitor_hash: visitorHash ?? null,
            created_at: createdAt,
            until,
            by_id: by.id,
            by_name: by.name,
          })
          .execute();
      });
      await durable();
    },

    async blocks(tenantId, now) {
      const rows = await selectBlocks(tables, { tenantId, now });
      return rows.map(({ id, conversation_id, visitor_hash, created_at, until, by_id, by_name }) => ({
        id,
        conversationId: conversation_id,
        ...(visitor_hash === null ? {} : { visitorHash: visitor_hash }),
        createdAt: created_at,
        until,
        by: { id: by_id, name: by_name },
      }));
    },

    async unblock(tenantId, id) {
      const removed = await transaction((tables) =>
        tables
          .deleteFrom('blocks')
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .returning('id')
          .executeTakeFirst(),
      );
      await durable();
      return removed !== undefined;
    },
  };
}

const selectBlocks = keptQuery((tables, at: { readonly tenantId: TenantId; readonly now: string }) =>
  tables
    .selectFrom('blocks')
    .selectAll()
    .where('tenant_id', '=', at.tenantId)
    .where('until', '>', at.now)
    .orderBy('created_at', 'desc'),
);
