// Rows of the database file by their age. Conversations are only named here: the store removes them, with all that is theirs.
import { DatabaseSync } from 'node:sqlite';
import type { ConversationKey, TenantId } from '#core/tenant.ts';

export interface Aged {
  readonly old: number;
  readonly all: number;
  /** ISO 8601; undefined when there is none. */
  readonly oldest?: string | undefined;
}

export type AgedRows = 'notices' | 'sessions';

export interface RetentionTables extends Disposable {
  /** Those without a message or a change since `before` (ISO 8601), and that are not put off to later than `now`. */
  conversations(before: string, now: string): Aged & { readonly keys: readonly ConversationKey[] };
  rows(kind: AgedRows, before: string): Aged;
  /** Returns how many went. */
  removeRows(kind: AgedRows, before: string): number;
  /** The newest time in the database. */
  newest(): string | undefined;
}

/** What is on its way to somebody stays. A link that sets a password is as old as its end. */
const agedTables: Readonly<
  Record<AgedRows, readonly { table: string; column: string; condition?: string }[]>
> = {
  notices: [{ table: 'notices', column: 'created_at', condition: "state <> 'pending'" }],
  sessions: [
    { table: 'sessions', column: 'expires_at' },
    { table: 'password_links', column: 'expires_at' },
  ],
};

/** Of a file that was migrated before. */
export function openRetentionTables(path: string): RetentionTables {
  const database = new DatabaseSync(path, { timeout: 30_000, enableForeignKeyConstraints: true });
  database.exec('PRAGMA secure_delete = ON');
  return {
    conversations(before, now) {
      const rows = database
        .prepare(
          `SELECT tenant_id AS tenant, id FROM conversations WHERE coalesce(updated_at, created_at) < ?
           AND (snoozed_until IS NULL OR snoozed_until <= ?) ORDER BY created_at`,
        )
        .all(before, now) as { tenant: TenantId; id: string }[];
      const { all, oldest } = database
        .prepare(
          'SELECT count(*) AS "all", min(coalesce(updated_at, created_at)) AS oldest FROM conversations',
        )
        .get() as { all: number; oldest: string | null };
      const keys = rows.map(({ tenant, id }) => ({ tenantId: tenant, conversationId: id }));
      return { old: keys.length, all, oldest: oldest ?? undefined, keys };
    },
    rows(kind, before) {
      const found = agedTables[kind].map(
        ({ table, column, condition = 'true' }) =>
          database
            .prepare(
              `SELECT count(*) FILTER (WHERE ${column} < ?) AS old, count(*) AS "all", min(${column}) AS oldest FROM ${table} WHERE ${condition}`,
            )
            .get(before) as { old: number; all: number; oldest: string | null },
      );
      const oldest = found.flatMap((one) => one.oldest ?? []).sort()[0];
      return { old: sum(found.map(({ old }) => old)), all: sum(found.map(({ all }) => all)), oldest };
    },
    removeRows: (kind, before) =>
      sum(
        agedTables[kind].map(({ table, column, condition = 'true' }) =>
          Number(
            database.prepare(`DELETE FROM ${table} WHERE ${column} < ? AND ${condition}`).run(before).changes,
          ),
        ),
      ),
    newest() {
      const { newest } = database
        .prepare('SELECT max(coalesce(updated_at, created_at)) AS newest FROM conversations')
        .get() as {
        newest: string | null;
      };
      return newest ?? undefined;
    },
    [Symbol.dispose]() {
      database.close();
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
