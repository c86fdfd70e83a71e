// A server process of its own with a scripted answer, for tests that kill it: node scripted-desk.ts DATA_DIR DELAY_MS
// Prints its address; stops on SIGTERM as main.ts does.
import { join } from 'node:path';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { startServer } from './start-server.ts';

const [dataDir = '', delayMs = '10'] = process.argv.slice(2);
const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
const server = await startServer({ store, script: { deltas: scriptedText(), delayMs: Number(delayMs) } });
await server.answering.recover();
process.stdout.write(`${server.url}\n`);

process.once('SIGTERM', async () => {
  await server.close(Number(process.env.GRACE_MS ?? 100));
  await store.close();
  process.exit(0);
});

function scriptedText(): string[] {
  return Array.from({ length: 60 }, (_, index) => `word${index} `);
}
