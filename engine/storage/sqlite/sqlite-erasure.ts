// What SQLite needs so that deleted text is gone from its files, not only from sight.
//
// - secure_delete zeroes a deleted row, but a table that is reordered (rows between rows, rows that change their length, rows deleted)
//   leaves copies of other rows in the gaps of its pages, where nothing finds them again (measured: after a third of the deletions from
//   a table ordered by conversation). So text stands in tables that are only appended to, and is overwritten in place, byte for byte,
//   which moves nothing. The empty rows are thrown out when there are many, by writing the whole file anew.
// - The write-ahead log keeps pages as they were until it is emptied, which has to wait for everybody who reads them, e.g. a backup.
//   It is tried again and again with timers: waiting inside SQLite would hold the event loop, and all writers.
import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ConversationTables } from '../sql/conversation-tables.ts';

/** As many zero bytes as the text has: SQLite writes a value of the same length where the old one was. */
export function overwritten(column: string): RawBuilder<string> {
  return sql`CAST(zeroblob(length(CAST(${sql.ref(column)} AS BLOB))) AS TEXT)`;
}

const firstRetryMs = 25;
const lastRetryMs = 1_000;

export interface LogEraser {
  /** Empties the log of what was committed before the call. False if that takes longer than `waitMs`; it goes on all the same. */
  erase(waitMs: number): Promise<boolean>;
  close(): void;
}

export function createLogEraser(database: Kysely<ConversationTables>): LogEraser {
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function attempt(retryMs: number): Promise<void> {
    timer = undefined;
    if (closed) return;
    const served = waiting;
    if (await emptied()) {
      waiting = waiting.filter((done) => !served.includes(done));
      for (const done of served) done();
    }
    if (waiting.length > 0 && !closed)
      timer ??= setTimeout(attempt, retryMs, Math.min(2 * retryMs, lastRetryMs)).unref();
  }

  async function emptied(): Promise<boolean> {
    try {
      const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database);
      return rows[0]?.busy === 0;
    } catch {
      // Also a full disk may have room again at the next attempt.
      return false;
    }
  }

  return {
    async erase(waitMs) {
      const { promise: done, resolve } = Promise.withResolvers<void>();
      waiting = [...waiting, resolve];
      clearTimeout(timer);
      await attempt(firstRetryMs);
      const { promise: late, resolve: giveUp } = Promise.withResolvers<false>();
      const patience = setTimeout(giveUp, waitMs, false);
      try {
        return await Promise.race([done.then(() => true), late]);
      } finally {
        clearTimeout(patience);
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

const tablesOfText = ['journal', 'feedback', 'handoffs', 'notes', 'visitors', 'ratings', 'transcripts'];
/** Below this, empty rows cost less than writing the file anew. */
const worthReclaiming = 10_000;

/** Throws the rows of deleted conversations out, if they are many and more than half. */
export function reclaimSpace(database: DatabaseSync): void {
  const orphaned =
    'NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.tenant_id = rows.tenant_id AND id = rows.conversation_id)';
  const { empty, all } = database
    .prepare(`SELECT count(*) FILTER (WHERE ${orphaned}) AS empty, count(*) AS "all" FROM journal AS rows`)
    .get() as { empty: number; all: number };
  if (empty < worthReclaiming || empty * 2 < all) return;
  for (const table of tablesOfText) database.exec(`DELETE FROM ${table} AS rows WHERE ${orphaned}`);
  database.exec('VACUUM');
}
