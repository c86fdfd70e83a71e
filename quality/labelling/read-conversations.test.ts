// This desk's own conversations as labels see them: what customers rated is evidence, and what is personal is gone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { updateLabels } from '#learning/labels/update-labels.ts';
import { resolutionFunctions } from '#learning/labels/vote-resolution.ts';
import { readWeakRows, weakFile } from '#learning/labels/weak-labels.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { ownConversations } from './read-conversations.ts';
import { redactWithNames } from './redact-names.ts';

let folder: string;
let store: ReturnType<typeof openSqliteConversationStore>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratings-'));
  store = openSqliteConversationStore(join(folder, 'conversations.db'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** A question that was answered; nothing else tells whether that helped. */
async function conversation(question = 'How do I change the filter?') {
  const { conversation: created } = await store.create(defaultTenant);
  const key = inDefaultTenant(created.id);
  const createdAt = '2026-05-01T10:00:00.000Z';
  await store.addMessage(key, { id: 'q', author: 'customer', text: question, createdAt }, 'a');
  const message = {
    id: 'a',
    author: 'bot' as const,
    text: 'Turn it to the left.',
    createdAt,
    decision: 'answer' as const,
    citations: [],
    replyTo: 'q',
  };
  await store.append([{ key, event: { type: 'answer-end', message, reason: 'complete' } }]);
  return key;
}

const labels = async () => {
  await updateLabels({
    folder: join(folder, 'labels'),
    conversations: () => ownConversations(store),
    functions: resolutionFunctions,
    stamp: 'test',
  });
  const rows = await Array.fromAsync(readWeakRows(weakFile(join(folder, 'labels'))));
  return Object.fromEntries(rows.map(({ conversation, labels }) => [conversation, labels]));
};

describe('ratings of customers', () => {
  it('say whether a conversation was resolved and how well, the whole one before a single answer, and the last word counts', async () => {
    const pleased = await conversation();
    const cross = await conversation();
    const thumbDown = await conversation();
    const changedMind = await conversation();
    const both = await conversation();
    const unrated = await conversation();
    const at = '2026-05-01T10:05:00.000Z';
    await store.rateConversation(pleased, { rating: 'up', at });
    await store.rateConversation(cross, { rating: 'down', at, comment: 'I asked twice' });
    await store.recordFeedback(thumbDown, { messageId: 'a', rating: 'down', at });
    await store.recordFeedback(changedMind, { messageId: 'a', rating: 'down', at });
    await store.recordFeedback(changedMind, { messageId: 'a', rating: 'up', at: '2026-05-01T10:06:00.000Z' });
    await store.recordFeedback(both, { messageId: 'a', rating: 'down', at });
    await store.rateConversation(both, { rating: 'up', at });
    const of = await labels();
    const told = (key: { conversationId: string }) => {
      const { resolved, quality } = of[key.conversationId]!;
      return [resolved?.[0], quality?.[0]];
    };
    expect(told(pleased)).toEqual(['yes', 'good']);
    expect(told(cross)).toEqual(['no', 'poor']);
    expect(told(thumbDown)).toEqual(['no', 'poor']);
    expect(told(changedMind)).toEqual(['yes', 'good']);
    expect(told(both)).toEqual(['yes', 'fair']);
    const [, sure] = of[pleased.conversationId]!.resolved!;
    expect(sure).toBeGreaterThan(of[unrated.conversationId]!.resolved![1]);
  });

  it('that come later have the conversation read again', async () => {
    const key = await conversation();
    expect((await labels())[key.conversationId]!.resolved![0]).toBe('yes');
    await store.rateConversation(key, { rating: 'down', at: '2026-05-02T10:00:00.000Z' });
    expect((await labels())[key.conversationId]!.resolved![0]).toBe('no');
  });
});

describe('texts for people', () => {
  it('have names replaced by the model, one number for each person, and not the words of the team', async () => {
    const key = await conversation('I am Rosa Lind, rosa.lind@example.com. Rosa Lind has a Pomella filter.');
    const finder = {
      find: async (texts: readonly string[]) =>
        texts.map((text) =>
          [...text.matchAll(/Rosa Lind|Pomella/g)].map(({ 0: name, index: start }) => ({
            kind: 'name' as const,
            start,
            end: start + name.length,
          })),
        ),
    };
    const article = (id: string) => ({
      id,
      pageContent: 'The Pomella filter is round.',
      metadata: { kind: 'article', audience: 'customer', title: 'Pomella' },
    });
    const articles = ['1', '2', '3'].map(article) as unknown as Parameters<typeof redactWithNames>[1];
    const redact = redactWithNames(async () => finder, articles);
    const ids = new Set([key.conversationId]);
    const [record] = await Array.fromAsync(ownConversations(store, { redact, ids }));
    expect(record!.turns[0]!.text).toBe('I am [NAME 1], [EMAIL]. [NAME 1] has a Pomella filter.');
    expect(await Array.fromAsync(ownConversations(store, { ids: new Set() }))).toEqual([]);
  });
});
