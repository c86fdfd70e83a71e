// The desk itself over HTTP: its first admin, its name, its articles, a test question.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSetupLink } from '#access/setup-link.ts';
import { openArticleWork } from '#app/open-article-work.ts';
import { cannedKnowledgeBase } from '#chat/testing/fixtures.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openTeam, password, type TeamOptions } from '../testing/open-team.ts';
import { requestInit } from '../testing/start-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: bodies of many routes, each looked at by its test
const json = async (response: Response) => (await response.json()) as any;

async function open(team: TeamOptions['team'] = {}) {
  const desk = await openTeam({ team });
  onTestFinished(() => desk[Symbol.asyncDispose]());
  return desk;
}

async function withArticles(sources: readonly string[] = []) {
  let refreshed = 0;
  const dataDir = mkdtempSync(join(tmpdir(), 'answerdesk-articles-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const generation = {
    ...cannedKnowledgeBase([]).generation,
    sources: sources.map((name) => ({ name, documents: 1, chunks: 1 })),
  };
  const articles = openArticleWork({
    dataDir,
    program: join(import.meta.dirname, '../../engine/jobs/testing/scripted-ingest.ts'),
    knowledge: {
      current: () => ({ ...cannedKnowledgeBase([]), generation }),
      refresh: async () => {
        refreshed += 1;
      },
    } as never,
  });
  onTestFinished(() => articles[Symbol.asyncDispose]());
  const desk = await open({ articles });
  const admin = await desk.member('admin');
  const put = (name: string, body: string) =>
    admin.call(`/articles/files/${encodeURIComponent(name)}`, undefined, {
      method: 'PUT',
      body,
      headers: { cookie: admin.cookie, 'content-type': 'application/octet-stream' },
    });
  const run = async () => (await json(await admin.call('/articles'))).run;
  return { ...desk, ...admin, put, run, refreshed: () => refreshed };
}

describe('the set-up', () => {
  it('makes one admin by the link, with a password that will do, signs in, names the desk, and writes it down', async () => {
    const link = createSetupLink({ hasAdmin: async () => false });
    const { base, accounts } = await open({ setupLink: link });
    const body = { token: link.token, email: 'Ann@Example.com', name: 'Ann', deskName: 'Acme', password };
    const weak = await fetch(`${base}/setup/admin`, requestInit(undefined, { ...body, password: 'short' }));
    expect(weak.status).toBe(422);
    expect(await accounts.users(defaultTenant)).toEqual([]);
    const made = await fetch(`${base}/setup/admin`, requestInit(undefined, body));
    expect(made.status).toBe(204);
    const cookie = made.headers.getSetCookie()[0]!.split(';')[0]!;
    expect(await json(await fetch(`${base}/me`, { headers: { cookie } }))).toMatchObject({
      account: { email: 'ann@example.com', role: 'admin' },
    });
    expect(await json(await fetch(`${base}/setup`))).toMatchObject({ hasAccounts: true, deskName: 'Acme' });
    expect((await fetch(`${base}/setup/admin`, requestInit(undefined, body))).status).toBe(404);
    const actions = (await accounts.auditLog(defaultTenant, { limit: 10 })).map(({ action }) => action);
    expect(actions).toEqual(['session.started', 'desk.set-up', 'user.password-set', 'user.created']);
  });

  it('is not there without a link', async () => {
    const { base } = await open();
    const body = { token: 'a'.repeat(44), email: 'a@example.com', name: 'A', deskName: 'A', password };
    expect((await fetch(`${base}/setup/admin`, requestInit(undefined, body))).status).toBe(404);
  });
});

describe('the name of the desk', () => {
  it('can be changed by who may, and stands in the audit log', async () => {
    const { member, accounts } = await open();
    const [admin, agent] = [await member('admin'), await member('agent')];
    const patch = (who: typeof admin, body: unknown) => who.call('/settings', body, { method: 'PATCH' });
    expect((await patch(agent, { company: 'X' })).status).toBe(403);
    expect(await json(await patch(admin, { company: ' Acme\u0007 Help ' }))).toMatchObject({
      company: 'Acme  Help',
    });
    expect(await json(await agent.call('/settings'))).toMatchObject({ company: 'Acme  Help' });
    for (const company of ['   ', 'x'.repeat(61)]) expect((await patch(admin, { company })).status).toBe(400);
    const [newest] = await accounts.auditLog(defaultTenant, { limit: 1 });
    expect(newest).toMatchObject({ action: 'settings.changed' });
  });
});

describe('articles', () => {
  it('are uploaded, listed, read in a process of their own, and taken up', async () => {
    const { call, put, run, refreshed } = await withArticles(['sample']);
    expect((await call('/articles/runs', {})).status).toBe(422);
    expect(await json(await put('Reset it.md', '# Reset it'))).toEqual({ name: 'Reset it.md', bytes: 10 });
    expect((await put('run.exe', 'x')).status).toBe(422);
    expect(await json(await call('/articles'))).toMatchObject({
      sources: [{ name: 'sample', documents: 1, isSample: true }],
      files: [{ name: 'Reset it.md' }],
    });
    expect((await call('/articles/runs', {})).status).toBe(200);
    await expect.poll(run).toMatchObject({
      state: 'done',
      place: 'uploads',
      outcome: { added: 2, unchanged: 1, unreadable: 1, passages: 7 },
    });
    expect(refreshed()).toBe(1);
    const removed = await call('/articles/files/Reset%20it.md', undefined, { method: 'DELETE' });
    expect(removed.status).toBe(204);
  });

  it('are read one run at a time, with progress, until somebody stops it', async () => {
    const { call, run } = await withArticles();
    await call('/articles/runs', { url: 'https://slow.example.com/' });
    await expect
      .poll(run)
      .toMatchObject({ state: 'running', progress: { stage: 'embedding', embedded: 4, chunks: 9 } });
    const second = await call('/articles/runs', { url: 'https://other.example.com/' });
    expect([second.status, (await json(second)).error.code]).toEqual([409, 'job-locked']);
    expect((await call('/articles/runs/stop', {})).status).toBe(204);
    await expect.poll(run).toMatchObject({ state: 'stopped' });
    expect((await call('/articles/runs/stop', {})).status).toBe(404);
  });

  it('say what went wrong, in the words of the command', async () => {
    const { call, run, refreshed } = await withArticles();
    await call('/articles/runs', { url: 'https://failing.example.com/' });
    await expect
      .poll(run)
      .toMatchObject({ state: 'failed', message: 'The website cannot be reached: write another address.' });
    expect(refreshed()).toBe(0);
    for (const url of ['file:///etc/passwd', '--json', 'ftp://x.example'])
      expect([url, (await call('/articles/runs', { url })).status]).toEqual([url, 400]);
  });
});

describe('a test question', () => {
  it('is answered, and nothing of it is stored', async () => {
    const { member, store } = await open();
    const viewer = await member('viewer');
    expect(await json(await viewer.call('/answers', { question: 'How?' }))).toEqual({
      text: 'Hold it.',
      decision: 'answer',
      citations: [],
    });
    expect((await viewer.call('/answers', { question: ' ' })).status).toBe(400);
    expect(await store.newest(defaultTenant, 1)).toEqual([]);
  });
});

describe('a change of nothing', () => {
  it('leaves an account as it is, and a body that is missing is refused', async () => {
    const { member } = await open();
    const admin = await member('admin');
    const path = `/users/${admin.user.id}`;
    const same = await admin.call(path, {}, { method: 'PATCH' });
    expect([same.status, (await json(same)).role]).toEqual([200, 'admin']);
    expect((await admin.call(path, undefined, { method: 'PATCH' })).status).toBe(400);
  });
});
