import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Person } from '#core/handling.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { type AnswerScript, scriptedAnswer } from '../testing/scripted-answer.ts';
import { createAnswering } from './answering.ts';
import { createCaseWork, type TeamNews } from './case-work.ts';

const mia: Person = { id: 'mia', name: 'Mia' };
const tom: Person = { id: 'tom', name: 'Tom' };
const folder = mkdtempSync(join(tmpdir(), 'answerdesk-case-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function desk(script: AnswerScript = { deltas: ['Hold ', 'it.'] }) {
  const store = openSqliteConversationStore(join(folder, `${count++}`, 'conversations.db'));
  onTestFinished(() => store.close());
  const { answer, requests } = scriptedAnswer(script);
  const answering = createAnswering({ store, answer, limits: { messageLength: 100, concurrentAnswers: 10 } });
  const cases = createCaseWork({ store, answering, messageLength: 100 });
  const key = inDefaultTenant((await store.create(defaultTenant)).conversation.id);
  const events = async () => (await store.entriesAfter(key, 0)).map(({ event }) => event);
  const types = async () => (await events()).map(({ type }) => type);
  return { store, answering, cases, key, requests, events, types };
}
const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await sleep(1);
};
const ask = (number = 1) => ({ messageId: `message-${number}`, text: 'How?' });

describe('createCaseWork', () => {
  it('stops the assistant where it is when a person takes over, and keeps it silent until they give back', async () => {
    const never = new Promise<void>(() => {});
    const { answering, cases, key, events, types, requests } = await desk({
      deltas: ['Hold ', 'it.'],
      gate: never,
    });
    await answering.send(key, ask());
    await until(async () => (await types()).includes('answer-delta'));
    await cases.act(key, { type: 'take', by: mia });
    expect((await events()).slice(-2)).toMatchObject([
      { type: 'answer-end', reason: 'cancelled', message: { text: 'Hold ' } },
      { type: 'handling-changed', state: 'person', person: { name: 'Mia' } },
    ]);
    const sent = await answering.send(key, ask(2));
    expect(sent).not.toHaveProperty('answerId');
    expect(await answering.send(key, ask(2))).toEqual(sent);
    await cases.reply(key, { messageId: 'reply-001', text: 'Press the dial.', by: mia });
    await cases.act(key, { type: 'give-back', by: mia });
    expect((await types()).slice(-3)).toEqual(['customer-message', 'person-message', 'handling-changed']);
    expect(requests).toHaveLength(1);
    await answering.send(key, ask(3));
    await until(() => requests.length === 2);
    expect(requests[1]?.conversation.messages.map(({ author, text }) => `${author}: ${text}`)).toContain(
      'person: Press the dial.',
    );
  });

  it('gives the conversation to one of ten agents who reach for it at once', async () => {
    const { cases, key, types } = await desk();
    const agents = Array.from({ length: 10 }, (_, index) => ({ id: `a${index}`, name: `A${index}` }));
    const taken = await Promise.allSettled(agents.map((by) => cases.act(key, { type: 'take', by })));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await types()).toEqual(['handling-changed']);
  });

  it('never answers by machine what the customer writes while it is taken over', async () => {
    const { answering, cases, key, types } = await desk({ deltas: ['a', 'b'], delayMs: 1 });
    await Promise.all([
      ...[1, 2, 3].map((number) => answering.send(key, ask(number))),
      cases.act(key, { type: 'take', by: mia }),
    ]);
    await until(() => answering.active === 0);
    const all = await types();
    const later = all.slice(all.indexOf('handling-changed'));
    expect(later.filter((type) => type.startsWith('answer-'))).toEqual([]);
  });

  it('has no word of the assistant behind a take-over, whatever was on its way into the journal then', async () => {
    const { store, answering, cases, key, events, types } = await desk({ deltas: ['Hold ', 'it ', 'down.'] });
    // The second word is handed to the journal, and the take-over is quicker.
    const { append } = store;
    const reached = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    store.append = async (batch) => {
      if (!batch.some(({ event }) => event.type === 'answer-delta')) return append(batch);
      reached.resolve();
      await taken.promise;
      return append(batch);
    };
    await answering.send(key, ask());
    await reached.promise;
    const live: string[] = [];
    const reading = new AbortController();
    const following = (async () => {
      for await (const { event } of answering.subscribe(key, { after: 0, signal: reading.signal }))
        live.push(event.type);
    })();
    await cases.act(key, { type: 'take', by: mia });
    taken.resolve();
    await until(() => answering.active === 0);
    await cases.reply(key, { messageId: 'reply-001', text: 'Hello', by: mia });
    expect((await types()).slice(-3)).toEqual(['answer-end', 'handling-changed', 'person-message']);
    // The answer is what the customer has seen of it.
    const shown = (await events()).flatMap((event) => (event.type === 'answer-delta' ? event.text : []));
    expect((await store.get(key))?.messages[1]).toMatchObject({ author: 'bot', text: shown.join('') });
    await until(async () => live.length === (await types()).length);
    expect(live).toEqual(await types());
    reading.abort();
    await following;
  });

  it('ends what is being answered to somebody who is blocked', async () => {
    const { answering, cases, key, types } = await desk({
      deltas: ['Hold ', 'it.'],
      gate: new Promise(() => {}),
    });
    await answering.send(key, ask());
    await until(async () => (await types()).includes('answer-delta'));
    await cases.block(key, { by: mia, overrides: false, until: '2099-01-01' });
    expect((await types()).slice(-2)).toEqual(['answer-end', 'handling-changed']);
    await until(() => answering.active === 0);
  });

  it('does not take up after a restart what a person looks after', async () => {
    const { store, cases, key, events } = await desk();
    await store.addMessage(
      key,
      { id: 'message-1', author: 'customer', text: 'How?', createdAt: '' },
      'answer-1',
    );
    await cases.act(key, { type: 'take', by: mia });
    const { answer, requests } = scriptedAnswer({ deltas: ['x'] });
    const next = createAnswering({ store, answer, limits: { messageLength: 100, concurrentAnswers: 10 } });
    await next.recover();
    await until(() => next.active === 0);
    expect(requests).toEqual([]);
    expect((await events()).slice(-2)).toMatchObject([
      { type: 'answer-end', reason: 'cancelled' },
      { type: 'handling-changed' },
    ]);
    expect(await store.unfinishedAnswers()).toEqual([]);
  });

  it('sends a reply once, and only from the owner', async () => {
    const { cases, key, types } = await desk();
    await cases.act(key, { type: 'take', by: mia });
    const reply = { messageId: 'reply-001', text: 'Hello', by: mia };
    await Promise.all([cases.reply(key, reply), cases.reply(key, reply)]);
    expect(await types()).toEqual(['handling-changed', 'person-message']);
    await expect(cases.reply(key, { ...reply, messageId: 'reply-002', by: tom })).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: 'Mia is looking after this conversation.',
    });
    await expect(
      cases.reply(key, { ...reply, messageId: 'reply-003', text: 'x'.repeat(101) }),
    ).rejects.toMatchObject({
      code: 'message-too-long',
    });
  });

  it('returns what its owner forgot to the queue, and tells the customer', async () => {
    const { answering, cases, key, store, events } = await desk();
    await answering.handoff(key);
    await cases.act(key, { type: 'take', by: mia });
    expect(await cases.returnForgotten(new Date(0))).toBe(0);
    expect(await cases.returnForgotten(new Date(Date.now() + 1))).toBe(1);
    expect(await store.handling(key)).toMatchObject({ state: 'waiting', reason: 'customer-request' });
    expect((await events()).at(-1)).toEqual({ type: 'handling-changed', state: 'waiting' });
  });

  it('tells the team what changed and who is looking, and the customer nothing of notes', async () => {
    const { answering, cases, key, types } = await desk();
    const news: TeamNews[] = [];
    const stop = cases.onNews((one) => news.push(one));
    await answering.handoff(key);
    await cases.note(key, { id: 'note-0001', text: 'A regular', by: mia });
    expect(news.map(({ type }) => type)).toEqual(['conversation-changed', 'conversation-changed']);
    expect(await types()).toEqual(['handoff-request']);
    const looking = new AbortController();
    const look = cases.look(key, mia, looking);
    look.typing(true);
    expect(cases.present(key)).toEqual([{ person: mia, typing: true }]);
    looking.abort();
    expect(cases.present(key)).toEqual([]);
    expect(news.at(-1)).toEqual({ type: 'presence-changed', key, present: [] });
    stop();
    await answering.send(key, ask());
    expect(news.filter(({ type }) => type === 'conversation-changed')).toHaveLength(2);
  });
});
