import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { describeConversationStore } from './conversation-store.contract.ts';
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

async function filledDatabase(messages: number): Promise<{ path: string; id: string; token: string }> {
  const path = newPath();
  const store = openSqliteConversationStore(path);
  const { conversation, token } = await store.create();
  for (let index = 0; index < messages; index++)
    store.append(conversation.id, { type: 'answer-delta', messageId: 'a', text: `${index} `.repeat(20) });
  await store.addMessage(conversation.id, message, 'answer-1');
  await store.close();
  return { path, id: conversation.id, token };
}

describe('openSqliteConversationStore', () => {
  it('finds everything again after it was closed', async () => {
    const { path, id, token } = await filledDatabase(3);
    const store = openSqliteConversationStore(path);
    expect(await store.authenticate(id, token)).toBe(true);
    expect(store.entriesAfter(id, 0)).toHaveLength(4);
    expect(await store.unfinishedAnswers()).toHaveLength(1);
    await store.close();
  });

  it('never writes the token down', async () => {
    const { path, token } = await filledDatabase(1);
    expect(readFileSync(path).includes(token)).toBe(false);
  });

  it('leaves no byte of a deleted conversation in its files', async () => {
    const { path, id } = await filledDatabase(200);
    const store = openSqliteConversationStore(path);
    const isOnDisk = () =>
      readdirSync(join(path, '..')).some((name) =>
        readFileSync(join(path, '..', name)).includes('canary-4711'),
      );
    expect(isOnDisk()).toBe(true);
    await store.delete(id);
    expect(isOnDisk()).toBe(false);
    await store.close();
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

  it('reads what an older version wrote: who wrote a message, and what was small talk', async () => {
    const { path, id } = await filledDatabase(1);
    const database = new DatabaseSync(path);
    const at = '2026-01-01T00:00:00.000Z';
    const older = [
      { id: 'm1', role: 'customer', text: 'A "role": \u{1F600}', createdAt: at },
      { id: 'm2', role: 'agent', text: 'Hello!', createdAt: at, replyTo: 'm1', decision: 'clarify' },
      { id: 'm3', role: 'agent', text: 'Which?', createdAt: at, decision: 'clarify', topics: [] },
    ];
    database.exec('DELETE FROM journal; DELETE FROM answers; PRAGMA user_version = 1');
    const insert = database.prepare('INSERT INTO journal VALUES (?, ?, ?, ?)');
    for (const [index, written] of older.entries()) {
      const type = written.role === 'customer' ? 'customer-message' : 'answer-end';
      const event = { type, message: written, ...(type === 'answer-end' ? { reason: 'complete' } : {}) };
      insert.run(id, index + 1, written.id, JSON.stringify(event));
    }
    insert.run(id, 4, null, JSON.stringify({ type: 'answer-delta', messageId: 'm4', text: 'role' }));
    database.close();

    const store = openSqliteConversationStore(path);
    const [asked, greeted, askedBack] = older.map(({ role: _role, ...rest }) => rest);
    expect((await store.get(id))?.messages).toEqual([
      { ...asked, author: 'customer' },
      { ...greeted, author: 'bot', decision: 'small-talk' },
      { ...askedBack, author: 'bot' },
    ]);
    expect(store.entriesAfter(id, 3)).toMatchObject([{ event: { type: 'answer-delta', text: 'role' } }]);
    await store.close();
  });

  it('refuses a file of a newer version', async () => {
    const { path } = await filledDatabase(1);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openSqliteConversationStore(path)).toThrow(/version 99.*newer version of Answerdesk/s);
  });
});
