// What every ConversationStore must do. Each implementation's test calls this.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '#core/conversation.ts';
import type { JournalEvent } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';

export function describeConversationStore(name: string, open: () => Promise<ConversationStore>): void {
  describe(`${name} as a ConversationStore`, () => {
    let store: ConversationStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const customer = (id: string, text = 'How do I reset it?'): Message => ({
      id,
      author: 'customer',
      text,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const agent = (id: string, replyTo: string, text: string): Message => ({
      id,
      author: 'bot',
      text,
      createdAt: '2026-01-01T00:00:01.000Z',
      replyTo,
      decision: 'answer',
      citations: [{ number: 1, documentId: 'd', chunkId: 'd#0', title: 'T', quote: 'q' }],
    });
    const delta = (messageId: string, text: string): JournalEvent => ({
      type: 'answer-delta',
      messageId,
      text,
    });
    const newConversation = async () => (await store.create()).conversation.id;

    it('gives 128-bit ids and tokens, and opens a conversation to its own token alone', async () => {
      const first = await store.create({ language: 'de' });
      const second = await store.create();
      for (const secret of [first.conversation.id, first.token, second.token])
        expect(secret).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(await store.authenticate(first.conversation.id, first.token)).toBe(true);
      for (const token of [second.token, '', first.token.slice(0, -1), `${first.token}A`])
        expect(await store.authenticate(first.conversation.id, token)).toBe(false);
      expect(await store.authenticate('A'.repeat(22), first.token)).toBe(false);
      expect(await store.get(first.conversation.id)).toEqual(first.conversation);
      expect(await store.get('A'.repeat(22))).toBeUndefined();
    });

    it('stores a message once, however often it is sent', async () => {
      const id = await newConversation();
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, retry) =>
          store.addMessage(id, customer('message-1'), `answer-${retry}`),
        ),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect((await store.get(id))?.messages).toEqual([customer('message-1')]);
      expect(store.entriesAfter(id, 0)).toEqual([
        {
          conversationId: id,
          sequence: 1,
          event: { type: 'customer-message', message: customer('message-1') },
        },
      ]);
      expect(store.findMessage(id, 'message-1')).toEqual({ sequence: 1, answerId: 'answer-0' });
      expect(store.findMessage(id, 'message-2')).toBeUndefined();
    });

    it('keeps the same message id of two conversations apart', async () => {
      const [first, second] = [await newConversation(), await newConversation()];
      expect(await store.addMessage(first, customer('message-1', 'one'), 'a')).toBe(true);
      expect(await store.addMessage(second, customer('message-1', 'two'), 'b')).toBe(true);
      expect((await store.get(second))?.messages[0]?.text).toBe('two');
    });

    it('numbers entries 1, 2, 3 … within a conversation and gives them back from any number on', async () => {
      const ids = [await newConversation(), await newConversation()];
      const pieces = fc.array(
        fc.record({ to: fc.constantFrom(0, 1), text: fc.string({ unit: 'grapheme' }) }),
        {
          maxLength: 40,
        },
      );
      const expected: string[][] = [[], []];
      await fc.assert(
        fc.asyncProperty(
          pieces,
          fc.nat(60),
          fc.integer({ min: 1, max: 7 }),
          async (appended, after, limit) => {
            for (const { to, text } of appended) {
              const wellFormed = text.toWellFormed();
              expected[to]!.push(wellFormed);
              expect(store.append(ids[to]!, delta('a', wellFormed)).sequence).toBe(expected[to]!.length);
            }
            const read = store.entriesAfter(ids[0]!, after, limit);
            expect(read.map(({ sequence }) => sequence)).toEqual(
              expected[0]!.map((_, index) => index + 1).slice(after, after + limit),
            );
            expect(read.map(({ event }) => event.type === 'answer-delta' && event.text)).toEqual(
              expected[0]!.slice(after, after + limit),
            );
          },
        ),
        { numRuns: 25 },
      );
    });

    it('makes a finished answer a message of the conversation', async () => {
      const id = await newConversation();
      await store.addMessage(id, customer('message-1'), 'answer-1');
      store.append(id, { type: 'answer-start', messageId: 'answer-1', replyTo: 'message-1' });
      store.append(id, delta('answer-1', 'Hold it.'));
      expect((await store.get(id))?.messages).toHaveLength(1);
      const message = agent('answer-1', 'message-1', 'Hold it.');
      store.append(id, { type: 'answer-end', message, reason: 'complete' });
      expect((await store.get(id))?.messages).toEqual([customer('message-1'), message]);
    });

    it('remembers answers that were promised and never ended, with what customers have seen of them', async () => {
      const id = await newConversation();
      const citations = agent('', '', '').citations!;
      for (const number of [1, 2, 3, 4])
        await store.addMessage(id, customer(`message-${number}`), `answer-${number}`);
      store.append(id, { type: 'answer-start', messageId: 'answer-1', replyTo: 'message-1' });
      store.append(id, {
        type: 'answer-end',
        message: agent('answer-1', 'message-1', 'x'),
        reason: 'complete',
      });
      store.append(id, { type: 'answer-start', messageId: 'answer-2', replyTo: 'message-2' });
      store.append(id, {
        type: 'answer-error',
        messageId: 'answer-2',
        code: 'internal',
        message: 'm',
        retryable: true,
      });
      store.append(id, { type: 'answer-start', messageId: 'answer-3', replyTo: 'message-3' });
      store.append(id, delta('answer-3', 'thrown away '));
      store.append(id, { type: 'answer-start', messageId: 'answer-3', replyTo: 'message-3' });
      store.append(id, { type: 'sources-available', messageId: 'answer-3', citations });
      store.append(id, delta('answer-3', 'Hold '));
      store.append(id, delta('answer-3', 'the'));
      store.append(id, { type: 'handoff-request', reason: 'unanswered' });
      const common = { conversationId: id, attempts: 0 };
      expect(await store.unfinishedAnswers()).toEqual([
        {
          ...common,
          messageId: 'answer-3',
          replyTo: 'message-3',
          started: true,
          text: 'Hold the',
          citations,
          handedOver: true,
        },
        {
          ...common,
          messageId: 'answer-4',
          replyTo: 'message-4',
          started: false,
          text: '',
          citations: [],
          handedOver: false,
        },
      ]);
    });

    it('counts how often an answer was begun in vain, and starts anew when it was set aside in good order', async () => {
      const id = await newConversation();
      await store.addMessage(id, customer('message-1'), 'answer-1');
      expect([store.beginAnswer(id, 'answer-1'), store.beginAnswer(id, 'answer-1')]).toEqual([1, 2]);
      expect(await store.unfinishedAnswers()).toMatchObject([{ attempts: 2 }]);
      store.setAnswerAside(id, 'answer-1');
      expect(await store.unfinishedAnswers()).toMatchObject([{ attempts: 0 }]);
      expect(store.beginAnswer(id, 'answer-1')).toBe(1);
    });

    it('keeps the first reason of a handoff, and the e-mail address that comes later', async () => {
      const id = await newConversation();
      await store.recordHandoff(id, { reason: 'unanswered' });
      const at = (await store.get(id))?.handoff?.at;
      await store.recordHandoff(id, { reason: 'customer-request', email: 'ann@example.com' });
      await store.recordHandoff(id, { reason: 'customer-request' });
      expect((await store.get(id))?.handoff).toEqual({ reason: 'unanswered', at, email: 'ann@example.com' });
    });

    it('removes a conversation with everything that belongs to it, and no other', async () => {
      const [{ conversation, token }, other] = [await store.create(), await store.create()];
      const { id } = conversation;
      await store.addMessage(id, customer('message-1'), 'answer-1');
      await store.addMessage(other.conversation.id, customer('message-1'), 'answer-1');
      await store.recordFeedback({
        conversationId: id,
        messageId: 'answer-1',
        rating: 'up',
        at: '2026-01-01',
      });
      await store.delete(id);
      expect(await store.get(id)).toBeUndefined();
      expect(await store.authenticate(id, token)).toBe(false);
      expect(store.entriesAfter(id, 0)).toEqual([]);
      expect(await store.unfinishedAnswers()).toMatchObject([{ conversationId: other.conversation.id }]);
      expect(() => store.append(id, delta('answer-1', 'x'))).toThrow(
        expect.objectContaining({ code: 'not-found' }),
      );
    });
  });
}
