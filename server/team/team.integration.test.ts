import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { permissionsOf, type Role, roles } from '#core/access.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { openTeam } from '../testing/open-team.ts';
import { requestInit } from '../testing/start-server.ts';
import { sessionCookie, teamRoutes } from './team-router.ts';

async function desk() {
  const team = await openTeam();
  onTestFinished(() => team[Symbol.asyncDispose]());
  return team;
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

  it('tells a customer that a person types and has read, and the person that the customer types', async () => {
    const { member, customer, url, api } = await desk();
    const mia = await member('agent');
    const dana = await customer();
    await (await dana.say('How do I reset it?')).text();
    await mia.call(`/inbox/${dana.id}/take`, {});
    const stream = new AbortController();
    onTestFinished(() => stream.abort());
    const follow = {
      ...requestInit(dana.token, undefined, { 'last-event-id': '99' }),
      signal: stream.signal,
    };
    const events = await fetch(`${api}/${dana.id}/events`, follow);
    let heard = '';
    void (async () => {
      for await (const piece of events.body!.pipeThrough(new TextDecoderStream())) heard += piece;
    })().catch(() => {});
    const socket: Socket = io(`${url}/team`, {
      extraHeaders: { cookie: mia.cookie },
      transports: ['websocket'],
    });
    onTestFinished(() => void socket.close());
    await new Promise<void>((resolve) => socket.on('connect', resolve));
    const typing: unknown[] = [];
    socket.on('customer-typing', (change) => typing.push(change));
    socket.emit('look', { conversationId: dana.id });
    socket.emit('typing', { typing: true });
    const of = (signal: object) => JSON.stringify({ ...signal, conversationId: dana.id });
    const person = { name: 'The agent' };
    await expect
      .poll(() => heard)
      .toContain(`event: typing\ndata: ${of({ type: 'typing', who: 'person', typing: true, person })}`);
    await mia.call(`/inbox/${dana.id}/seen`, { sequence: 1 });
    await expect.poll(() => heard).toContain('event: read');
    expect(heard).toContain('"sequence":1');
    // Whoever follows from now on is told at once.
    const later = await fetch(`${api}/${dana.id}/events`, follow);
    const reader = later.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"sequence":1')) text += (await reader.read()).value ?? '';
    await fetch(`${api}/${dana.id}/typing`, requestInit(dana.token, { typing: true }));
    await expect.poll(() => typing).toEqual([{ conversationId: dana.id, typing: true }]);
    // What customers type is not told to customers.
    expect(heard).not.toContain('customer');
  });

  it('keeps canned replies, fills them in for a conversation and names what is not known', async () => {
    const { member, customer, accounts } = await desk();
    const [mia, eva] = [await member('agent'), await member('editor')];
    const dana = await customer();
    const bad = await eva.call('/canned-replies', { shortcut: 'hi', text: 'Hi {{first}}' });
    expect([bad.status, (await json(bad)).error.message]).toEqual([
      422,
      expect.stringContaining('{{first}}'),
    ]);
    const text = 'Hi {{customer}}, {{agent}} of {{company}}.';
    const { id } = await json(await eva.call('/canned-replies', { shortcut: 'hi', text }));
    const admin = await member('admin');
    await admin.call('/settings', { company: 'Pumps' }, { method: 'PATCH' });
    expect(await json(await mia.call(`/inbox/${dana.id}/canned-replies`))).toEqual([
      {
        id,
        shortcut: 'hi',
        parts: [{ text: 'Hi ' }, { missing: 'customer' }, { text: ', The agent of Pumps.' }],
      },
    ]);
    const changed = { shortcut: 'hello', text: 'Hello' };
    expect((await eva.call(`/canned-replies/${id}`, changed, { method: 'PATCH' })).status).toBe(200);
    expect(await json(await mia.call('/canned-replies'))).toMatchObject([{ id, ...changed }]);
    expect((await eva.call('/canned-replies', changed)).status).toBe(409);
    expect((await eva.call(`/canned-replies/${id}`, undefined, { method: 'DELETE' })).status).toBe(204);
    const log = await accounts.auditLog(defaultTenant, { limit: 50 });
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['canned-reply.created', 'canned-reply.changed', 'canned-reply.removed']),
    );
  });

  it('suggests an answer with its sources and sends nothing', async () => {
    const { member, customer, store } = await desk();
    const mia = await member('agent');
    const dana = await customer();
    await (await dana.say('How do I reset it?')).text();
    await mia.call(`/inbox/${dana.id}/take`, {});
    const before = (await store.get(inDefaultTenant(dana.id)))?.messages.length;
    const { suggestion } = await json(await mia.call(`/inbox/${dana.id}/suggestion`, {}));
    expect(suggestion).toEqual({
      question: { id: expect.any(String), text: 'How do I reset it?' },
      answer: { text: 'Hold it.', citations: [] },
      passages: [],
    });
    expect((await store.get(inDefaultTenant(dana.id)))?.messages).toHaveLength(before ?? 0);
    await mia.call(`/inbox/${dana.id}/messages`, { id: 'reply-0001', text: 'Hold it.' });
    expect(await json(await mia.call(`/inbox/${dana.id}/suggestion`, {}))).toEqual({});
    expect((await json(await mia.call(`/inbox/${dana.id}`))).tried).toMatchObject([
      { question: 'How do I reset it?', answer: { person: 'The agent' } },
    ]);
  });

  it('blocks a visitor, who is told politely, and takes it back', async () => {
    const { member, customer, accounts } = await desk();
    const mia = await member('agent');
    const spam = await customer();
    await (await spam.say('Buy!')).text();
    const until = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    for (const days of [-1, 400])
      expect((await mia.call(`/inbox/${spam.id}/block`, { until: until(days) })).status).toBe(422);
    const { id } = await json(await mia.call(`/inbox/${spam.id}/block`, { until: until(7) }));
    const refused = await spam.say('Buy more!');
    expect([refused.status, (await json(refused)).error]).toMatchObject([
      403,
      { code: 'blocked', retryable: false, message: expect.stringMatching(/contact us in another way/) },
    ]);
    expect(await json(await mia.call('/blocks'))).toMatchObject([
      { id, conversationId: spam.id, isVisitor: false, by: { name: 'The agent' } },
    ]);
    expect((await json(await mia.call(`/inbox/${spam.id}`))).block.id).toBe(id);
    expect((await mia.call(`/blocks/${id}`, undefined, { method: 'DELETE' })).status).toBe(204);
    expect((await spam.say('Sorry')).status).toBe(200);
    const log = await accounts.auditLog(defaultTenant, { limit: 9 });
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['visitor.blocked', 'visitor.unblocked']),
    );
  });

  it('tells customers the hours and the promise, and the team how close it is', async () => {
    const { member, customer, url } = await desk();
    const admin = await member('admin');
    const status = async () => json(await fetch(`${url}/api/desk?language=de`));
    expect(await status()).toEqual({ open: true });
    const change = (body: object) => admin.call('/settings', body, { method: 'PATCH' });
    expect((await change({ replyWithinMinutes: 30 })).status).toBe(200);
    expect(await status()).toEqual({ open: true, promise: expect.stringContaining('30 Minuten') });
    const dana = await customer();
    await dana.handoff();
    const { items } = await json(await admin.call('/inbox'));
    const { handling, promise } = items[0];
    expect(Date.parse(promise.dueAt) - Date.parse(handling.waitingSince)).toBe(30 * 60_000);
    expect(Date.parse(promise.dueAt) - Date.parse(promise.warnAt)).toBe(10 * 60_000);
    const week = Object.fromEntries(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, []]),
    );
    const hours = (timeZone: string, monday: object[]) => ({
      officeHours: { timeZone, week: { ...week, monday }, closedDays: [] },
    });
    const nine = { from: '09:00', to: '17:00' };
    for (const wrong of [
      hours('Mars', []),
      hours('UTC', [nine, nine]),
      hours('UTC', [{ from: '9', to: '17' }]),
    ])
      expect((await change(wrong)).status).toBe(400);
    expect((await change(hours('UTC', []))).status).toBe(200);
    expect(await status()).toEqual({ open: false });
    await change({ officeHours: null, replyWithinMinutes: null });
    expect(await json(await admin.call('/settings'))).toEqual({ company: '', assignment: 'off' });
  });

  it('tells what became of conversations, by days of the team’s time zone', async () => {
    const { member, customer, cases } = await desk();
    const [admin, vic] = [await member('admin'), await member('viewer')];
    const dana = await customer();
    await (await dana.say('Where is it?')).text();
    await dana.handoff();
    await dana.handoff();
    const by = { id: admin.user.id, name: admin.user.name };
    await cases.act(inDefaultTenant(dana.id), { type: 'take', by });
    await cases.reply(inDefaultTenant(dana.id), { messageId: 'reply-000001', text: 'Here.', by });
    const { days, total, timeZone } = await json(
      await vic.call('/figures?days=7&timeZone=Pacific/Kiritimati'),
    );
    expect([days.length, timeZone]).toEqual([7, 'Pacific/Kiritimati']);
    expect(days.at(-1)).toMatchObject({ conversations: 1, withoutPerson: 0, decisions: { answer: 1 } });
    expect(total).toMatchObject({ handovers: { 'customer-request': 1 }, waits: { replied: 1, open: 0 } });
    expect((await vic.call('/figures?days=0')).status).toBe(400);
    expect((await vic.call('/figures?timeZone=Mars')).status).toBe(400);
    const week = {
      monday: [],
      tuesday: [],
      wednesday: [],
      thursday: [],
      friday: [],
      saturday: [],
      sunday: [],
    };
    const officeHours = { timeZone: 'Europe/Berlin', week, closedDays: [] };
    await admin.call('/settings', { officeHours }, { method: 'PATCH' });
    expect(await json(await vic.call('/figures?timeZone=UTC'))).toMatchObject({ timeZone: 'Europe/Berlin' });
  });

  it('knows who is there and who takes no new conversations', async () => {
    const { member, url } = await desk();
    const mia = await member('agent');
    const available = async () => (await json(await mia.call('/people')))[0].available;
    expect(await available()).toBe(false);
    const socket: Socket = io(`${url}/team`, {
      extraHeaders: { cookie: mia.cookie },
      transports: ['websocket'],
    });
    onTestFinished(() => void socket.close());
    await expect.poll(available).toBe(true);
    await mia.call('/me/availability', { away: true });
    expect([await available(), (await json(await mia.call('/me'))).account.away]).toEqual([false, true]);
  });

  it('lets nobody listen without a session', async () => {
    const { url } = await desk();
    const socket: Socket = io(`${url}/team`, { transports: ['websocket'], reconnection: false });
    onTestFinished(() => void socket.close());
    const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
    expect(error.message).toBe('not-signed-in');
  });
});
