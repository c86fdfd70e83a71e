import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAccounts } from '#access/accounts.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork, type TeamNews } from '#chat/runs/case-work.ts';
import { createVisitorBlocks } from '#chat/runs/visitor-blocks.ts';
import { createPromiseWatch } from '#chat/runs/watch-promises.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import { defaultSettings } from '#core/team.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { openInboxJobs } from './open-inbox-jobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-jobs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

async function desk() {
  const store = openSqliteConversationStore(join(folder, `${count++}`, 'conversations.db'));
  onTestFinished(() => store.close());
  const { answer } = scriptedAnswer({ deltas: ['Hold it.'] });
  const refuse = createVisitorBlocks({ store });
  const limits = { messageLength: 100, concurrentAnswers: 10 };
  const answering = createAnswering({ store, answer, refuse, limits });
  const cases = createCaseWork({ store, answering, messageLength: 100 });
  const accounts = createAccounts({ store: store.access, tenantId: defaultTenant });
  const hire = async (name: string) => {
    const { user } = await accounts.invite('system', { email: `${name}@example.com`, name, role: 'agent' });
    const console = new AbortController();
    cases.attend(defaultTenant, user, console);
    return { ...user, leave: () => console.abort() };
  };
  const waiting = async () => {
    const key = inDefaultTenant((await store.create(defaultTenant)).conversation.id);
    await answering.handoff(key);
    return key;
  };
  const owners = async () => {
    const query = { tenantId: defaultTenant, view: 'waiting', personId: '', limit: 20 } as const;
    return (await store.inbox(query)).items.map(({ handling }) => handling.owner?.name);
  };
  const jobs = () => {
    const logger = { info: () => {}, error: (facts: object) => expect(facts).toBeUndefined() };
    const opened = openInboxJobs({
      store,
      cases,
      accounts,
      channels: [],
      forgottenAfterMs: 600_000,
      logger,
      intervalMs: 20,
    });
    onTestFinished(() => opened[Symbol.asyncDispose]());
  };
  return { store, answering, cases, hire, waiting, owners, jobs };
}

describe('jobs of the inbox', () => {
  it('give customers who wait to who has the least to do, is there, and is not away', async () => {
    const { store, cases, hire, waiting, owners, jobs } = await desk();
    const [mia, tom, ann, zoe] = [await hire('mia'), await hire('tom'), await hire('ann'), await hire('zoe')];
    await store.access.setAway(defaultTenant, ann.id, true);
    zoe.leave();
    const taken = await waiting();
    await cases.act(taken, { type: 'take', by: mia });
    jobs();
    await waiting();
    await waiting();
    await waiting();
    // Off: nobody is given anything.
    expect(await owners()).toEqual([undefined, undefined, undefined]);
    await store.saveSettings(defaultTenant, { ...defaultSettings, assignment: 'least-busy' });
    await expect.poll(async () => (await owners()).sort()).toEqual(['mia', 'tom', 'tom']);
    mia.leave();
    tom.leave();
    await waiting();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await owners()).toContain(undefined);
  });

  it('warn once before a promised time passes, by the channels and on every console', async () => {
    const { store, cases, waiting } = await desk();
    const key = await waiting();
    const { waitingSince = '' } = (await store.handling(key))!;
    let at = Date.parse(waitingSince);
    const news: TeamNews[] = [];
    cases.onNews((told) => news.push(told));
    const watch = createPromiseWatch({
      store,
      channels: ['mail'],
      tell: cases.promiseIsDue,
      now: () => new Date(at),
    });
    at += 25 * 60_000;
    expect(await watch()).toBe(0);
    await store.saveSettings(defaultTenant, { ...defaultSettings, replyWithinMinutes: 30 });
    expect([await watch(), await watch()]).toEqual([1, 0]);
    const dueAt = new Date(Date.parse(waitingSince) + 30 * 60_000).toISOString();
    expect(news).toEqual([{ type: 'promise-due', key, dueAt }]);
    expect(await store.notices(defaultTenant, 9)).toMatchObject([
      { kind: 'promise', channel: 'mail', about: waitingSince },
    ]);
    await cases.act(key, { type: 'resolve', by: { id: 'mia', name: 'Mia' } });
    expect(await watch()).toBe(0);
  });

  it('take nothing from who is blocked, in any conversation of somebody whom the website knows', async () => {
    const { store, answering, cases, waiting } = await desk();
    const [spam, other] = [await waiting(), await waiting()];
    const by = { id: 'mia', name: 'Mia' };
    const until = new Date(Date.now() + 60_000).toISOString();
    const { id } = await cases.block(spam, { by, overrides: false, until });
    const say = (key: typeof spam, messageId: string) => answering.send(key, { messageId, text: 'Buy!' });
    await expect(say(spam, 'message-1')).rejects.toMatchObject({ code: 'blocked' });
    await expect(answering.handoff(spam)).rejects.toMatchObject({
      publicMessage: 'Our team has closed this chat for now. Please contact us in another way.',
    });
    expect((await store.handling(spam))?.state).toBe('resolved');
    await say(other, 'message-2');
    await store.unblock(defaultTenant, id);
    await say(spam, 'message-3');
    const visitor = { id: 'visitor-7' };
    const known = {
      blocks: store.blocks,
      get: async () => ({ id: '', createdAt: '', messages: [], visitor }),
    };
    const refuse = createVisitorBlocks({ store: known });
    const casesOfVisitor = createCaseWork({
      store: { ...store, get: known.get },
      answering,
      messageLength: 100,
    });
    await casesOfVisitor.block(spam, { by, overrides: false, until });
    await expect(refuse(other)).rejects.toMatchObject({ code: 'blocked' });
  });
});
