import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { type ConversationKey, defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { describeConversationStore } from '../conversation-store.contract.ts';
import { describeFiguresStore } from '../figures-store.contract.ts';
import { describeInboxStore } from '../inbox-store.contract.ts';
import { describeTeamStore } from '../team-store.contract.ts';
import { openSqliteConversationStore } from './sqlite-conversation-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newPath = () => join(folder, `${count++}`, 'conversations.db');
const message = {
  id: 'message-1',
  author: 'customer',
  text: 'canary-4711',
  createdAt: '2026-01-01',
} as const;

describeConversationStore('openSqliteConversationStore', async () => openSqliteConversationStore(newPath()));
describeInboxStore('openSqliteConversationStore', async (options) =>
  openSqliteConversationStore(newPath(), options),
);

describeFiguresStore('openSqliteConversationStore', async (options) =>
  openSqliteConversationStore(newPath(), options),
);
describeTeamStore('openSqliteConversationStore', async () => openSqliteConversationStore(newPath()));

async function filledDatabase(
  messages: number,
): Promise<{ path: string; key: ConversationKey; token: string }> {
  const path = newPath();
  const store = openSqliteConversationStore(path);
  const { conversation, token } = await store.create(defaultTenant);
  const key = inDefaultTenant(conversation.id);
  const text = (index: number) => `${index} `.repeat(20);
  await store.append(
    Array.from({ length: messages }, (_, index) => ({
      key,
      event: { type: 'answer-delta', messageId: 'a', text: text(index) },
    })),
  );
  await store.addMessage(key, message, 'answer-1');
  await store.close();
  return { path, key, token };
}

describe('openSqliteConversationStore', () => {
  it('finds everything again after it was closed', async () => {
    const { path, key, token } = await filledDatabase(3);
    const store = openSqliteConversationStore(path);
    expect(await store.authenticate(key, token)).toBe(true);
    expect(await store.entriesAfter(key, 0)).toHaveLength(4);
    expect(await store.unfinishedAnswers()).toHaveLength(1);
    await store.close();
  });

  it('never writes the token down', async () => {
    const { path, token } = await filledDatabase(1);
    expect(readFileSync(path).includes(token)).toBe(false);
  });

  it('refuses a damaged file with a message that says what to do', async () => {
    const { path } = await filledDatabase(3000);
    const bytes = readFileSync(path);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xa5, 4096 * 8, 4096 * 9);
    for (const content of [
      damaged,
      bytes.subarray(0, 4096 * 6),
      Buffer.from('not a database at all '.repeat(99)),
    ]) {
      writeFileSync(path, content);
      expect(() => openSqliteConversationStore(path)).toThrow(/cannot be used: .*backup/s);
    }
  });

  it('opens, and says so, when it cannot look for pictures that a crash left behind', async () => {
    const { path } = await filledDatabase(1);
    writeFileSync(join(dirname(path), 'pictures'), 'a file where the folder should be');
    const failures: unknown[] = [];
    await openSqliteConversationStore(path, { sweepFailed: (thrown) => failures.push(thrown) }).close();
    expect(failures).toMatchObject([{ code: 'ENOTDIR' }]);
  });

  it('refuses a file of a newer version', async () => {
    const { path } = await filledDatabase(1);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openSqliteConversationStore(path)).toThrow(/version 99.*newer version of Answerdesk/s);
  });
});
