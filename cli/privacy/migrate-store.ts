// The database as this version of the program writes it, for what works on its file.
import { existsSync } from 'node:fs';
import { databaseFile } from '#privacy/find-subject.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';

/** Nothing where there is no database yet. */
export async function migrateStore(dataDir: string): Promise<void> {
  const path = databaseFile(dataDir);
  if (existsSync(path)) await openSqliteConversationStore(path).close();
}
