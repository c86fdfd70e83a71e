// DELETE over HTTP with a real database that somebody else reads: what the customer is told, and what others feel of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  openSqliteConversationStore,
  type SqliteStoreOptions,
} from '#storage/sqlite/sqlite-conversation-store.ts';
import { createConversation, readEvents, requestInit, startServer } from './testing/start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-delete-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A server whose one conversation holds a text that is looked for as bytes. */
async function filledServer(options: SqliteStoreOptions) {
  await using stack = new AsyncDisposableStack();
  const dataDir = join(folder, `${count++}`);
  const path = join(dataDir, 'conversations.db');
  const store = stack.adopt(openSqliteConversationStore(path, options), (opened) => opened.close());
  const server = stack.use(await startServer({ store }));
  const { id, token } = await createConversation(server.api);
  await readEvents(await fetch(`${server.api}/${id}/messages`, requestInit(token, { text: 'canary-4711' })));
  const closing = stack.move();
  return {
    url: server.url,
    remove: () => fetch(`${server.api}/${id}`, { ...requestInit(token), method: 'DELETE' }),
    isOnDisk: () =>
      readdirSync(dataDir).some((name) => readFileSync(join(dataDir, name)).includes('canary-4711')),
    /** Sees the file as it is now, until it ends. */
    startBackup() {
      const reader = new DatabaseSync(path, { readOnly: true });
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM journal').get();
      return reader;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

describe('DELETE of a conversation', () => {
  it('says 204 when no byte of it is left', async () => {
    await using server = await filledServer({});
    expect(server.isOnDisk()).toBe(true);
    expect((await server.remove()).status).toBe(204);
    expect(server.isOnDisk()).toBe(false);
  });

  it('serves everybody else while it waits for a backup, and says 204 when that has ended', async () => {
    await using server = await filledServer({ erasureWaitMs: 60_000 });
    const backup = server.startBackup();
    const order: string[] = [];
    const removing = server.remove().then(({ status }) => {
      order.push(`deleted ${status}`);
    });
    for (let request = 0; request < 20; request++) {
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      await sleep(2);
    }
    order.push('healthy');
    expect(server.isOnDisk()).toBe(true);
    backup.close();
    await removing;
    expect(order).toEqual(['healthy', 'deleted 204']);
    expect(server.isOnDisk()).toBe(false);
  });

  it('says 202 when the backup takes too long, shows it to nobody from then on, and erases it later', async () => {
    await using server = await filledServer({ erasureWaitMs: 0 });
    const backup = server.startBackup();
    expect((await server.remove()).status).toBe(202);
    expect((await server.remove()).status).toBe(404);
    expect(server.isOnDisk()).toBe(true);
    backup.close();
    while (server.isOnDisk()) await sleep(5);
  });
});
