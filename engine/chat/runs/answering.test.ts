import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/events.ts';
import { journalledAnswer } from '#core/journalled-answer.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { createMemoryConversationStore } from '#storage/memory/memory-conversation-store.ts';
import { type AnswerScript, scriptedAnswer } from '../testing/scripted-answer.ts';
import { type Answering, type AnsweringLimits, createAnswering } from './answering.ts';

const roomy: AnsweringLimits = { messageLength: 100, concurrentAnswers: 100 };

const newConversation = async (store: ConversationStore): Promise<ConversationKey> =>
  inDefaultTenant((await store.create(defaultTenant)).conversation.id);

async function desk(script: Parameters<typeof scriptedAnswer>[0], limits: Partial<AnsweringLimits> = {}) {
  const store = createMemoryConversationStore();
  const scripted = scriptedAnswer(script);
  const answering = createAnswering({ store, answer: scripted.answer, limits: { ...roomy, ...limits } });
  const id = await newConversation(store);
  return { store, answering, id, ...scripted };
}
const message = (number = 1, text = 'How?') => ({ messageId: `message-${number}`, text });

/** Reads until `count` answers have ended. */
async function readAnswers(
  answering: Answering,
  id: ConversationKey,
  { after = 0, count = 1 } = {},
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of answering.subscribe(id, { after })) {
    entries.push(entry);
    if (entry.event.type === 'answer-end' || entry.event.type === 'answer-error') count -= 1;
    if (count === 0) break;
  }
  return entries;
}
const types = (entries: readonly JournalEntry[]) => entries.map(({ event }) => event.type);
const events = async (store: ConversationStore, id: ConversationKey) =>
  (await store.entriesAfter(id, 0)).map(({ event }) => event);
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(1);
}

describe('createAnswering', () => {
  it('journals the message and every event of its answer, and tells readers exactly that', async () => {
    const { store, answering, id } = await desk({ deltas: ['Hold ', 'it.'] });
    expect(await answering.send(id, message())).toMatchObject({ sequence: 1 });
    const entries = await readAnswers(answering, id);
    expect(types(entries)).toEqual(['customer-message', 'answer-start', 'answer-delta', 'answer-end']);
    expect(entries).toEqual(await store.entriesAfter(id, 0));
    expect((await store.get(id))?.messages.map(({ text }) => text)).toEqual(['How?', 'Hold it.']);
    expect(answering.active).toBe(0);
  });

  it('stores and answers a message once, however often the client sends it', async () => {
    const { store, answering, id, requests } = await desk({ deltas: ['a', 'b'], delayMs: 1 });
    const sent = await Promise.all(Array.from({ length: 1000 }, () => answering.send(id, message())));
    await readAnswers(answering, id);
    expect(new Set(sent.map((stored) => JSON.stringify(stored))).size).toBe(1);
    expect(await answering.send(id, message())).toEqual(sent[0]);
    expect(requests).toHaveLength(1);
    expect((await store.get(id))?.messages).toHaveLength(2);
  });

  it('refuses the id of an answer as the id of a message', async () => {
    const { answering, id } = await desk({ deltas: ['a'] });
    const { answerId = '' } = await answering.send(id, message());
    await readAnswers(answering, id);
    await expect(answering.send(id, { messageId: answerId, text: 'x' })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });

  it('answers the messages of one conversation one after the other, each with what was said before it', async () => {
    const { answering, id, requests } = await desk(({ replyTo }) => ({
      deltas: ['to ', replyTo],
      delayMs: 2,
    }));
    await Promise.all([1, 2, 3].map((number) => answering.send(id, message(number))));
    const entries = await readAnswers(answering, id, { count: 3 });
    expect(types(entries).filter((type) => type !== 'customer-message')).toEqual(
      [1, 2, 3].flatMap(() => ['answer-start', 'answer-delta', 'answer-delta', 'answer-end']),
    );
    expect(requests[2]?.conversation.messages.map(({ text }) => text)).toEqual([
      'How?',
      'How?',
      'to message-1',
      'to message-2',
      'How?',
    ]);
    expect(requests[2]?.conversation.messages.at(-1)?.id).toBe('message-3');
  });

  it('lets a few messages of a conversation wait and refuses more, storing nothing of them', async () => {
    const gate = Promise.withResolvers<void>();
    const { store, answering, id } = await desk(
      { deltas: ['a', 'b'], gate: gate.promise },
      { waitingMessages: 2 },
    );
    for (const number of [1, 2, 3]) await answering.send(id, message(number));
    await expect(answering.send(id, message(4))).rejects.toMatchObject({ code: 'too-many-requests' });
    await expect(answering.send(id, message(3))).resolves.toMatchObject({ sequence: expect.any(Number) });
    expect((await store.get(id))?.messages).toHaveLength(3);
    gate.resolve();
    await readAnswers(answering, id, { count: 3 });
    await expect(answering.send(id, message(4))).resolves.toBeDefined();
  });

  it('says "busy" above the number of answers that may be written at once', async () => {
    const gate = Promise.withResolvers<void>();
    const { store, answering, id } = await desk(
      { deltas: ['a', 'b'], gate: gate.promise },
      { concurrentAnswers: 1 },
    );
    const other = await newConversation(store);
    await answering.send(id, message());
    await expect(answering.send(other, message())).rejects.toMatchObject({ code: 'busy', retryable: true });
    gate.resolve();
    await readAnswers(answering, id);
    await until(() => answering.active === 0);
    await expect(answering.send(other, message())).resolves.toBeDefined();
  });

  it('refuses at once, before it begins with those whom it lets in', async () => {
    const { store, answering } = await desk({ deltas: ['a'] }, { concurrentAnswers: 2 });
    const told: string[] = [];
    await Promise.all(
      [1, 2, 3, 4].map(async (number) => {
        const key = await newConversation(store);
        const name = { key, messageId: `message-${number}` };
        await answering
          .admit(name, async (admitted) => {
            told.push('begun');
            return answering.send(key, message(number), admitted);
          })
          .catch(({ code }) => told.push(code));
      }),
    );
    expect(told).toEqual(['busy', 'busy', 'begun', 'begun']);
    await until(() => answering.active === 0);
    // Who does not send leaves the place.
    const key = await newConversation(store);
    for (let times = 0; times < 5; times++)
      await answering.admit({ key, messageId: 'never sent' }, async () => {});
  });

  it('admits no more than that when messages come at the same moment', async () => {
    const gate = Promise.withResolvers<void>();
    const { store, answering } = await desk(
      { deltas: ['a', 'b'], gate: gate.promise },
      { concurrentAnswers: 3, waitingMessages: 1 },
    );
    const [one, other] = [await newConversation(store), await newConversation(store)];
    const sent = await Promise.allSettled([
      ...[1, 2, 3].map((number) => answering.send(one, message(number))),
      ...[1, 2, 3].map((number) => answering.send(other, message(number))),
    ]);
    expect(sent.map((one) => (one.status === 'rejected' ? one.reason.code : 'sent'))).toEqual([
      ...['sent', 'sent', 'too-many-requests'],
      ...['sent', 'busy', 'busy'],
    ]);
    expect(answering.active).toBe(3);
    gate.resolve();
  });

  it('writes the tokens that come together in one transaction, those of an answer as one entry', async () => {
    const gate = Promise.withResolvers<void>();
    const { store, answering } = await desk({ deltas: Array.from('abcdefghij'), gate: gate.promise });
    const append = store.append;
    const batches: number[] = [];
    store.append = (batch) => {
      batches.push(batch.length);
      return append(batch);
    };
    const ids = [await newConversation(store), await newConversation(store), await newConversation(store)];
    for (const id of ids) await answering.send(id, message());
    const reading = ids.map((id) => readAnswers(answering, id));
    // The gate holds each behind its first token.
    for (const id of ids) await expect.poll(() => store.entriesAfter(id, 0)).toHaveLength(3);
    batches.length = 0;
    gate.resolve();
    for (const entries of await Promise.all(reading)) expect(entries).toHaveLength(5);
    // Of each answer the tokens behind the gate, and its end.
    expect(batches).toEqual([6]);
  });

  it('refuses a message that is too long', async () => {
    const { answering, id } = await desk({ deltas: ['a'] });
    await expect(answering.send(id, message(1, 'x'.repeat(101)))).rejects.toMatchObject({
      code: 'message-too-long',
    });
  });

  it('goes on when its reader leaves, and gives every reader the same from wherever it begins', async () => {
    const { store, answering, id } = await desk({ deltas: Array.from('abcdefghij'), delayMs: 1 });
    await answering.send(id, message());
    for await (const entry of answering.subscribe(id, { after: 0 }))
      if (entry.event.type === 'answer-delta') break;
    const readers = await Promise.all([0, 1, 3, 6].map((after) => readAnswers(answering, id, { after })));
    const all = await store.entriesAfter(id, 0);
    for (const [index, after] of [0, 1, 3, 6].entries()) expect(readers[index]).toEqual(all.slice(after));
  });

  it('ends a reader when its signal aborts', async () => {
    const { answering, id } = await desk({ deltas: [] });
    const controller = new AbortController();
    const reading = Array.fromAsync(answering.subscribe(id, { after: 0, signal: controller.signal }));
    controller.abort();
    expect(await reading).toEqual([]);
  });

  describe('cancel', () => {
    it.each([
      ['the answer', false],
      ['the customer message, with an answer that does not listen', true],
    ])('by the id of %s ends it at once with exactly the text so far', async (_name, deaf) => {
      const gate = Promise.withResolvers<void>();
      const { store, answering, id, signals } = await desk({
        deltas: ['Hold ', 'it.'],
        gate: gate.promise,
        deaf,
      });
      const { answerId = '' } = await answering.send(id, message());
      await until(async () => (await events(store, id)).some(({ type }) => type === 'answer-delta'));
      expect(await answering.cancel(id, deaf ? 'message-1' : answerId)).toBe(true);
      expect(await answering.cancel(id, answerId)).toBe(false);
      gate.resolve();
      await sleep(5);
      expect((await events(store, id)).at(-1)).toMatchObject({
        type: 'answer-end',
        reason: 'cancelled',
        message: { id: answerId, text: 'Hold ', replyTo: 'message-1' },
      });
      expect(signals[0]?.aborted).toBe(true);
      expect(answering.active).toBe(0);
    });

    it('of a waiting message leaves the one before it alone', async () => {
      const gate = Promise.withResolvers<void>();
      const { store, answering, id, requests } = await desk({ deltas: ['a', 'b'], gate: gate.promise });
      await answering.send(id, message(1));
      const second = await answering.send(id, message(2));
      expect(await answering.cancel(id, second.answerId!)).toBe(true);
      gate.resolve();
      await readAnswers(answering, id, { count: 2 });
      await until(() => answering.active === 0);
      expect(requests).toHaveLength(1);
      expect((await events(store, id)).filter(({ type }) => type === 'answer-end')).toMatchObject([
        { reason: 'cancelled' },
        { reason: 'complete' },
      ]);
    });
  });

  describe('when answering goes wrong', () => {
    it.each<[string, AnswerScript, object]>([
      ['before any text, the customer is told', { deltas: [] }, { type: 'answer-error', code: 'internal' }],
      [
        'behind some text, that text is kept',
        { deltas: ['Hold '] },
        { reason: 'interrupted', message: { text: 'Hold ' } },
      ],
    ])('%s', async (_name, script, last) => {
      const { answering, id } = await desk({ ...script, failure: new Error('secret detail') });
      await answering.send(id, message());
      const entries = await readAnswers(answering, id);
      expect(entries.at(-1)?.event).toMatchObject(last);
      expect(JSON.stringify(entries)).not.toContain('secret');
    });

    it('by taking for ever, it ends in time and its place is free again', async () => {
      const never = new Promise<void>(() => {});
      const { answering, id } = await desk(
        { deltas: ['a', 'b'], gate: never, deaf: true },
        { answerTimeoutMs: 300 },
      );
      await answering.send(id, message());
      expect((await readAnswers(answering, id)).at(-1)?.event).toMatchObject({ reason: 'interrupted' });
      await until(() => answering.active === 0);
    });

    it('by a journal that cannot be written, nobody is told what is not in it', async () => {
      const { store, answering, id } = await desk({ deltas: ['a', 'b', 'c'], delayMs: 2 });
      const append = store.append;
      const broken: ConversationStore['append'] = async (batch) => {
        if ((await store.entriesAfter(id, 0)).length >= 3) throw new Error('disk full');
        return append(batch);
      };
      store.append = broken;
      await answering.send(id, message());
      const seen = await Array.fromAsync(answering.subscribe(id, { after: 0 }));
      expect(seen).toEqual(await store.entriesAfter(id, 0));
      expect(seen).toHaveLength(3);
      expect(await store.unfinishedAnswers()).toHaveLength(1);
    });
  });

  describe('recover', () => {
    const text = ['Hold ', 'the dial ', 'for ', '20 ', 'seconds.'];

    /** A desk that stops, in good order or not, behind `count` pieces of the text. */
    async function stoppedDesk(count: number, orderly: boolean) {
      const never = new Promise<void>(() => {});
      const store = createMemoryConversationStore();
      const id = await newConversation(store);
      const { answer } = scriptedAnswer({ deltas: [text.slice(0, count).join(''), 'x'], gate: never });
      const answering = createAnswering({ store, answer, limits: roomy });
      await answering.send(id, message());
      await until(async () => (await events(store, id)).some(({ type }) => type === 'answer-delta'));
      if (orderly) expect(await answering.drain(1)).toEqual({ finished: 0, setAside: 1 });
      return { store, id, seen: (await store.entriesAfter(id, 0)).length };
    }

    it.each([
      ['an orderly stop', true],
      ['a crash', false],
    ])('finishes the sentence after %s', async (_how, orderly) => {
      const { store, id, seen } = await stoppedDesk(3, orderly);
      const { answer } = scriptedAnswer({ deltas: text });
      const next = createAnswering({ store, answer, limits: roomy });
      expect(await next.recover()).toBe(1);
      const rest = await readAnswers(next, id, { after: seen });
      expect(types(rest)).toEqual(['answer-delta', 'answer-end']);
      const [start] = (await events(store, id)).filter(({ type }) => type === 'answer-start');
      const answerId = start?.type === 'answer-start' ? start.messageId : '';
      expect(journalledAnswer(answerId, await events(store, id)).text).toBe(text.join(''));
      expect(rest.at(-1)?.event).toMatchObject({
        message: { id: answerId, text: text.join('') },
        reason: 'complete',
      });
      expect(await store.unfinishedAnswers()).toEqual([]);
    });

    it('answers a message that was accepted and not begun', async () => {
      const store = createMemoryConversationStore();
      const id = await newConversation(store);
      await store.addMessage(
        id,
        { id: 'message-1', author: 'customer', text: 'How?', createdAt: '' },
        'answer-1',
      );
      const next = createAnswering({ store, answer: scriptedAnswer({ deltas: text }).answer, limits: roomy });
      await next.recover();
      expect((await readAnswers(next, id)).at(-1)?.event).toMatchObject({
        message: { id: 'answer-1', text: text.join('') },
      });
    });

    it('keeps exactly what was seen when the answer cannot be had again', async () => {
      const { store, id } = await stoppedDesk(2, true);
      const { answer } = scriptedAnswer({ deltas: [], failure: new Error('gone') });
      const next = createAnswering({ store, answer, limits: roomy });
      await next.recover();
      expect((await readAnswers(next, id)).at(-1)?.event).toMatchObject({
        reason: 'interrupted',
        message: { text: 'Hold the dial ' },
      });
    });

    it('does not try a fourth time what ended the process three times', async () => {
      const { store, id } = await stoppedDesk(2, false);
      const { messageId } = (await store.unfinishedAnswers())[0]!;
      await store.beginAnswer(id, messageId);
      await store.beginAnswer(id, messageId);
      const { answer, requests } = scriptedAnswer({ deltas: text });
      const next = createAnswering({ store, answer, limits: roomy });
      await next.recover();
      expect((await readAnswers(next, id)).at(-1)?.event).toMatchObject({ reason: 'interrupted' });
      expect(requests).toEqual([]);
    });
  });

  describe('drain', () => {
    it('waits for answers that end in time, refuses new ones, and ends all readers', async () => {
      const { store, answering, id } = await desk({ deltas: ['a', 'b', 'c'], delayMs: 5 });
      await answering.send(id, message());
      const reading = Array.fromAsync(answering.subscribe(id, { after: 0 }));
      const draining = answering.drain(patienceMs);
      await expect(answering.send(id, message(2))).rejects.toMatchObject({ code: 'shutting-down' });
      expect(await draining).toEqual({ finished: 1, setAside: 0 });
      expect(await reading).toEqual(await store.entriesAfter(id, 0));
      expect((await events(store, id)).at(-1)).toMatchObject({ reason: 'complete' });
    });
  });

  it('stops the answer and its readers when the conversation is deleted', async () => {
    const { store, answering, id, signals } = await desk({ deltas: ['a', 'b'], gate: new Promise(() => {}) });
    await answering.send(id, message());
    await until(async () => (await events(store, id)).length === 3);
    const reading = Array.fromAsync(answering.subscribe(id, { after: 0 }));
    await answering.delete(id);
    await reading;
    expect(signals[0]?.aborted).toBe(true);
    expect(answering.active).toBe(0);
  });

  it('stores a message that comes in during a stop for the next process, if it is stored at all', async () => {
    const { store, answering, id, requests } = await desk({ deltas: ['a'] });
    const arriving = Promise.withResolvers<void>();
    const addMessage = store.addMessage;
    store.addMessage = async (...added) => {
      await arriving.promise;
      return addMessage(...added);
    };
    const sending = answering.send(id, message());
    await sleep(1);
    const draining = answering.drain(5_000);
    arriving.resolve();
    await sending;
    await draining;
    expect(requests).toEqual([]);
    expect(await store.unfinishedAnswers()).toMatchObject([{ replyTo: 'message-1', attempts: 0 }]);
  });

  it('records that the customer asks for a person, and journals it once', async () => {
    const { store, answering, id } = await desk({ deltas: [] });
    await answering.handoff(id);
    await answering.handoff(id, { email: 'ann@example.com' });
    expect(await events(store, id)).toEqual([{ type: 'handoff-request', reason: 'customer-request' }]);
    expect((await store.get(id))?.handoff).toMatchObject({
      reason: 'customer-request',
      email: 'ann@example.com',
    });
  });

  it('takes feedback on answers of the conversation and on nothing else', async () => {
    const { answering, id } = await desk({ deltas: ['a'] });
    const { answerId = '' } = await answering.send(id, message());
    await readAnswers(answering, id);
    await answering.feedback(id, { messageId: answerId, rating: 'up' });
    for (const messageId of ['message-1', 'elsewhere'])
      await expect(answering.feedback(id, { messageId, rating: 'up' })).rejects.toMatchObject({
        code: 'not-found',
      });
  });
});
