import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalEvent } from '#core/events.ts';
import type { Appended, ConversationStore, NewEntry } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, inDefaultTenant, keyText } from '#core/tenant.ts';
import { createMemoryConversationStore } from '#storage/memory/memory-conversation-store.ts';
import { createJournalQueue, type JournalQueueOptions } from './journal-queue.ts';

const delta = (text: string, messageId = text): JournalEvent => ({ type: 'answer-delta', messageId, text });
const textOf = ({ event }: JournalEntry) => (event.type === 'answer-delta' ? event.text : '');

async function journal(
  options: Partial<JournalQueueOptions> = {},
  write: (
    batch: readonly NewEntry[],
    append: ConversationStore['append'],
  ) => ReturnType<ConversationStore['append']> = (batch, append) => append(batch),
) {
  const store = createMemoryConversationStore();
  const batches: (readonly NewEntry[])[] = [];
  const told: JournalEntry[] = [];
  const append: ConversationStore['append'] = (batch) => {
    batches.push(batch);
    return write(batch, store.append);
  };
  const queue = createJournalQueue({ append }, { onEntry: (_key, entry) => told.push(entry), ...options });
  const newKey = async (): Promise<ConversationKey> =>
    inDefaultTenant((await store.create(defaultTenant)).conversation.id);
  return { store, queue, batches, told, newKey };
}

describe('createJournalQueue', () => {
  it('writes what comes in one turn of the event loop in one transaction, of all conversations together', async () => {
    const { queue, batches, newKey } = await journal();
    const writers = [queue.writer(await newKey()), queue.writer(await newKey())];
    for (const text of ['a', 'b', 'c']) for (const writer of writers) await writer.append(delta(text));
    await Promise.all(writers.map(({ flushed }) => flushed()));
    expect(batches.map(({ length }) => length)).toEqual([6]);
  });

  it('collects what comes while a write is running for the next one', async () => {
    const slow = Promise.withResolvers<void>();
    const { queue, batches, newKey } = await journal({}, async (batch, append) => {
      await slow.promise;
      return append(batch);
    });
    const writer = queue.writer(await newKey());
    await writer.append(delta('first'));
    while (batches.length === 0) await nextTurn();
    for (let turn = 0; turn < 5; turn++) {
      await writer.append(delta(`later ${turn}`));
      await nextTurn();
    }
    slow.resolve();
    await writer.flushed();
    expect(batches.map(({ length }) => length)).toEqual([1, 5]);
  });

  it('makes one entry of the pieces of an answer that wait together, without changing its text', async () => {
    const pieces = fc.array(fc.record({ text: fc.string({ maxLength: 900 }), turns: fc.nat(2) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(pieces, async (events) => {
        const { store, queue, newKey } = await journal();
        const key = await newKey();
        const writer = queue.writer(key);
        for (const { text, turns } of events) {
          await writer.append(delta(text, 'answer'));
          for (let turn = 0; turn < turns; turn++) await nextTurn();
        }
        await writer.append({ type: 'answer-queued', messageId: 'answer', place: 1 });
        await writer.append(delta('behind', 'answer'));
        await writer.flushed();
        const entries = await store.entriesAfter(key, 0);
        const texts = entries.map(textOf);
        expect(texts.join('')).toBe(`${events.map(({ text }) => text).join('')}behind`);
        expect(texts.at(-1)).toBe('behind');
        expect(entries.at(-2)?.event.type).toBe('answer-queued');
        expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(2_000);
        if (events.length > 0 && events.every(({ turns }) => turns === 0))
          expect(entries.length).toBeLessThanOrEqual(3 + events.length / 2);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the order of each conversation, and tells of each entry once, after it is written', async () => {
    const pieces = fc.array(fc.record({ to: fc.nat(2), turns: fc.nat(2) }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 5 }), async (events, mostPerWrite) => {
        const stored = new Set<Appended>();
        const told: [string, JournalEntry][] = [];
        const onEntry = (key: ConversationKey, entry: JournalEntry) => {
          expect(stored).toContain(entry);
          told.push([keyText(key), entry]);
        };
        const { store, queue, newKey } = await journal({ onEntry, mostPerWrite }, async (batch, append) => {
          const entries = await append(batch);
          for (const entry of entries) stored.add(entry);
          return entries;
        });
        const keys = [await newKey(), await newKey(), await newKey()];
        const writers = keys.map((key) => queue.writer(key));
        for (const [number, { to, turns }] of events.entries()) {
          await writers[to]!.append(delta(`${number}`));
          for (let turn = 0; turn < turns; turn++) await nextTurn();
        }
        await Promise.all(writers.map(({ flushed }) => flushed()));
        for (const [at, key] of keys.entries()) {
          const entries = await store.entriesAfter(key, 0);
          expect(entries.map(textOf)).toEqual(
            [...events.keys()].filter((number) => events[number]!.to === at).map(String),
          );
          expect(told.filter(([name]) => name === keyText(key)).map(([, entry]) => entry)).toEqual(entries);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('lets whoever appends wait while it is full', async () => {
    const slow = Promise.withResolvers<void>();
    const { queue, newKey, told } = await journal({ mostWaiting: 3 }, async (batch, append) => {
      await slow.promise;
      return append(batch);
    });
    const writer = queue.writer(await newKey());
    let taken = 0;
    const appending = (async () => {
      for (let event = 0; event < 20; event++) {
        await writer.append(delta(`${event}`));
        taken += 1;
      }
    })();
    for (let turn = 0; turn < 30; turn++) await nextTurn();
    expect(taken).toBeLessThanOrEqual(6);
    slow.resolve();
    await appending;
    await writer.flushed();
    expect(told.map(textOf)).toEqual(Array.from({ length: 20 }, (_, event) => `${event}`));
  });

  it('writes nothing behind an event that could not be written, and goes on with other answers', async () => {
    let isFull = true;
    const { store, queue, newKey, told } = await journal({}, async (batch, append) => {
      if (isFull) throw new Error('disk full');
      return append(batch);
    });
    const key = await newKey();
    const broken = queue.writer(key);
    await broken.append(delta('lost'));
    await expect(broken.failed).rejects.toThrow('disk full');
    isFull = false;
    await expect(broken.append(delta('behind'))).rejects.toThrow('disk full');
    await expect(broken.flushed()).rejects.toThrow('disk full');
    const other = queue.writer(key);
    await other.append(delta('another'));
    await other.flushed();
    expect((await store.entriesAfter(key, 0)).map(textOf)).toEqual(['another']);
    expect(told.map(textOf)).toEqual(['another']);
  });

  it('says "not found" for a conversation that was deleted, and writes what came with it', async () => {
    const { store, queue, newKey } = await journal();
    const [gone, there] = [await newKey(), await newKey()];
    await store.delete([gone]);
    const [lost, kept] = [queue.writer(gone), queue.writer(there)];
    await Promise.all([lost.append(delta('x')), kept.append(delta('y'))]);
    await expect(lost.flushed()).rejects.toMatchObject({ code: 'not-found' });
    await kept.flushed();
    expect(await store.entriesAfter(there, 0)).toHaveLength(1);
  });

  it('says "conflict" for an answer that has ended, and tells nobody of what came behind', async () => {
    const { store, queue, newKey, told } = await journal();
    const key = await newKey();
    const question = { id: 'message-1', author: 'customer', text: 'How?', createdAt: '' } as const;
    await store.addMessage(key, question, 'a');
    await store.changeHandling(key, (handling) => ({ handling, endsAnswers: true }));
    const [late, next] = [queue.writer(key, 'a'), queue.writer(key, 'b')];
    await Promise.all([late.append(delta('x')), next.append(delta('y'))]);
    await expect(late.flushed()).rejects.toMatchObject({ code: 'conflict' });
    await next.flushed();
    expect(told.map(textOf)).toEqual(['y']);
  });
});
