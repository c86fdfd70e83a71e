// Text that has to go is looked for as bytes, in every file of the database.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from './sqlite-conversation-store.ts';
import { migrate } from './sqlite-migrations.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-erasure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newPath = () => join(folder, `${count++}`, 'conversations.db');

const isOnDisk = (path: string, text: string) =>
  readdirSync(dirname(path)).some((name) => readFileSync(join(dirname(path), name)).includes(text));
async function untilErased(path: string, text: string): Promise<void> {
  while (isOnDisk(path, text)) await sleep(5);
}
const newConversation = async (store: ConversationStore): Promise<ConversationKey> =>
  inDefaultTenant((await store.create(defaultTenant)).conversation.id);
const write = (store: ConversationStore, key: ConversationKey, text: string) =>
  store.append([{ key, event: { type: 'answer-delta', messageId: 'a', text } }]);

/** As a backup does: sees the file as it was, until it ends. */
function readerOf(path: string): Disposable {
  const reader = new DatabaseSync(path, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM journal').get();
  return { [Symbol.dispose]: () => reader.close() };
}

describe('deleted text in an SQLite store', () => {
  it('leaves no byte in the files, however the conversations were written among each other', async () => {
    const event = fc.record({ to: fc.nat(7), length: fc.oneof(fc.nat(60), fc.nat(1_500), fc.nat(6_000)) });
    const events = fc.array(event, { minLength: 200, maxLength: 400, size: 'max' });
    await fc.assert(
      fc.asyncProperty(events, events, fc.nat(7), async (before, after, victim) => {
        const path = newPath();
        const store = openSqliteConversationStore(path);
        const keys: ConversationKey[] = [];
        for (let conversation = 0; conversation < 8; conversation++) keys.push(await newConversation(store));
        const canary = (conversation: number) => `canary-${conversation}-4711`;
        const fill = (all: typeof before) =>
          store.append(
            all.map(({ to, length }) => ({
              key: keys[to]!,
              event: { type: 'answer-delta', messageId: 'a', text: canary(to) + 'x'.repeat(length) },
            })),
          );
        await fill(before);
        const others = [1, 2, 3].map((step) => (victim + step) % 8);
        await store.delete(others.map((other) => keys[other]!));
        await fill(after);
        await store.delete([keys[victim]!]);
        for (const gone of [victim, ...others]) expect(isOnDisk(path, canary(gone))).toBe(false);
        const left = (victim + 4) % 8;
        const written = [...before, ...after].filter(({ to }) => to === left);
        expect(await store.entriesAfter(keys[left]!, 0)).toHaveLength(written.length);
        await store.close();
        rmSync(dirname(path), { recursive: true });
      }),
      { numRuns: 10 },
    );
  });

  it('is a message, a handoff address, a comment: all of it goes', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path);
    const key = await newConversation(store);
    const message = { id: 'message-1', author: 'customer', text: 'canary-text', createdAt: '' } as const;
    await store.addMessage(key, message, 'answer-1');
    await store.recordHandoff(key, { reason: 'customer-request', email: 'canary@example.com' });
    await store.recordFeedback(key, {
      messageId: 'answer-1',
      rating: 'down',
      comment: 'canary-said',
      at: '',
    });
    expect(isOnDisk(path, 'canary')).toBe(true);
    expect(await store.delete([key])).toBe('erased');
    expect(isOnDisk(path, 'canary')).toBe(false);
    await store.close();
  });

  it('is also what a later comment or e-mail address replaces', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path);
    const key = await newConversation(store);
    const rated = { messageId: 'answer-1', rating: 'down', at: '' } as const;
    await store.recordHandoff(key, { reason: 'customer-request', email: 'canary-1@example.com' });
    await store.recordHandoff(key, { reason: 'customer-request', email: 'ann@example.com' });
    await untilErased(path, 'canary-1');
    await store.recordFeedback(key, { ...rated, comment: 'canary-2' });
    await store.recordFeedback(key, rated);
    await untilErased(path, 'canary-2');
    expect((await store.get(key))?.handoff?.email).toBe('ann@example.com');
    await store.close();
  });

  it('waits for a backup that reads the file, and goes when that ends', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path, { erasureWaitMs: 0 });
    const key = await newConversation(store);
    await write(store, key, 'canary-4711');
    {
      using _backup = readerOf(path);
      expect(await store.delete([key])).toBe('erasing');
      expect(await store.get(key)).toBeUndefined();
      expect(isOnDisk(path, 'canary-4711')).toBe(true);
    }
    await untilErased(path, 'canary-4711');
    await store.close();
  });

  it('goes at the next start if the process ended before', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path, { erasureWaitMs: 0 });
    const key = await newConversation(store);
    await write(store, key, 'canary-4711');
    const backup = readerOf(path);
    await store.delete([key]);
    await store.close();
    expect(isOnDisk(path, 'canary-4711')).toBe(true);
    const next = openSqliteConversationStore(path);
    backup[Symbol.dispose]();
    await untilErased(path, 'canary-4711');
    await next.close();
  });

  it('takes no room for ever: rows of deleted conversations are thrown out at a start', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path);
    const [large, small] = [await newConversation(store), await newConversation(store)];
    const event = { type: 'answer-delta', messageId: 'a', text: 'x'.repeat(100) } as const;
    for (let batch = 0; batch < 30; batch++)
      await store.append(Array.from({ length: 400 }, () => ({ key: large, event })));
    await write(store, small, 'kept');
    await store.delete([large]);
    const bytes = readFileSync(path).length;
    await store.close();
    const next = openSqliteConversationStore(path);
    expect(await next.entriesAfter(small, 0)).toHaveLength(1);
    await next.close();
    expect(readFileSync(path).length).toBeLessThan(bytes / 10);
  });
});

describe('another program that uses the file', () => {
  it('and writes, makes writes wait, not the event loop', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path);
    const key = await newConversation(store);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const order: string[] = [];
    const writing = write(store, key, 'x').then(() => order.push('written'));
    await sleep(30);
    expect(await store.get(key)).toMatchObject({ id: key.conversationId });
    order.push('read meanwhile');
    other.exec('ROLLBACK');
    other.close();
    await writing;
    expect(order).toEqual(['read meanwhile', 'written']);
    await store.close();
  });

  it('for too long, makes a write fail with "busy"', async () => {
    const path = newPath();
    const store = openSqliteConversationStore(path, { writeWaitMs: 30 });
    const key = await newConversation(store);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(write(store, key, 'x')).rejects.toMatchObject({ code: 'busy', retryable: true });
    other.close();
    await store.close();
  });
});

describe('a database of an earlier version', () => {
  it('opens with nothing lost, and belongs to the default tenant', async () => {
    const path = newPath();
    mkdirSync(dirname(path));
    const old = new DatabaseSync(path);
    old.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON');
    migrate(old, { until: 1 });
    const message = { id: 'message-1', role: 'customer', text: 'How?', createdAt: '2026-01-01' } as const;
    const reply = {
      id: 'answer-1',
      role: 'agent',
      text: 'Hold it.',
      createdAt: '',
      replyTo: 'message-1',
    } as const;
    const events = [
      { type: 'customer-message', message },
      { type: 'answer-start', messageId: 'answer-1', replyTo: 'message-1' },
      { type: 'answer-end', message: reply, reason: 'complete' },
      { type: 'customer-message', message: { ...message, id: 'message-2' } },
      { type: 'answer-start', messageId: 'answer-2', replyTo: 'message-2' },
      { type: 'answer-delta', messageId: 'answer-2', text: 'Hold ' },
    ] as const;
    const insert = old.prepare('INSERT INTO journal VALUES (?, ?, ?, ?)');
    old
      .prepare('INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run('c-1', new Uint8Array(32), '2026-01-01', 'de', 'unanswered', '2026-01-02', 'ann@example.com');
    old
      .prepare('INSERT INTO conversations VALUES (?, ?, ?, NULL, NULL, NULL, NULL)')
      .run('c-2', new Uint8Array(32), '2026-01-03');
    for (const [index, event] of events.entries())
      insert.run('c-1', index + 1, 'message' in event ? event.message.id : null, JSON.stringify(event));
    const answer = old.prepare('INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)');
    answer.run('c-1', 'answer-1', 'message-1', '2026-01-01', 'ended', 1);
    answer.run('c-1', 'answer-2', 'message-2', '2026-01-01', 'open', 2);
    old.prepare('INSERT INTO feedback VALUES (?, ?, ?, ?, ?)').run('c-1', 'answer-1', 'up', 'thanks', '');
    old.close();

    const store = openSqliteConversationStore(path);
    const key = inDefaultTenant('c-1');
    const current = events.map((event) =>
      'message' in event ? { ...event, message: withAuthor(event.message) } : event,
    );
    expect((await store.entriesAfter(key, 0)).map(({ event }) => event)).toEqual(current);
    expect(await store.get(key)).toEqual({
      id: 'c-1',
      createdAt: '2026-01-01',
      language: 'de',
      handoff: { reason: 'unanswered', at: '2026-01-02', email: 'ann@example.com' },
      messages: [message, reply, { ...message, id: 'message-2' }].map(withAuthor),
    });
    expect(await store.get(inDefaultTenant('c-2'))).toEqual({
      id: 'c-2',
      createdAt: '2026-01-03',
      messages: [],
    });
    expect(await store.unfinishedAnswers()).toMatchObject([
      { key, messageId: 'answer-2', replyTo: 'message-2', attempts: 2, text: 'Hold ' },
    ]);
    const [next] = await write(store, key, 'it.');
    expect(next).toMatchObject({ sequence: events.length + 1 });
    await store.close();
    const file = new DatabaseSync(path, { readOnly: true });
    expect(file.prepare('SELECT tenant_id, comment FROM feedback').all()).toEqual([
      expect.objectContaining({ tenant_id: defaultTenant, comment: 'thanks' }),
    ]);
    file.close();
  });

  it('knows who wrote a message, and tells small talk from a question back', async () => {
    const path = newPath();
    mkdirSync(dirname(path));
    const old = new DatabaseSync(path);
    old.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON');
    migrate(old, { until: 1 });
    old
      .prepare('INSERT INTO conversations VALUES (?, ?, ?, NULL, NULL, NULL, NULL)')
      .run('c-1', new Uint8Array(32), '2026-01-01');
    const messages = [
      { id: 'm1', role: 'customer', text: 'A "role": \u{1F600}', createdAt: '2026' },
      { id: 'm2', role: 'agent', text: 'Hello!', createdAt: '2026', replyTo: 'm1', decision: 'clarify' },
      { id: 'm3', role: 'agent', text: 'Which?', createdAt: '2026', decision: 'clarify', topics: [] },
    ] as const;
    const insert = old.prepare('INSERT INTO journal VALUES (?, ?, ?, ?)');
    for (const [index, message] of messages.entries()) {
      const isCustomer = message.role === 'customer';
      const event = isCustomer
        ? { type: 'customer-message', message }
        : { type: 'answer-end', message, reason: 'complete' };
      insert.run('c-1', index + 1, message.id, JSON.stringify(event));
    }
    insert.run('c-1', 4, null, JSON.stringify({ type: 'answer-delta', messageId: 'm4', text: 'role' }));
    old.close();

    const store = openSqliteConversationStore(path);
    const key = inDefaultTenant('c-1');
    const [asked, greeted, askedBack] = messages.map(withAuthor);
    expect((await store.get(key))?.messages).toEqual([
      asked,
      { ...greeted, decision: 'small-talk' },
      askedBack,
    ]);
    expect(await store.entriesAfter(key, 3)).toMatchObject([
      { event: { type: 'answer-delta', text: 'role' } },
    ]);
    await store.close();
  });

  it('keeps notices that wait, and tells a bridge alone that a conversation is gone', async () => {
    const path = newPath();
    mkdirSync(dirname(path));
    const old = new DatabaseSync(path);
    old.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON');
    migrate(old, { until: 7 });
    const conversation = old.prepare(
      'INSERT INTO conversations (tenant_id, id, token_hash, created_at) VALUES (?, ?, ?, ?)',
    );
    const notice = old.prepare(
      'INSERT INTO notices (id, tenant_id, conversation_id, kind, channel, about, created_at, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    for (const id of ['c-1', 'c-2']) {
      conversation.run(defaultTenant, id, new Uint8Array(32), '2026-01-01');
      notice.run(`n-${id}`, defaultTenant, id, 'handoff', 'mail', 'x', '2026-01-01', '2026-01-01');
    }
    old.close();

    const store = openSqliteConversationStore(path);
    const due = async () =>
      (await store.dueNotices('2100', 10)).map(({ kind, channel, key }) => [
        key.conversationId,
        kind,
        channel,
      ]);
    expect(await due()).toEqual([
      ['c-1', 'handoff', 'mail'],
      ['c-2', 'handoff', 'mail'],
    ]);
    const facts = { bridge: 'slack', round: 1, state: 'open', since: '2026', sentSequence: 1 } as const;
    const there = { id: 'C1:2', url: 'https://slack.example' };
    await store.saveBridgeCase({ ...facts, key: inDefaultTenant('c-2'), there });
    expect(await store.bridgeCaseThere('slack', 'C1:2')).toMatchObject({
      key: inDefaultTenant('c-2'),
      there,
    });
    await store.delete([inDefaultTenant('c-1'), inDefaultTenant('c-2')]);
    expect(await due()).toEqual([['c-2', 'erased', 'bridge:slack']]);
    // A case that was being opened when the conversation went is told, too.
    await store.saveBridgeCase({ ...facts, key: inDefaultTenant('c-1'), there: { ...there, id: 'C1:3' } });
    expect(await due()).toContainEqual(['c-1', 'erased', 'bridge:slack']);
    await store.close();
  });
});

/** As the store reads what was written with a role. */
function withAuthor<Written extends { readonly role: 'customer' | 'agent' }>({ role, ...rest }: Written) {
  return { ...rest, author: role === 'customer' ? 'customer' : 'bot' };
}
