import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAccounts } from '#access/accounts.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import { permissionsOf, type Role, roles } from '#core/access.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { createConversation, requestInit, startServer } from '../testing/start-server.ts';
import { sessionCookie, teamRoutes } from './team-router.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-team-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const password = 'three blue kettles';

async function desk(script: Parameters<typeof scriptedAnswer>[0] = { deltas: ['Hold ', 'it.'] }) {
  const store = openSqliteConversationStore(join(folder, `${count++}`, 'conversations.db'));
  const { answer } = scriptedAnswer(script);
  const answering = createAnswering({ store, answer, limits: { messageLength: 100, concurrentAnswers: 10 } });
  const cases = createCaseWork({ store, answering, messageLength: 100 });
  const accounts = createAccounts({ store: store.access, tenantId: defaultTenant });
  const server = await startServer({ store, overrides: { answering, team: { store, accounts, cases } } });
  onTestFinished(async () => {
    await server.close(0);
    await store.close();
  });
  const base = `${server.url}/api/v1`;

  async function member(role: Role) {
    const { user, token } = await accounts.invite('system', {
      email: `${role}@example.com`,
      name: `The ${role}`,
      role,
    });
    await accounts.setPassword(token, password);
    return { user, ...(await signIn(`${role}@example.com`)) };
  }
  async function signIn(email: string) {
    const response = await fetch(`${base}/session`, requestInit(undefined, { email, password }));
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const call = (path: string, body?: unknown, init: RequestInit = {}) =>
      fetch(base + path, { ...requestInit(undefined, body, { cookie }), ...init });
    return { cookie, call, setCookie: response.headers.getSetCookie()[0] ?? '', status: response.status };
  }
  async function customer() {
    const conversation = await createConversation(server.api);
    const say = (text: string) =>
      fetch(`${server.api}/${conversation.id}/messages`, requestInit(conversation.token, { text }));
    const handoff = () =>
      fetch(`${server.api}/${conversation.id}/handoff`, requestInit(conversation.token, {}));
    return { ...conversation, say, handoff };
  }
  return { ...server, base, member, signIn, customer, accounts, cases };
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of many routes, each looked at by its test
const json = async (response: Response) => (await response.json()) as any;

describe('the interface of the team', () => {
  it('keeps every route from everybody whose role does not allow it', async () => {
    const { base, member, accounts, customer } = await desk();
    const admin = await member('admin');
    const callers: Record<string, RequestInit['headers']> = {
      nobody: {},
      revoked: { authorization: 'Bearer adk_x' },
    };
    for (const role of roles)
      callers[role] = { cookie: role === 'admin' ? admin.cookie : (await member(role)).cookie };
    const principal = (await accounts.principalOf(admin.cookie.split('=')[1]!))!;
    const { token } = await accounts.createApiKey(principal, { name: 'x', permissions: ['inbox:read'] });
    callers.key = { authorization: `Bearer ${token}` };
    const { id } = await customer();
    const seen: string[] = [];
    for (const { method, path, access } of teamRoutes) {
      if (access === 'anyone') continue;
      for (const [name, headers] of Object.entries(callers)) {
        // Signing out and the like would change who the later calls come from.
        if (path === '/session' || path.startsWith('/me/')) continue;
        const response = await fetch(base + path.replace(':id', id), {
          method: method.toUpperCase(),
          headers: { ...headers, 'content-type': 'application/json' },
          ...(method === 'get' ? {} : { body: '{"unknown":true}' }),
        });
        const may =
          name === 'key'
            ? access === 'inbox:read' || access === 'signed-in'
            : roles.includes(name as Role) &&
              (access === 'signed-in' || permissionsOf[name as Role].includes(access));
        const isRefused = response.status === 401 || response.status === 403;
        if (may === isRefused) seen.push(`${name} ${method} ${path}: ${response.status}`);
        if (!may) expect(response.status).toBe(name === 'nobody' || name === 'revoked' ? 401 : 403);
      }
    }
    expect(seen).toEqual([]);
  });

  it('sets a cookie that scripts and other sites cannot use, and takes it away', async () => {
    const { member, base } = await desk();
    const { setCookie, call, cookie } = await member('agent');
    expect(setCookie).toMatch(
      /^answerdesk_session=[\w-]{44}; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/,
    );
    const foreign = {
      method: 'POST',
      headers: { cookie, origin: 'https://shop.example', 'content-type': 'application/json' },
    };
    const refused = await fetch(`${base}/inbox/${'A'.repeat(22)}/take`, { ...foreign, body: '{}' });
    expect([refused.status, (await json(refused)).error.code]).toEqual([403, 'origin-not-allowed']);
    expect((await call('/session', undefined, { method: 'DELETE' })).status).toBe(204);
    expect((await call('/me')).status).toBe(401);
    const garbled = await fetch(`${base}/me`, { headers: { cookie: `${sessionCookie}=${'x'.repeat(44)}` } });
    expect(garbled.status).toBe(401);
  });

  it('brings a customer to a person: told, taken over, answered, given back', async () => {
    const { member, customer, url } = await desk();
    const [mia, tom] = [await member('agent'), await member('editor')];
    const socket: Socket = io(`${url}/team`, {
      extraHeaders: { cookie: tom.cookie },
      transports: ['websocket'],
    });
    onTestFinished(() => void socket.close());
    await new Promise<void>((resolve) => socket.on('connect', resolve));
    const told: string[] = [];
    socket.on('conversation-changed', ({ conversationId }) => told.push(conversationId));

    const dana = await customer();
    await (await dana.say('How do I reset it?')).text();
    await dana.handoff();
    await expect.poll(() => told).toContain(dana.id);
    const waiting = await json(await tom.call('/inbox?view=waiting'));
    expect(waiting.items).toMatchObject([
      { conversationId: dana.id, unread: true, handling: { state: 'waiting', reason: 'customer-request' } },
    ]);
    const taken = await Promise.all([mia, tom].map(({ call }) => call(`/inbox/${dana.id}/take`, {})));
    expect(taken.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const [owner, other] = taken[0]!.status === 200 ? [mia, tom] : [tom, mia];
    expect((await json(taken.find(({ status }) => status === 409)!)).error.message).toMatch(
      /is looking after/,
    );
    const reply = { id: 'reply-0001', text: 'Turn it off and on.' };
    expect((await other.call(`/inbox/${dana.id}/messages`, reply)).status).toBe(409);
    expect((await owner.call(`/inbox/${dana.id}/messages`, reply)).status).toBe(200);
    expect((await owner.call(`/inbox/${dana.id}/messages`, reply)).status).toBe(200);
    expect(
      (await other.call(`/inbox/${dana.id}/notes`, { id: 'note-0001', text: 'Third time' })).status,
    ).toBe(204);
    // The assistant says nothing while a person is there.
    expect(await (await dana.say('Thanks, what else?')).text()).not.toContain('answer-start');
    const details = await json(await owner.call(`/inbox/${dana.id}`));
    expect(details.messages.map(({ author }: { author: string }) => author)).toEqual([
      'customer',
      'bot',
      'person',
      'customer',
    ]);
    expect(details.notes).toMatchObject([{ text: 'Third time' }]);
    await owner.call(`/inbox/${dana.id}/seen`, { sequence: details.sequence });
    expect((await json(await owner.call('/inbox/counts'))).unread).toBe(0);
    expect((await owner.call(`/inbox/${dana.id}/give-back`, {})).status).toBe(200);
    expect(await (await dana.say('And now?')).text()).toContain('answer-start');
  });

  it('shows who looks at a conversation and who writes', async () => {
    const { member, customer, url } = await desk();
    const [mia, tom] = [await member('agent'), await member('editor')];
    const dana = await customer();
    const open = async (cookie: string) => {
      const socket: Socket = io(`${url}/team`, { extraHeaders: { cookie }, transports: ['websocket'] });
      onTestFinished(() => void socket.close());
      await new Promise<void>((resolve) => socket.on('connect', resolve));
      return socket;
    };
    const [one, other] = [await open(mia.cookie), await open(tom.cookie)];
    const seen: unknown[] = [];
    other.on('presence-changed', ({ present }) => seen.push(present));
    one.emit('look', { conversationId: dana.id });
    one.emit('typing', { typing: true });
    const person = { id: mia.user.id, name: 'The agent' };
    await expect.poll(() => seen).toEqual([[{ person, typing: false }], [{ person, typing: true }]]);
    one.close();
    await expect.poll(() => seen.at(-1)).toEqual([]);
  });

  it('lets nobody listen without a session', async () => {
    const { url } = await desk();
    const socket: Socket = io(`${url}/team`, { transports: ['websocket'], reconnection: false });
    onTestFinished(() => void socket.close());
    const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
    expect(error.message).toBe('not-signed-in');
  });
});
