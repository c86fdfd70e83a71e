// What every ConversationStore must do. Each implementation's test calls this.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '#core/conversation.ts';
import type { JournalEvent } from '#core/events.ts';
import { changeHandling, newHandling } from '#core/handling.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, inDefaultTenant, type TenantId } from '#core/tenant.ts';

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
    const newConversation = async (tenantId = defaultTenant): Promise<ConversationKey> => ({
      tenantId,
      conversationId: (await store.create(tenantId)).conversation.id,
    });
    const append = async (key: ConversationKey, ...events: JournalEvent[]) =>
      store.append(events.map((event) => ({ key, event })));

    it('gives 128-bit ids and tokens, and opens a conversation to its own token alone', async () => {
      const first = await store.create(defaultTenant, { language: 'de' });
      const second = await store.create(defaultTenant);
      for (const secret of [first.conversation.id, first.token, second.token])
        expect(secret).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(await store.authenticate(inDefaultTenant(first.conversation.id), first.token)).toBe(true);
      for (const token of [second.token, '', first.token.slice(0, -1), `${first.token}A`])
        expect(await store.authenticate(inDefaultTenant(first.conversation.id), token)).toBe(false);
      expect(await store.authenticate(inDefaultTenant('A'.repeat(22)), first.token)).toBe(false);
      expect(await store.get(inDefaultTenant(first.conversation.id))).toEqual(first.conversation);
      expect(await store.get(inDefaultTenant('A'.repeat(22)))).toBeUndefined();
    });

    it('names the newest conversations of one tenant', async () => {
      const other = await newConversation('other' as TenantId);
      const own = [await newConversation(), await newConversation(), await newConversation()];
      const named = await store.newest(defaultTenant, 10);
      expect(new Set(named.map(({ conversationId }) => conversationId))).toEqual(
        new Set(own.map(({ conversationId }) => conversationId)),
      );
      expect(await store.newest(defaultTenant, 2)).toHaveLength(2);
      expect(await store.newest(other.tenantId, 10)).toEqual([other]);
    });

    it('stores a message once, however often it is sent', async () => {
      const key = await newConversation();
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, retry) =>
          store.addMessage(key, customer('message-1'), `answer-${retry}`),
        ),
      );
      expect(new Set(results.map((stored) => JSON.stringify(stored))).size).toBe(1);
      expect((await store.get(key))?.messages).toEqual([customer('message-1')]);
      expect(await store.entriesAfter(key, 0)).toEqual([
        {
          conversationId: key.conversationId,
          sequence: 1,
          event: { type: 'customer-message', message: customer('message-1') },
        },
      ]);
      const answerId = results[0]!.answerId!;
      expect(await store.findMessage(key, 'message-1')).toEqual({ sequence: 1, answerId });
      expect(await store.findMessage(key, 'message-2')).toBeUndefined();
      await append(key, {
        type: 'answer-end',
        message: agent(answerId, 'message-1', 'x'),
        reason: 'complete',
      });
      expect(await store.addMessage(key, customer(answerId), 'answer-51')).toBeUndefined();
    });

    it('keeps the same message id of two conversations apart', async () => {
      const [first, second] = [await newConversation(), await newConversation()];
      await store.addMessage(first, customer('message-1', 'one'), 'a');
      expect(await store.addMessage(second, customer('message-1', 'two'), 'b')).toEqual({
        sequence: 1,
        answerId: 'b',
      });
      expect((await store.get(second))?.messages[0]?.text).toBe('two');
    });

    it('keeps the conversations of one tenant from every other', async () => {
      const { conversation, token } = await store.create(defaultTenant);
      const key = inDefaultTenant(conversation.id);
      const foreign = { ...key, tenantId: 'another' as TenantId };
      await store.addMessage(key, customer('message-1'), 'answer-1');
      expect(await store.authenticate(foreign, token)).toBe(false);
      expect(await store.get(foreign)).toBeUndefined();
      expect(await store.findMessage(foreign, 'message-1')).toBeUndefined();
      expect(await store.entriesAfter(foreign, 0)).toEqual([]);
      expect(await append(foreign, delta('answer-1', 'x'))).toEqual(['gone']);
      expect(await store.beginAnswer(foreign, 'answer-1')).toBeUndefined();
      await store.setAnswersAside([{ key: foreign, answerId: 'answer-1' }]);
      await store.recordHandoff(foreign, { reason: 'unanswered' });
      await store.delete([foreign]);
      expect(await store.get(key)).toEqual({ ...conversation, messages: [customer('message-1')] });
      expect(await store.unfinishedAnswers()).toMatchObject([{ key, attempts: 0 }]);
    });

    it('numbers entries 1, 2, 3 … within a conversation, however they are batched, and gives them back from any number on', async () => {
      const keys = [await newConversation(), await newConversation()];
      const batches = fc.array(
        fc.array(fc.record({ to: fc.constantFrom(0, 1), text: fc.string({ unit: 'grapheme' }) }), {
          maxLength: 12,
        }),
        { maxLength: 8 },
      );
      const expected: string[][] = [[], []];
      await fc.assert(
        fc.asyncProperty(
          batches,
          fc.nat(60),
          fc.integer({ min: 1, max: 7 }),
          async (appended, after, limit) => {
            for (const batch of appended) {
              const numbers = batch.map(({ to, text }) => expected[to]!.push(text.toWellFormed()));
              const events = batch.map(({ to, text }) => ({
                key: keys[to]!,
                event: delta('a', text.toWellFormed()),
              }));
              const entries = await store.append(events);
              expect(entries).toMatchObject(
                events.map(({ event }, index) => ({ sequence: numbers[index], event })),
              );
            }
            const read = await store.entriesAfter(keys[0]!, after, limit);
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

    it('writes what it can of a batch when one of its conversations is gone', async () => {
      const [gone, there] = [await newConversation(), await newConversation()];
      await store.delete([gone]);
      const event = delta('a', 'x');
      const entries = await store.append([gone, there, gone, there].map((key) => ({ key, event })));
      expect(entries).toMatchObject(['gone', { sequence: 1 }, 'gone', { sequence: 2 }]);
      expect(await store.entriesAfter(there, 0)).toHaveLength(2);
    });

    it('makes a finished answer a message of the conversation', async () => {
      const key = await newConversation();
      await store.addMessage(key, customer('message-1'), 'answer-1');
      await append(key, { type: 'answer-start', messageId: 'answer-1', replyTo: 'message-1' });
      await append(key, delta('answer-1', 'Hold it.'));
      expect((await store.get(key))?.messages).toHaveLength(1);
      const message = agent('answer-1', 'message-1', 'Hold it.');
      await append(key, { type: 'answer-end', message, reason: 'complete' });
      expect((await store.get(key))?.messages).toEqual([customer('message-1'), message]);
    });

    it('remembers answers that were promised and never ended, with what customers have seen of them', async () => {
      const key = await newConversation();
      const citations = agent('', '', '').citations!;
      for (const number of [1, 2, 3, 4])
        await store.addMessage(key, customer(`message-${number}`), `answer-${number}`);
      await append(key, { type: 'answer-start', messageId: 'answer-1', replyTo: 'message-1' });
      await append(key, {
        type: 'answer-end',
        message: agent('answer-1', 'message-1', 'x'),
        reason: 'complete',
      });
      await append(key, { type: 'answer-start', messageId: 'answer-2', replyTo: 'message-2' });
      await append(key, {
        type: 'answer-error',
        messageId: 'answer-2',
        code: 'internal',
        message: 'm',
        retryable: true,
      });
      await append(key, { type: 'answer-start', messageId: 'answer-3', replyTo: 'message-3' });
      await append(key, delta('answer-3', 'thrown away '));
      await append(key, { type: 'answer-start', messageId: 'answer-3', replyTo: 'message-3' });
      await append(key, { type: 'sources-available', messageId: 'answer-3', citations });
      await append(key, delta('answer-3', 'Hold '), delta('answer-3', 'the'));
      await append(key, { type: 'handoff-request', reason: 'unanswered' });
      const common = { key, attempts: 0 };
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
      const key = await newConversation();
      await store.addMessage(key, customer('message-1'), 'answer-1');
      expect(await store.beginAnswer(key, 'answer-1')).toBe(1);
      expect(await store.beginAnswer(key, 'answer-1')).toBe(2);
      expect(await store.unfinishedAnswers()).toMatchObject([{ attempts: 2 }]);
      await store.setAnswersAside([{ key, answerId: 'answer-1' }]);
      expect(await store.unfinishedAnswers()).toMatchObject([{ attempts: 0 }]);
      expect(await store.beginAnswer(key, 'answer-1')).toBe(1);
    });

    it('does not begin an answer that has ended', async () => {
      const key = await newConversation();
      await store.addMessage(key, customer('message-1'), 'answer-1');
      const message = agent('answer-1', 'message-1', 'x');
      await append(key, { type: 'answer-end', message, reason: 'complete' });
      await store.setAnswersAside([{ key, answerId: 'answer-1' }]);
      expect(await store.beginAnswer(key, 'answer-1')).toBeUndefined();
      expect(await store.beginAnswer(key, 'answer-2')).toBeUndefined();
    });

    it('keeps the weightiest reason of a handoff, and the e-mail address that comes later', async () => {
      const key = await newConversation();
      await store.recordHandoff(key, { reason: 'unanswered' });
      const at = (await store.get(key))?.handoff?.at;
      await store.recordHandoff(key, { reason: 'customer-request', email: 'ann@example.com' });
      await store.recordHandoff(key, { reason: 'service-error' });
      expect((await store.get(key))?.handoff).toEqual({
        reason: 'customer-request',
        at,
        email: 'ann@example.com',
      });
      await store.recordHandoff(key, { reason: 'danger' });
      expect((await store.get(key))?.handoff?.reason).toBe('danger');
      const handling = await store.handling(key);
      expect(handling).toMatchObject({ state: 'waiting', reason: 'danger' });
      // The customer has waited since the first of them.
      expect(handling?.waitingSince).toBe(handling?.since);
    });

    it('promises no answer to a message while a person looks after the conversation', async () => {
      const key = await newConversation();
      await store.recordHandoff(key, { reason: 'unanswered' });
      await store.changeHandling(key, (current) => ({
        handling: changeHandling(current, { type: 'take', by: { id: 'mia', name: 'Mia' } }, '2026-01-01'),
        events: [{ type: 'handling-changed', state: 'person', person: { name: 'Mia' } }],
      }));
      expect(await store.handling(key)).toMatchObject({ state: 'person', owner: { id: 'mia', name: 'Mia' } });
      const sent = await store.addMessage(key, customer('message-1'), 'answer-1');
      expect(sent).toEqual({ sequence: 2 });
      expect(await store.addMessage(key, customer('message-1'), 'answer-2')).toEqual(sent);
      expect(await store.findMessage(key, 'message-1')).toEqual(sent);
      expect(await store.unfinishedAnswers()).toEqual([]);
      await store.changeHandling(key, (current) => ({
        handling: changeHandling(current, { type: 'resolve', by: { id: 'mia', name: 'Mia' } }, '2026-01-02'),
      }));
      expect(await store.addMessage(key, customer('message-2'), 'answer-2')).toMatchObject({
        answerId: 'answer-2',
      });
      expect(await store.handling(key)).toMatchObject({ state: 'bot' });
    });

    it('changes the handling and journals it in one step, or not at all', async () => {
      const key = await newConversation();
      const mia = { id: 'mia', name: 'Mia' };
      const message: Message = {
        id: 'reply-001',
        author: 'person',
        text: 'Hello',
        createdAt: '',
        person: mia,
      };
      const reply = () =>
        store.changeHandling(key, (current) => ({
          handling: changeHandling(current, { type: 'reply', by: mia }, '2026-01-02'),
          events: [{ type: 'person-message', message }],
        }));
      await expect(reply()).rejects.toMatchObject({ code: 'conflict' });
      expect(await store.entriesAfter(key, 0)).toEqual([]);
      const takers = ['mia', 'tom', 'ann'].map((id) => ({ id, name: id }));
      const taken = await Promise.allSettled(
        takers.map((by) =>
          store.changeHandling(key, (current) => ({
            handling: changeHandling(current, { type: 'take', by }, '2026-01-01'),
            events: [{ type: 'handling-changed', state: 'person', person: { name: by.name } }],
          })),
        ),
      );
      expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.entriesAfter(key, 0)).toHaveLength(1);
      await store.changeHandling(key, (current) => ({
        handling: changeHandling(current, { type: 'take', by: mia, overrides: true }, '2026-01-01'),
      }));
      expect((await reply())?.entries).toHaveLength(1);
      expect((await reply())?.entries).toEqual([]);
      expect((await store.get(key))?.messages).toEqual([message]);
      expect(
        await store.changeHandling(inDefaultTenant('A'.repeat(22)), () => ({ handling: newHandling('') })),
      ).toBe(undefined);
    });

    it('ends what is being written or waits before a person has the conversation, and takes no word of it behind that', async () => {
      const key = await newConversation();
      const mia = { id: 'mia', name: 'Mia' };
      for (const number of [1, 2])
        await store.addMessage(key, customer(`message-${number}`), `answer-${number}`);
      const citations = agent('', '', '').citations!;
      await append(
        key,
        { type: 'answer-start', messageId: 'answer-1', replyTo: 'message-1' },
        { type: 'sources-available', messageId: 'answer-1', citations },
        delta('answer-1', 'Hold [1]'),
      );
      const taken = await store.changeHandling(key, (current) => ({
        handling: changeHandling(current, { type: 'take', by: mia }, '2026-01-01'),
        events: [{ type: 'handling-changed', state: 'person', person: { name: 'Mia' } }],
      }));
      expect(taken?.endedAnswers).toEqual(['answer-1', 'answer-2']);
      expect(taken?.entries.map(({ sequence }) => sequence)).toEqual([6, 7, 8]);
      const late = (answerId: string) => ({ key, answerId, event: delta(answerId, ' it.') });
      const message = agent('answer-1', 'message-1', 'Hold it.');
      const end = { type: 'answer-end', message, reason: 'complete' } as const;
      const words = [late('answer-1'), late('answer-2'), { key, answerId: 'answer-1', event: end }];
      expect(await store.append(words)).toEqual(['ended', 'ended', 'ended']);
      // Nor when the assistant has it again.
      await store.changeHandling(key, (current) => ({
        handling: changeHandling(current, { type: 'give-back', by: mia }, '2026-01-02'),
      }));
      await store.addMessage(key, customer('message-3'), 'answer-3');
      expect(await store.append([late('answer-1'), late('answer-3'), late('answer-2')])).toMatchObject([
        'ended',
        { sequence: 10 },
        'ended',
      ]);
      expect((await store.entriesAfter(key, 5)).map(({ event }) => event)).toMatchObject([
        { type: 'answer-end', reason: 'cancelled', message: { id: 'answer-1', text: 'Hold [1]', citations } },
        { type: 'answer-end', reason: 'cancelled', message: { id: 'answer-2', text: '', citations: [] } },
        { type: 'handling-changed', state: 'person' },
        { type: 'customer-message' },
        { type: 'answer-delta', messageId: 'answer-3' },
      ]);
      expect(await store.beginAnswer(key, 'answer-2')).toBeUndefined();
      expect(await store.unfinishedAnswers()).toMatchObject([{ messageId: 'answer-3' }]);
    });

    it('ends answers for another change only where it is asked to', async () => {
      const key = await newConversation();
      await store.addMessage(key, customer('message-1'), 'answer-1');
      const kept = await store.changeHandling(key, (handling) => ({ handling }));
      expect(kept?.endedAnswers).toEqual([]);
      expect(await store.unfinishedAnswers()).toHaveLength(1);
      const ended = await store.changeHandling(key, (handling) => ({ handling, endsAnswers: true }));
      expect(ended?.endedAnswers).toEqual(['answer-1']);
      expect(await store.unfinishedAnswers()).toEqual([]);
    });

    it('removes conversations with everything that belongs to them, and no other', async () => {
      const [{ conversation, token }, second, other] = [
        await store.create(defaultTenant),
        await newConversation(),
        await newConversation(),
      ];
      const key = inDefaultTenant(conversation.id);
      for (const one of [key, second, other]) await store.addMessage(one, customer('message-1'), 'answer-1');
      await store.recordFeedback(key, { messageId: 'answer-1', rating: 'up', at: '2026-01-01' });
      await store.recordHandoff(key, { reason: 'unanswered', email: 'ann@example.com' });
      expect(await store.delete([key, second])).toBe('erased');
      expect(await store.get(key)).toBeUndefined();
      expect(await store.authenticate(key, token)).toBe(false);
      expect(await store.findMessage(key, 'message-1')).toBeUndefined();
      expect(await store.entriesAfter(key, 0)).toEqual([]);
      expect(await store.entriesAfter(second, 0)).toEqual([]);
      expect(await store.unfinishedAnswers()).toMatchObject([{ key: other }]);
      expect(await append(key, delta('answer-1', 'x'))).toEqual(['gone']);
      await expect(store.addMessage(key, customer('message-2'), 'answer-2')).rejects.toMatchObject({
        code: 'not-found',
      });
    });
  });
}
