// What every bridge must do, against a stand-in of the documented interface of its system. Time is virtual.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import {
  bridgeSecret,
  bridgeStandIns,
  modelVersion,
  newBridgeModel,
  say,
} from '#connectors/testing/bridge-stand-ins.ts';
import { startDeskStandIn } from '#connectors/testing/desk-stand-in.ts';
import { type BridgeName, bridgeNames } from '#core/bridges.ts';
import type { JournalEvent } from '#core/events.ts';
import { bridgeChannel } from '#core/notices.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { createDelivery } from '#jobs/deliver-notices.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { loadConfig } from './config.ts';
import { bridgeOf, createBridgeDoor } from './open-bridge.ts';
import { caseSyncOf, noticeChannels } from './open-notices.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-bridges-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const mia = { id: 'mia', name: 'Mia' };

interface DeskOptions {
  readonly email?: string | null;
  /** Of tests with requests that hang. */
  readonly timeoutMs?: number;
}

async function desk(name: BridgeName, { email = 'dana@example.com', timeoutMs = 10_000 }: DeskOptions = {}) {
  const kind = bridgeStandIns[name];
  const standIn = await startDeskStandIn(newBridgeModel(), kind.respond, { version: modelVersion });
  let at = Date.UTC(2026, 0, 1);
  const now = () => new Date(at);
  const config = loadConfig({
    ...kind.env,
    ANSWERDESK_BRIDGE: name,
    ANSWERDESK_BRIDGE_SECRET: bridgeSecret,
  });
  const channels = noticeChannels(config.notices, config.bridge);
  const store = openSqliteConversationStore(join(folder, `${count++}`, 'conversations.db'), {
    now,
    handoffChannels: channels.handoff,
    followChannels: channels.follow,
  });
  onTestFinished(async () => {
    await store.close();
    await standIn[Symbol.asyncDispose]();
  });
  const answering = createAnswering({
    store,
    answer: scriptedAnswer({ deltas: ['Hold it ', 'for ten seconds.'] }).answer,
    limits: { messageLength: 1_000, concurrentAnswers: 10 },
    now,
  });
  const cases = createCaseWork({
    store,
    answering,
    messageLength: 1_000,
    followChannels: channels.follow,
    now,
  });
  const connection = { origin: standIn.origin, allowHttp: true, limits: { timeoutMs }, now };
  const bridge = bridgeOf(config.bridge, connection)!;
  const delivery = createDelivery({
    store,
    channels: {
      [bridgeChannel(name)]: caseSyncOf({ bridge, cases, store, baseUrl: 'https://desk.example', now }),
    },
    now,
    random: () => 0,
  });
  const door = createBridgeDoor({ bridge, store, wake: () => {}, now });
  const key = inDefaultTenant((await store.create(defaultTenant, { language: 'en' })).conversation.id);
  let messages = 0;

  const run = async () => {
    // Whatever one failure held up comes in the next rounds.
    for (let round = 0; round < 4; round += 1) await delivery.run();
  };
  const write = async (text: string) => {
    const { answerId } = await answering.send(key, { messageId: `message-${messages++}`, text });
    if (answerId === undefined) return;
    await expect
      .poll(async () => (await store.get(key))?.messages.some(({ id }) => id === answerId))
      .toBe(true);
  };
  const events = async () => (await store.entriesAfter(key, 0)).map(({ event }) => event);
  const said = async () =>
    (await events())
      .filter((event): event is JournalEvent & { type: 'person-message' } => event.type === 'person-message')
      .map(({ message }) => message);
  let eventCount = 0;
  const webhook = (facts: { secret?: string; at?: Date; id?: string; caseId?: number } = {}) => {
    const { caseId = standIn.model.cases.at(-1)!.id, ...rest } = facts;
    return kind.webhook(caseId, { secret: bridgeSecret, at: now(), id: `${eventCount++}`, ...rest });
  };
  return {
    store,
    answering,
    cases,
    bridge,
    key,
    kind,
    standIn,
    door,
    run,
    write,
    events,
    said,
    webhook,
    /** The customer asks something and then for a person. */
    async handOver() {
      await write('How do I reset my lamp?');
      await answering.handoff(key, { email: email ?? undefined });
    },
    theCase: () => {
      expect(standIn.model.cases).toHaveLength(1);
      return standIn.model.cases[0]!;
    },
    texts: () => standIn.model.cases.flatMap(({ messages }) => messages.map(({ text }) => text)),
    tell: async (facts: Parameters<typeof webhook>[0] = {}) => {
      const result = await door.receive(name, webhook(facts));
      await run();
      return result;
    },
    pass: (ms: number) => {
      at += ms;
    },
    news: async () =>
      (await store.notices(defaultTenant, { limit: 100 })).filter(({ kind }) => kind === 'news'),
  };
}

/** Of the texts those that hold the words. */
const holding = (texts: readonly string[], words: string) => texts.filter((text) => text.includes(words));

describe.each(bridgeNames)('the bridge to %s', (name) => {
  it('opens one case with reason, transcript, address, labels and the way back', async () => {
    const { handOver, run, theCase, key, store, texts } = await desk(name);
    await handOver();
    await run();
    const opened = theCase();
    const [text = ''] = texts();
    for (const part of [
      'A customer asked for a person.',
      'How do I reset my lamp?',
      'Hold it for ten seconds.',
      'dana@example.com',
      `https://desk.example/console/inbox/${key.conversationId}`,
    ])
      expect(text).toContain(part);
    if (name !== 'slack') expect(opened.email).toBe('dana@example.com');
    expect(opened.labels).toEqual(['answerdesk', 'answerdesk-customer-request']);
    expect(await store.bridgeCase(key)).toMatchObject({ bridge: name, state: 'open', round: 1 });
    expect((await store.bridgeCase(key))?.there?.url).toMatch(/^https:/);
  });

  it('opens a case for a customer who gave no address, too', async () => {
    const { handOver, run, theCase, texts } = await desk(name, { email: null });
    await handOver();
    await run();
    theCase();
    expect(texts()[0]).toContain('How do I reset my lamp?');
  });

  it('takes along what is said later, once and in order', async () => {
    const { handOver, run, write, texts, theCase, cases, key } = await desk(name);
    await handOver();
    await run();
    await write('It still <blinks> & beeps.');
    await write('Now it is off.');
    await cases.act(key, { type: 'take', by: mia });
    await cases.reply(key, { messageId: 'reply-0001', text: 'Is it plugged in?', by: mia });
    await run();
    await run();
    theCase();
    const order = ['It still <blinks> & beeps.', 'Now it is off.', 'Is it plugged in?'];
    expect(order.map((words) => holding(texts(), words).length)).toEqual([1, 1, 1]);
    const places = order.map((words) => texts().findIndex((text) => text.includes(words)));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });

  it('brings an agent’s reply to the customer while they look, and never a private note', async () => {
    const { handOver, run, theCase, standIn, tell, said, answering, key, store, cases } = await desk(name);
    await handOver();
    await run();
    const reading = new AbortController();
    const live: JournalEvent[] = [];
    const listening = (async () => {
      for await (const { event } of answering.subscribe(key, { after: 0, signal: reading.signal }))
        live.push(event);
    })();
    say(standIn.model, theCase(), { from: 'note', text: 'note: this one is difficult' });
    say(standIn.model, theCase(), { from: 'bot', text: 'Thanks, we are on it.' });
    say(standIn.model, theCase(), { from: 'agent', text: 'Press it for twenty seconds.' });
    await tell();
    await expect
      .poll(() => live.filter(({ type }) => type === 'person-message'))
      .toMatchObject([{ message: { text: 'Press it for twenty seconds.', person: { name: 'Ann Lee' } } }]);
    reading.abort();
    await listening;
    expect(await store.handling(key)).toMatchObject({ state: 'person', owner: { name: 'Ann Lee' } });
    // A person of the console may take it over, and what the agent says there still arrives.
    await cases.act(key, { type: 'take', by: mia, overrides: true });
    say(standIn.model, theCase(), { from: 'agent', text: 'Did it help?' });
    await tell();
    expect((await said()).map(({ text }) => text)).toEqual(['Press it for twenty seconds.', 'Did it help?']);
    expect(await store.handling(key)).toMatchObject({ owner: mia });
  });

  it('does not echo: what it wrote and what it took in stay what they are', async () => {
    const { handOver, run, write, tell, said, texts, theCase, standIn } = await desk(name);
    await handOver();
    await run();
    await write('Are you there?');
    await run();
    say(standIn.model, theCase(), { from: 'agent', text: 'Yes, I am.' });
    const before = texts().length;
    for (let echo = 0; echo < 5; echo += 1) await tell();
    expect(texts()).toHaveLength(before);
    expect(await said()).toHaveLength(1);
  });

  it('waits as long as the system asks for', async () => {
    const { handOver, run, standIn, theCase, pass } = await desk(name);
    standIn.faults.push({ status: 429, headers: { 'retry-after': '120' } });
    await handOver();
    await run();
    pass(119_000);
    await run();
    expect(standIn.model.cases).toEqual([]);
    pass(2_000);
    await run();
    theCase();
  });

  it('loses nothing of a day in which the system fails, and says so meanwhile', async () => {
    const { handOver, run, write, standIn, store, key, texts, theCase, pass } = await desk(name);
    standIn.outage = { status: 500 };
    await handOver();
    for (let hour = 0; hour < 26; hour += 1) {
      await run();
      if (hour === 3) await write('Hello?');
      if (hour === 20) await write('Is anybody there?');
      pass(hourMs);
    }
    // The promise has an owner here: the queue of the inbox.
    expect((await store.handling(key))?.state).toBe('waiting');
    expect(await store.bridgeCase(key)).toMatchObject({
      state: 'opening',
      since: '2026-01-01T00:00:00.000Z',
    });
    const [failure] = await store.notices(defaultTenant, { limit: 10, failed: true });
    expect(failure?.error).toContain('500');
    expect(failure?.error).not.toContain('lamp');
    standIn.outage = undefined;
    pass(hourMs);
    await run();
    theCase();
    for (const words of ['How do I reset my lamp?', 'Hello?', 'Is anybody there?'])
      expect(holding(texts(), words)).toHaveLength(1);
    expect(await store.notices(defaultTenant, { limit: 10, failed: true })).toEqual([]);
  });

  it.each(['hang', 'cut-off', { status: 502 }] as const)(
    'opens no second case when the answer to the first was lost: %o',
    async (fault) => {
      const { handOver, run, write, standIn, theCase, texts, pass } = await desk(name, {
        timeoutMs: 250,
      });
      standIn.faultOfChange = fault;
      await handOver();
      await run();
      // Intercom and Chatwoot make the customer first.
      if (standIn.model.cases.length === 0) {
        pass(2 * minuteMs);
        standIn.faultOfChange = fault;
        await run();
      }
      await write('Hello?');
      pass(5 * minuteMs);
      await run();
      pass(hourMs);
      await run();
      theCase();
      expect(holding(texts(), 'Hello?')).toHaveLength(1);
      expect(holding(texts(), 'A customer asked for a person.')).toHaveLength(1);
    },
  );

  it('adds nothing twice when the answer was lost', async () => {
    const { handOver, run, write, standIn, texts, pass } = await desk(name, { timeoutMs: 250 });
    await handOver();
    await run();
    standIn.faultOfChange = 'hang';
    await write('Now it beeps.');
    await run();
    await write('And blinks.');
    await run();
    pass(hourMs);
    await run();
    expect(holding(texts(), 'Now it beeps.')).toHaveLength(1);
    expect(holding(texts(), 'And blinks.')).toHaveLength(1);
  });

  it('refuses webhooks that are not the system’s, and old ones', async () => {
    const { handOver, run, door, webhook, kind, news, pass } = await desk(name);
    await handOver();
    await run();
    const refused = { code: 'forbidden' };
    await expect(door.receive(name, webhook({ secret: 'a secret of somebody' }))).rejects.toMatchObject(
      refused,
    );
    const { body } = webhook();
    await expect(door.receive(name, { headers: {}, body })).rejects.toMatchObject(refused);
    const recorded = webhook();
    pass(hourMs);
    if (kind.hasTime) await expect(door.receive(name, recorded)).rejects.toMatchObject(refused);
    expect(await news()).toEqual([]);
    const other = bridgeNames.find((one) => one !== name)!;
    await expect(door.receive(other, webhook())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('counts an event once, however often it comes, and does without those of strangers', async () => {
    const { handOver, run, door, webhook, news, said, standIn, theCase } = await desk(name);
    await handOver();
    await run();
    say(standIn.model, theCase(), { from: 'agent', text: 'Hello Dana' });
    const event = webhook();
    for (let time = 0; time < 3; time += 1) await door.receive(name, event);
    await run();
    // Freshdesk's automations have no ids for their events: reading once more does no harm.
    expect(await news()).toHaveLength(name === 'freshdesk' ? 3 : 1);
    expect(await said()).toHaveLength(1);
    const before = await news();
    await door.receive(name, webhook({ caseId: 99_999 }));
    expect(await news()).toEqual(before);
  });

  it('resolves here what an agent closes there, and opens another case for the next hand-over', async () => {
    const { handOver, run, standIn, theCase, tell, store, key, events, write, answering, texts, pass, said } =
      await desk(name);
    await handOver();
    await run();
    say(standIn.model, theCase(), { from: 'agent', text: 'Solved, I think.' });
    theCase().isClosed = true;
    await tell();
    expect((await store.handling(key))?.state).toBe('resolved');
    expect((await events()).at(-1)).toMatchObject({ type: 'handling-changed', state: 'resolved' });
    expect(await store.bridgeCase(key)).toMatchObject({ state: 'closed' });
    say(standIn.model, theCase(), { from: 'agent', text: 'One more thing.' });
    await tell();
    expect((await said()).at(-1)?.text).toBe('One more thing.');
    expect((await store.handling(key))?.state).toBe('resolved');
    await write('It blinks again.');
    await run();
    expect(standIn.model.cases).toHaveLength(1);
    pass(minuteMs);
    await answering.handoff(key);
    await run();
    expect(standIn.model.cases).toHaveLength(2);
    expect(holding(texts(), 'It blinks again.')).toHaveLength(1);
    expect(await store.bridgeCase(key)).toMatchObject({ state: 'open', round: 2 });
  });

  it('ends there what a person here resolves, says so once, and does not argue with an agent who opens it again', async () => {
    const { handOver, run, cases, key, texts, theCase, store, tell, standIn, said, events } =
      await desk(name);
    await handOver();
    await run();
    await cases.act(key, { type: 'take', by: mia });
    await cases.reply(key, { messageId: 'reply-0001', text: 'Press it.', by: mia });
    await cases.act(key, { type: 'resolve', by: mia });
    await run();
    const order = ['Mia looks after the customer', 'Press it.', 'was resolved in Answerdesk'];
    expect(order.map((words) => holding(texts(), words).length)).toEqual([1, 1, 1]);
    const places = order.map((words) => texts().findIndex((text) => text.includes(words)));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    // A thread of Slack has no end: the remark is all.
    expect(theCase().isClosed).toBe(name !== 'slack');
    expect(await store.bridgeCase(key)).toMatchObject({ state: 'closed' });
    // The desk says that it is closed now, and we know.
    const before = [texts().length, (await events()).length];
    await tell();
    theCase().isClosed = false;
    await tell();
    expect([texts().length, (await events()).length]).toEqual(before);
    expect(theCase().isClosed).toBe(false);
    expect((await store.handling(key))?.state).toBe('resolved');
    say(standIn.model, theCase(), { from: 'agent', text: 'I forgot something.' });
    await tell();
    expect((await said()).at(-1)?.text).toBe('I forgot something.');
    expect(await store.handling(key)).toMatchObject({ state: 'person', owner: { name: 'Ann Lee' } });
    expect(await store.bridgeCase(key)).toMatchObject({ state: 'open' });
  });

  it.each([
    ['a person gave it back', 'was given back to the assistant'],
    ['the customer went back', 'The customer went back to the assistant.'],
  ])(
    'ends there what the assistant has again because %s, and keeps what is said then to itself',
    async (how, words) => {
      const { handOver, run, cases, key, texts, theCase, write, store, answering, standIn, pass } =
        await desk(name);
      await handOver();
      await run();
      await cases.act(key, { type: 'take', by: mia });
      await cases.act(
        key,
        how.startsWith('the customer') ? { type: 'customer-returned' } : { type: 'give-back', by: mia },
      );
      await write('And how do I dim it?');
      await run();
      expect(holding(texts(), words)).toHaveLength(1);
      expect(holding(texts(), 'And how do I dim it?')).toEqual([]);
      expect(theCase().isClosed).toBe(name !== 'slack');
      expect(await store.bridgeCase(key)).toMatchObject({ state: 'closed' });
      pass(minuteMs);
      await answering.handoff(key);
      await run();
      expect(standIn.model.cases).toHaveLength(2);
      expect(await store.bridgeCase(key)).toMatchObject({ state: 'open', round: 2 });
    },
  );

  it('says there that nobody here has it any more, and leaves it open', async () => {
    const { handOver, run, cases, key, texts, theCase } = await desk(name);
    await handOver();
    await run();
    await cases.act(key, { type: 'take', by: mia });
    await cases.act(key, { type: 'return', by: mia });
    await run();
    await run();
    expect(holding(texts(), 'is in the queue again')).toHaveLength(1);
    expect(theCase().isClosed).toBe(false);
  });

  it('opens a case for what a person took from the assistant and put into the queue', async () => {
    const { run, write, cases, key, theCase, texts } = await desk(name);
    await write('How do I reset my lamp?');
    await cases.act(key, { type: 'take', by: mia });
    await run();
    expect(texts()).toEqual([]);
    await cases.act(key, { type: 'return', by: mia });
    await run();
    theCase();
    expect(holding(texts(), 'How do I reset my lamp?')).toHaveLength(1);
  });

  it.each(['hang', 'cut-off', { status: 502 }] as const)(
    'ends it in the end, and says so once, when an answer is lost or the system fails: %o',
    async (fault) => {
      const { handOver, run, cases, key, texts, theCase, standIn, store, pass } = await desk(name, {
        timeoutMs: 250,
      });
      await handOver();
      await run();
      await cases.act(key, { type: 'resolve', by: mia, overrides: true });
      // First the remark's answer is lost, then that of the end; then the system is down.
      for (let round = 0; round < 2; round += 1) {
        standIn.faultOfChange = fault;
        await run();
        pass(hourMs);
      }
      standIn.faultOfChange = undefined;
      standIn.outage = { status: 500 };
      await run();
      pass(hourMs);
      standIn.outage = undefined;
      await run();
      expect(holding(texts(), 'was resolved in Answerdesk')).toHaveLength(1);
      expect(theCase().isClosed).toBe(name !== 'slack');
      expect(await store.bridgeCase(key)).toMatchObject({ state: 'closed' });
      expect(await store.notices(defaultTenant, { limit: 10, failed: true })).toEqual([]);
    },
  );

  it('resolves nothing twice when both ends close it at once, and tells the desk nothing of what it did itself', async () => {
    const { handOver, run, cases, key, texts, theCase, tell, events, standIn } = await desk(name);
    await handOver();
    await run();
    say(standIn.model, theCase(), { from: 'agent', text: 'Solved, I think.' });
    await tell();
    expect(holding(texts(), 'looks after the customer')).toEqual([]);
    theCase().isClosed = true;
    await cases.act(key, { type: 'resolve', by: mia, overrides: true });
    await tell();
    const resolved = (await events()).filter(
      (event) => event.type === 'handling-changed' && event.state === 'resolved',
    );
    expect(resolved).toHaveLength(1);
    expect(
      (await events()).filter((event) => event.type === 'handling-changed' && event.elsewhere),
    ).toHaveLength(1);
  });

  it('keeps open what the customer wrote to before the agent closed it', async () => {
    const { handOver, run, standIn, theCase, tell, store, key, write } = await desk(name);
    await handOver();
    await run();
    standIn.outage = { status: 503 };
    await write('Wait, it still blinks!');
    standIn.outage = undefined;
    theCase().isClosed = true;
    await tell();
    expect((await store.handling(key))?.state).toBe('waiting');
    expect(theCase().isClosed).toBe(false);
  });

  it('opens another case when an agent deleted the first and the customer writes', async () => {
    const { handOver, run, standIn, write, store, key, tell, texts, pass } = await desk(name);
    await handOver();
    await run();
    const { id } = standIn.model.cases[0]!;
    standIn.model.cases = [];
    await tell({ caseId: id });
    expect(await store.bridgeCase(key)).toMatchObject({ state: 'gone' });
    expect((await store.handling(key))?.state).toBe('waiting');
    await write('Hello?');
    pass(minuteMs);
    await run();
    expect(standIn.model.cases).toHaveLength(1);
    expect(holding(texts(), 'Hello?')).toHaveLength(1);
  });

  it('says there that a conversation was erased here, and forgets the case', async () => {
    const { handOver, run, answering, key, texts, store, standIn, pass } = await desk(name);
    await handOver();
    await run();
    standIn.faultOfChange = 'cut-off';
    await answering.delete(key);
    await run();
    pass(hourMs);
    await run();
    expect(holding(texts(), 'was erased in Answerdesk')).toHaveLength(1);
    expect(await store.bridgeCase(key)).toBeUndefined();
  });

  it('checks the credentials without writing anything, and names what is wrong', async () => {
    const { bridge, kind, standIn } = await desk(name);
    expect(await bridge.check({})).not.toBe('');
    expect(standIn.model).toEqual(newBridgeModel());
    const config = loadConfig({
      ...kind.env,
      [kind.credential]: 'wrong-token',
      ANSWERDESK_BRIDGE: name,
      ANSWERDESK_BRIDGE_SECRET: bridgeSecret,
    });
    const wrong = bridgeOf(config.bridge, { origin: standIn.origin, allowHttp: true });
    await expect(wrong?.check({})).rejects.toThrow(kind.credential);
  });

  it('names all settings that are missing at once', () => {
    const missing = Object.keys(bridgeStandIns[name].env);
    const load = () => loadConfig({ ANSWERDESK_BRIDGE: name });
    for (const variable of [...missing, 'ANSWERDESK_BRIDGE_SECRET']) expect(load).toThrow(variable);
  });
});

describe('the bridge to slack', () => {
  it('answers the challenge by which Slack tries the address', async () => {
    const { bridge } = await desk('slack');
    const { createHmac } = await import('node:crypto');
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    const time = String(Date.UTC(2026, 0, 1) / 1000);
    const signature = createHmac('sha256', bridgeSecret).update(`v0:${time}:${body}`).digest('hex');
    const headers = { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${signature}` };
    expect(bridge.receive({ headers, body: Buffer.from(body) })).toEqual({
      type: 'challenge',
      challenge: 'abc',
    });
  });
});

describe('the bridge to chatwoot', () => {
  it('takes the secret in the address from versions that do not sign', async () => {
    const { bridge } = await desk('chatwoot');
    const body = Buffer.from(JSON.stringify({ event: 'conversation_status_changed', id: 5 }));
    expect(bridge.receive({ headers: {}, body, pathSecret: bridgeSecret })).toMatchObject({ caseId: '5' });
    expect(() => bridge.receive({ headers: {}, body, pathSecret: 'another' })).toThrow(/secret/);
  });
});
