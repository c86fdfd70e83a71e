// The queries of a BridgeStore, the same for every SQL database.
import type { Kysely, Selectable } from 'kysely';
import type { BridgeCase, BridgeStore } from '#core/bridges.ts';
import { bridgeChannel } from '#core/notices.ts';
import type { ConversationKey } from '#core/tenant.ts';
import { type ConversationTables, columnsOf, keyOf } from './conversation-tables.ts';
import type { SqlBackend } from './sql-backend.ts';
import { insertNotices } from './sql-notice-store.ts';

export function createSqlBridgeStore(
  { tables, transaction, durable }: SqlBackend,
  { now = () => new Date() } = {},
): BridgeStore {
  return {
    async bridgeCase(key) {
      const row = await caseRow(tables, key);
      return row && toCase(row);
    },

    async bridgeCaseThere(bridge, caseId) {
      const row = await tables
        .selectFrom('bridge_cases')
        .selectAll()
        .where('bridge', '=', bridge)
        .where('case_id', '=', caseId)
        .executeTakeFirst();
      return row && toCase(row);
    },

    async saveBridgeCase({ key, bridge, round, state, since, there, sentSequence }) {
      const row = {
        bridge,
        round,
        state,
        since,
        case_id: there?.id ?? null,
        url: there?.url ?? null,
        sent_sequence: sentSequence,
      };
      await transaction(async (tables) => {
        await tables
          .insertInto('bridge_cases')
          .values({ ...columnsOf(key), ...row })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'conversation_id']).doUpdateSet(row))
          .execute();
        const conversation = await tables
          .selectFrom('conversations')
          .select('id')
          .where('tenant_id', '=', key.tenantId)
          .where('id', '=', key.conversationId)
          .executeTakeFirst();
        if (!conversation) await tellErasure(tables, key, now().toISOString());
      });
      await durable();
    },

    async forgetBridgeCase(key) {
      await transaction((tables) =>
        tables
          .deleteFrom('bridge_cases')
          .where((eb) => eb.and(columnsOf(key)))
          .execute(),
      );
    },
  };
}

/** Inside the transaction in which the conversation goes: where a case of it was opened, somebody has a copy. */
export async function tellErasure(
  tables: Kysely<ConversationTables>,
  key: ConversationKey,
  createdAt: string,
): Promise<void> {
  const row = await caseRow(tables, key);
  if (!row) return;
  await insertNotices(tables, key, {
    kind: 'erased',
    channels: [bridgeChannel(row.bridge)],
    about: String(row.round),
    createdAt,
  });
}

function caseRow(tables: Kysely<ConversationTables>, key: ConversationKey) {
  return tables
    .selectFrom('bridge_cases')
    .selectAll()
    .where((eb) => eb.and(columnsOf(key)))
    .executeTakeFirst();
}

function toCase(row: Selectable<ConversationTables['bridge_cases']>): BridgeCase {
  return {
    key: keyOf(row),
    bridge: row.bridge,
    round: row.round,
    state: row.state,
    since: row.since,
    ...(row.case_id === null ? {} : { there: { id: row.case_id, url: row.url ?? '' } }),
    sentSequence: row.sent_sequence,
  };
}
