// The queries of a SettingsStore, the same for every SQL database.
import type { Kysely } from 'kysely';
import type { DeskSettings, SettingsStore } from '#core/settings.ts';
import type { TenantId } from '#core/tenant.ts';
import type { AccessTables } from './access-tables.ts';
import type { SqlAccessBackend } from './sql-access-store.ts';

export function createSqlSettingsStore({ tables, transaction, durable }: SqlAccessBackend): SettingsStore {
  async function read(from: Kysely<AccessTables>, tenantId: TenantId): Promise<DeskSettings> {
    const rows = await from.selectFrom('settings').selectAll().where('tenant_id', '=', tenantId).execute();
    return Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value)]));
  }

  return {
    settings: (tenantId) => read(tables, tenantId),

    async changeSettings(tenantId, change) {
      const changed = await transaction(async (tables) => {
        for (const [name, value] of Object.entries(change))
          await tables
            .insertInto('settings')
            .values({ tenant_id: tenantId, name, value: JSON.stringify(value) })
            .onConflict((conflict) =>
              conflict.columns(['tenant_id', 'name']).doUpdateSet({ value: JSON.stringify(value) }),
            )
            .execute();
        return read(tables, tenantId);
      });
      await durable();
      return changed;
    },
  };
}
