// Conversations in one SQLite file: opens it, keeps it durable and clean. The queries stand in sql-conversation-store.ts.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import type { AccessStore } from '#core/access.ts';
import type { BridgeStore } from '#core/bridges.ts';
import type { CustomerStore } from '#core/customers.ts';
import { AppError } from '#core/errors.ts';
import type { FiguresStore } from '#core/figures.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { NoticeStore } from '#core/notices.ts';
import type { PictureStore } from '#core/pictures.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { TeamStore } from '#core/team.ts';
import { createPictureFolder, type PictureFolder } from '../pictures/picture-folder.ts';
import type { ConversationTables } from '../sql/conversation-tables.ts';
import { createSqlAccessStore, type SqlAccessBackend } from '../sql/sql-access-store.ts';
import type { SqlBackend } from '../sql/sql-backend.ts';
import { createSqlBridgeStore } from '../sql/sql-bridge-store.ts';
import { createSqlConversationStore, type SqlStoreOptions } from '../sql/sql-conversation-store.ts';
import { createSqlCustomerStore } from '../sql/sql-customer-store.ts';
import { createSqlFiguresStore } from '../sql/sql-figures-store.ts';
import { createSqlInboxStore } from '../sql/sql-inbox-store.ts';
import { createSqlNoticeStore } from '../sql/sql-notice-store.ts';
import { createSqlTeamStore } from '../sql/sql-team-store.ts';
import { createNodeSqliteDialect } from './node-sqlite-dialect.ts';
import { createLogEraser, overwritten, reclaimSpace } from './sqlite-erasure.ts';
import { migrate } from './sqlite-migrations.ts';
import { openWriteAheadLogSync } from './write-ahead-log-sync.ts';

/** One file: conversations, both sides of them, and the team. Beside it a folder of pictures. */
export interface SqliteStore
  extends ConversationStore,
    InboxStore,
    NoticeStore,
    BridgeStore,
    CustomerStore,
    FiguresStore,
    PictureStore,
    TeamStore {
  readonly access: AccessStore;
}

export interface SqliteStoreOptions extends SqlStoreOptions {
  /** How long `delete` waits for other readers of the file before it says `erasing`. */
  readonly erasureWaitMs?: number;
  /** How long a write waits for another program that writes. */
  readonly writeWaitMs?: number;
  /** Pictures of conversations that are gone could not be removed at the start: they lie there until the next one. */
  readonly sweepFailed?: (thrown: unknown) => void;
}

/** SQLite waits on the thread that streams everybody's tokens: at most this long. Longer waits are ours, with timers. */
const blockingWaitMs = 5;
const busyRetryMs = 20;
/** Before the server listens, nobody minds. */
const openingWaitMs = 2_000;

/** Creates the file and its folder if needed. Throws an AppError that says what to do when the file is damaged or of a newer version. */
export function openSqliteConversationStore(
  path: string,
  {
    now = () => new Date(),
    erasureWaitMs = 1_000,
    writeWaitMs = 10_000,
    sweepFailed = () => {},
    ...channels
  }: SqliteStoreOptions = {},
): SqliteStore {
  const database = openDatabase(path);
  const log = openWriteAheadLogSync(`${path}-wal`);
  const tables = new Kysely<ConversationTables>({ dialect: createNodeSqliteDialect(database) });
  const eraser = createLogEraser(tables);

  const transaction: SqlBackend['transaction'] = async (work) => {
    const until = performance.now() + writeWaitMs;
    for (;;) {
      try {
        return await tables.transaction().execute(work);
      } catch (cause) {
        if (!isBusy(cause)) throw cause;
        if (performance.now() > until)
          throw new AppError('busy', `Another program has been writing to ${path} for ${writeWaitMs} ms.`, {
            cause,
          });
        await sleep(busyRetryMs);
      }
    }
  };

  // What an earlier process deleted and could not erase.
  void eraser.erase(0);
  const backend: SqlBackend = {
    tables,
    transaction,
    durable: log.flushed,
    overwritten,
    messageContains: (words) =>
      sql`event ->> '$.message.text' LIKE ${`%${words.replace(/[\\%_]/g, '\\$&')}%`} ESCAPE '\\'`,
    messageField,
    erase: async () => ((await eraser.erase(erasureWaitMs)) ? 'erased' : 'erasing'),
    async close() {
      eraser.close();
      await log.close();
      await tables.destroy();
      if (database.isOpen) database.close();
    },
  };
  const conversations = createSqlConversationStore(backend, { now, ...channels });
  const { erasePictures, conversationsWithPictures, ...pictures } = createPictureFolder(
    join(dirname(path), 'pictures'),
  );
  // What a crash left behind between the two.
  const swept = sweep({ erasePictures, conversationsWithPictures }, conversations).catch(sweepFailed);
  return {
    ...conversations,
    async delete(keys) {
      const erasure = await conversations.delete(keys);
      await erasePictures(keys);
      return erasure;
    },
    async close() {
      await swept;
      await conversations.close();
    },
    ...pictures,
    ...createSqlCustomerStore(backend, { now }),
    ...createSqlNoticeStore(backend),
    ...createSqlBridgeStore(backend, { now }),
    ...createSqlInboxStore(backend, { now }),
    ...createSqlTeamStore(backend),
    ...createSqlFiguresStore(backend),
    // The same connection, seen with other tables.
    access: createSqlAccessStore(backend as unknown as SqlAccessBackend),
  };
}

export const messageField: SqlBackend['messageField'] = (name) =>
  sql`event ->> ${sql.lit(`$.message.${name}`)}`;

/** Pictures of conversations that are gone. */
async function sweep(
  folder: Pick<PictureFolder, 'erasePictures' | 'conversationsWithPictures'>,
  store: Pick<ConversationStore, 'handling'>,
): Promise<void> {
  for (const key of await folder.conversationsWithPictures())
    if ((await store.handling(key)) === undefined) await folder.erasePictures([key]);
}

function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: openingWaitMs, enableForeignKeyConstraints: true });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    // Nothing of a customer in temporary files.
    database.exec('PRAGMA temp_store = MEMORY');
    const [{ quick_check: finding }] = database.prepare('PRAGMA quick_check(1)').all() as [
      { quick_check: string },
    ];
    if (finding !== 'ok') throw new Error(finding);
    // A step may leave copies of old rows behind.
    if (migrate(database)) database.exec('VACUUM');
    reclaimSpace(database);
    database.exec(`PRAGMA busy_timeout = ${blockingWaitMs}`);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'internal',
      `The conversation database ${path} cannot be used: ${cause instanceof Error ? cause.message : cause}. ` +
        'If it is damaged, restore it from a backup, or move it away to start with an empty one; if the disk is full or not writable, repair that.',
      { cause },
    );
  }
}

/** SQLITE_BUSY and what SQLite makes of it in detail (the low byte says the kind). */
function isBusy(thrown: unknown): boolean {
  const sqliteBusy = 5;
  return thrown instanceof Error && 'errcode' in thrown && (Number(thrown.errcode) & 0xff) === sqliteBusy;
}
