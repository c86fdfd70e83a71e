import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/events.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { createMemoryConversationStore } from '#storage/memory/memory-conversation-store.ts';
import { createJournalFeed } from './journal-feed.ts';

async function feed() {
  const store = createMemoryConversationStore();
  let reads = 0;
  const journal = createJournalFeed({
    async entriesAfter(...wanted) {
      reads += 1;
      await nextTurn();
      return store.entriesAfter(...wanted);
    },
  });
  const key = inDefaultTenant((await store.create(defaultTenant)).conversation.id);
  const append = async (count: number) =>
    (await store.append(
      Array.from({ length: count }, () => ({
        key,
        event: { type: 'answer-delta', messageId: 'a', text: 'x' },
      })),
    )) as JournalEntry[];
  return { journal, key, append, reads: () => reads };
}
const numbers = (entries: readonly JournalEntry[]) => entries.map(({ sequence }) => sequence);

describe('createJournalFeed', () => {
  it('feeds readers who follow from memory: the store is read once for each, however much comes', async () => {
    const { journal, key, append, reads } = await feed();
    const readers = Array.from({ length: 5 }, async () => {
      const entries: JournalEntry[] = [];
      for await (const entry of journal.subscribe(key, { after: 0 }))
        if (entries.push(entry) === 100) return numbers(entries);
      return [];
    });
    for (let count = 0; count < 100; count++) {
      for (const entry of await append(1)) journal.announce(key, entry);
      await nextTurn();
    }
    const all = Array.from({ length: 100 }, (_, index) => index + 1);
    for (const read of await Promise.all(readers)) expect(read).toEqual(all);
    expect(reads()).toBe(5);
  });

  it('gives who comes just behind an entry what followed, without asking the store', async () => {
    const { journal, key, append, reads } = await feed();
    for (const entry of await append(30)) journal.announce(key, entry);
    const read: number[] = [];
    for await (const { sequence } of journal.subscribe(key, { after: 27 })) {
      read.push(sequence);
      if (sequence === 30) for (const entry of await append(1)) journal.announce(key, entry);
      if (sequence === 31) break;
    }
    expect(read).toEqual([28, 29, 30, 31]);
    expect(reads()).toBe(0);
  });

  it('asks the store for what another process may have written, and for what is too old', async () => {
    const { journal, key, append, reads } = await feed();
    for (const entry of await append(40)) journal.announce(key, entry);
    await append(1);
    const firstOf = async (after: number) => {
      for await (const { sequence } of journal.subscribe(key, { after })) return sequence;
    };
    expect(await firstOf(40)).toBe(41);
    expect(await firstOf(3)).toBe(4);
    expect(reads()).toBe(2);
  });

  it('forgets a conversation that is ended', async () => {
    const { journal, key, append, reads } = await feed();
    for (const entry of await append(2)) journal.announce(key, entry);
    journal.end(key);
    for await (const { sequence } of journal.subscribe(key, { after: 0 })) if (sequence === 2) break;
    expect(reads()).toBe(1);
  });

  it('gives every entry once and in order, however readers pause and in whatever order they are announced', async () => {
    const steps = fc.array(fc.record({ count: fc.nat(300), reversed: fc.boolean(), pause: fc.nat(2) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(50), async (batches, after) => {
        const { journal, key, append } = await feed();
        const reading = (async () => {
          const entries: JournalEntry[] = [];
          for await (const entry of journal.subscribe(key, { after })) {
            entries.push(entry);
            if (entries.length % 50 === 0) await nextTurn();
          }
          return numbers(entries);
        })();
        let total = 0;
        for (const { count, reversed, pause } of batches) {
          const entries = await append(count);
          total += count;
          for (const entry of reversed ? entries.toReversed() : entries) journal.announce(key, entry);
          for (let turn = 0; turn < pause; turn++) await nextTurn();
        }
        journal.end();
        const all = Array.from({ length: total }, (_, index) => index + 1);
        expect(await reading).toEqual(all.slice(after));
      }),
      { numRuns: 40 },
    );
  });
});
