import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/events.ts';
import { journalledAnswer } from '#core/journalled-answer.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import type { ErrorBody } from './protocol.ts';
import { connectSocket, type TestSocket } from './testing/socket-client.ts';
import { allowedOrigin, bodyOf, createConversation, startServer } from './testing/start-server.ts';

const isEnd = ({ event }: JournalEntry) => event.type === 'answer-end';
const owned = ({ id, token }: { id: string; token: string }) => ({ conversationId: id, token });
const message = { messageId: 'message-1', text: 'How do I reset it?' };

describe('conversations over a socket', () => {
  it.each(['websocket', 'polling'] as const)(
    'by %s: creates one, sends a message, and gets the journal',
    async (transport) => {
      await using server = await startServer();
      using client = await connectSocket(server.url, { transport });
      const created = await client.request('conversation-create', { language: 'en' });
      if (!created.ok) throw new Error(created.error.code);
      const { conversationId, token } = created;
      const sent = await client.request('message-send', { conversationId, token, ...message });
      expect(sent).toEqual({ ok: true, sequence: 1, answerId: expect.any(String) });
      await client.until(isEnd);
      expect(client.entries).toEqual(await server.store.entriesAfter(inDefaultTenant(conversationId), 0));
    },
  );

  it('resumes after cuts at 100 random points with the journal, byte for byte', async () => {
    const deltas = Array.from(
      { length: 400 },
      (_, index) => ['word ', 'é', '👩‍👩‍👧', '\n\n', '[1]', '\u2028'][index % 6]! + index,
    );
    // The answer goes no faster than the cuts come: four words for each connection.
    let released = 0;
    let release = Promise.withResolvers<void>();
    const pace = async (index: number) => {
      while (index >= released) await release.promise;
    };
    await using server = await startServer({ script: { deltas, pace } });
    const conversation = await createConversation(server.api);
    const seen: JournalEntry[] = [];
    let cuts = 0;
    let random = 42;
    const next = (below: number) => {
      random = (random * 1103515245 + 12345) % 2147483648;
      return Math.floor((random / 2147483648) * below);
    };
    let sent = false;
    while (!seen.some(isEnd)) {
      using client = await connectSocket(server.url, {
        transport: cuts % 10 === 9 ? 'polling' : 'websocket',
      });
      await client.request('resume', { ...owned(conversation), after: seen.at(-1)?.sequence ?? 0 });
      if (!sent) await client.request('message-send', { ...owned(conversation), ...message });
      sent = true;
      released = cuts < 100 ? released + 4 : deltas.length;
      release.resolve();
      release = Promise.withResolvers();
      // What is released together may come as one entry.
      const goal = client.entries.length + (cuts < 100 ? 1 : Number.POSITIVE_INFINITY);
      await client.until((entry) => isEnd(entry) || client.entries.length >= goal);
      // The cut: the transport goes without a word, with entries still on their way.
      if (next(2)) client.socket.io.engine.close();
      else (client.socket.io.engine.transport as { ws?: { terminate?(): void } }).ws?.terminate?.();
      seen.push(...client.entries);
      cuts += 1;
    }
    expect(cuts).toBeGreaterThanOrEqual(100);
    expect(seen).toEqual(await server.store.entriesAfter(inDefaultTenant(conversation.id), 0));
    const end = seen.find(isEnd)?.event;
    const answerId = end?.type === 'answer-end' ? end.message.id : '';
    expect(
      journalledAnswer(
        answerId,
        seen.map(({ event }) => event),
      ).text,
    ).toBe(deltas.join(''));
  });

  it('answers once what is sent a thousand times', async () => {
    await using server = await startServer({ script: { deltas: ['a', 'b'], delayMs: 5 } });
    const conversation = await createConversation(server.api);
    using client = await connectSocket(server.url);
    const replies = await Promise.all(
      Array.from({ length: 1000 }, () =>
        client.request('message-send', { ...owned(conversation), ...message }),
      ),
    );
    await client.until(isEnd);
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(server.requests).toHaveLength(1);
    expect(client.entries).toEqual(await server.store.entriesAfter(inDefaultTenant(conversation.id), 0));
  });

  it('follows a conversation once on each socket: a second resume replaces the first', async () => {
    // Held back behind its first word, so that the second resume comes in the middle of it.
    const gate = Promise.withResolvers<void>();
    const script = { deltas: Array.from('abcdefgh'), gate: gate.promise };
    await using server = await startServer({ script });
    const conversation = await createConversation(server.api);
    using client = await connectSocket(server.url);
    await client.request('resume', { ...owned(conversation), after: 0 });
    await client.request('message-send', { ...owned(conversation), ...message });
    await client.until(({ sequence }) => sequence === 3);
    await client.request('resume', { ...owned(conversation), after: 2 });
    gate.resolve();
    await client.until(isEnd);
    const sequences = client.entries.map(({ sequence }) => sequence);
    const last = await server.store.lastSequence(inDefaultTenant(conversation.id));
    expect(sequences).toEqual([1, 2, 3, ...Array.from({ length: last - 2 }, (_, index) => index + 3)]);
  });

  it('shows a conversation to every socket of its owner', async () => {
    await using server = await startServer();
    const conversation = await createConversation(server.api);
    using first = await connectSocket(server.url);
    using second = await connectSocket(server.url, { transport: 'polling' });
    await second.request('resume', { ...owned(conversation), after: 0 });
    await first.request('message-send', { ...owned(conversation), ...message });
    await Promise.all([first.until(isEnd), second.until(isEnd)]);
    expect(second.entries).toEqual(first.entries);
  });

  it('cancels, takes feedback and hands over', async () => {
    const gate = new Promise<void>(() => {});
    await using server = await startServer({ script: { deltas: ['a', 'b'], gate } });
    const conversation = await createConversation(server.api);
    using client = await connectSocket(server.url);
    const sent = await client.request('message-send', { ...owned(conversation), ...message });
    const messageId = sent.ok ? (sent.answerId ?? '') : '';
    await client.until(({ event }) => event.type === 'answer-delta');
    expect(await client.request('answer-cancel', { ...owned(conversation), messageId })).toEqual({
      ok: true,
      cancelled: true,
    });
    await client.until(
      ({ event }) =>
        event.type === 'answer-end' && event.reason === 'cancelled' && event.message.text === 'a',
    );
    expect(
      await client.request('feedback-send', { ...owned(conversation), messageId, rating: 'up' }),
    ).toEqual({ ok: true });
    expect(
      await client.request('handoff-request', { ...owned(conversation), email: 'ann@example.com' }),
    ).toEqual({ ok: true });
    await client.until(({ event }) => event.type === 'handoff-request');
  });
});

describe('sockets of others', () => {
  it('get nothing of a conversation without its token, and cannot tell whether it exists', async () => {
    await using server = await startServer();
    const [mine, other] = [await createConversation(server.api), await createConversation(server.api)];
    await server.answering.send(inDefaultTenant(mine.id), { messageId: 'message-1', text: 'canary-4711' });
    using client = await connectSocket(server.url);
    const rest = {
      resume: { after: 0 },
      'message-send': message,
      'answer-cancel': { messageId: 'message-1' },
    };
    const more = {
      'feedback-send': { messageId: 'message-1', rating: 'up' as const },
      'handoff-request': {},
    };
    const replies: unknown[] = [];
    for (const [name, fields] of Object.entries({ ...rest, ...more }))
      for (const conversationId of [mine.id, 'A'.repeat(22)])
        for (const token of [other.token, 'A'.repeat(22), mine.id])
          replies.push(await client.requestRaw(name, { conversationId, token, ...fields }));
    expect(replies).toHaveLength(30);
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(
      new Set([
        JSON.stringify({
          ok: false,
          error: { code: 'not-found', message: 'There is nothing here.', retryable: false },
        }),
      ]),
    );
    await sleep(20);
    expect(client.entries).toEqual([]);
  });

  const good = [allowedOrigin, undefined];
  const bad = [
    'null',
    '',
    'https://shop.example.evil.com',
    'https://evil-shop.example',
    'https://shop.example:8443',
    'https://shop.example:443',
    'https://shop.example/',
    'https://shop.example.',
    'http://shop.example',
    'https://SHOP.example',
    'HTTPS://shop.example',
    'https://www.shop.example',
    'https://shop.example@evil.com',
    'https://evil.com#https://shop.example',
    'https://shop.example, https://evil.com',
    'https://evil.com https://shop.example',
    'wss://shop.example',
    'file://',
    'chrome-extension://shop.example',
    'https://sh%6fp.example',
    'https://xn--shop.example',
    '*',
    'undefined',
    'http://localhost',
    'http://127.0.0.1:1',
    'data:text/html,x',
  ];
  it.each(['websocket', 'polling'] as const)(
    'on %s: only listed websites and its own get in',
    async (transport) => {
      await using server = await startServer();
      const attempt = (origin: string | undefined, headers = {}) =>
        connectSocket(server.url, {
          transport,
          headers: { ...(origin === undefined ? {} : { origin }), ...headers },
        }).then(
          (client) => {
            client[Symbol.dispose]();
            return 'in';
          },
          () => 'out',
        );
      const own = [server.url];
      for (const origin of [...good, ...own]) expect([origin, await attempt(origin)]).toEqual([origin, 'in']);
      const claims = { 'x-forwarded-host': 'evil.com', 'x-forwarded-proto': 'https' };
      expect(await attempt('https://evil.com', claims)).toBe('out');
      for (const origin of bad.filter((value) => value !== ''))
        expect([origin, await attempt(origin)]).toEqual([origin, 'out']);
    },
  );

  it('on HTTP: a website that is not listed is refused, a listed one gets CORS headers for itself alone', async () => {
    await using server = await startServer();
    for (const origin of bad) {
      const response = await fetch(server.api, { method: 'POST', headers: { origin } });
      expect([origin, response.status]).toEqual([origin, 403]);
      // The refusal can be read by the page that got it, so that the widget can say what is wrong.
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect((await bodyOf<ErrorBody>(response)).error.code).toBe('origin-not-allowed');
    }
    expect(server.logs.filter((line) => line.includes('ANSWERDESK_ALLOWED_ORIGINS'))).toHaveLength(
      bad.length,
    );
    for (const path of ['', `/${'A'.repeat(22)}`, `/${'A'.repeat(22)}/events`]) {
      const headers = { origin: 'https://evil.example' };
      expect((await fetch(server.api + path, { headers })).status).toBe(403);
    }
    for (const origin of [allowedOrigin, server.url]) {
      const response = await fetch(server.api, { method: 'POST', headers: { origin } });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([201, origin]);
      expect(response.headers.get('vary')).toMatch(/Origin/);
    }
    const preflight = await fetch(`${server.api}/x/messages`, {
      method: 'OPTIONS',
      headers: { origin: allowedOrigin, 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'Authorization, Content-Type, Last-Event-ID',
    ]);
  });

  it('believe a proxy about the host only when one is trusted', async () => {
    const env = { ANSWERDESK_TRUST_PROXY: '1', ANSWERDESK_PUBLIC_URL: 'http://help.example' };
    await using server = await startServer({ env });
    const headers = {
      origin: 'https://help.example',
      'x-forwarded-host': 'help.example',
      'x-forwarded-proto': 'https',
    };
    using client = await connectSocket(server.url, { headers });
    expect(client.socket.connected).toBe(true);
    await using alone = await startServer({ env: { ...env, ANSWERDESK_TRUST_PROXY: '0' } });
    await expect(connectSocket(alone.url, { headers })).rejects.toThrow();
  });
});

describe('socket requests that are not right', () => {
  it('follow no more than eight conversations on one socket', async () => {
    await using server = await startServer();
    using client = await connectSocket(server.url);
    const created = await Promise.all(
      Array.from({ length: 9 }, () => client.request('conversation-create', {})),
    );
    expect(created.map(({ ok }) => ok)).toEqual([...Array(8).fill(true), false]);
  });

  it('are refused with a code, and the process lives', async () => {
    await using server = await startServer({ script: { deltas: [] } });
    const conversation = await createConversation(server.api);
    const values: unknown[] = [
      undefined,
      null,
      true,
      0,
      -1,
      1e308,
      '',
      'x',
      [],
      [[]],
      {},
      { $ne: 1 },
      'x'.repeat(9000),
      Buffer.from('x'),
    ];
    const correct: Record<string, Record<string, unknown>> = {
      'conversation-create': { language: 'en' },
      resume: { ...owned(conversation), after: 0 },
      'message-send': { ...owned(conversation), ...message },
      'answer-cancel': { ...owned(conversation), messageId: 'message-1' },
      'feedback-send': { ...owned(conversation), messageId: 'message-1', rating: 'up' },
      'handoff-request': { ...owned(conversation), email: 'a@example.com' },
    };
    const wrong = Object.entries(correct).flatMap(([name, request]): [string, unknown][] => [
      ...values
        .filter((value) => name !== 'conversation-create' || JSON.stringify(value) !== '{}')
        .map((value): [string, unknown] => [name, value]),
      ...Object.keys(request).flatMap((field) =>
        values
          .filter((value) => !(value === undefined && ['language', 'email'].includes(field)))
          .filter((value) => !(field === 'after' && value === 0) && !(field === 'text' && value === 'x'))
          .map((value): [string, unknown] => [name, { ...request, [field]: value }]),
      ),
      [name, { ...request, extra: 1 }],
      [name, JSON.parse('{"__proto__":{"polluted":true}}')],
    ]);
    wrong.push(['nothing', {}], ['__proto__', {}], ['toString', {}], ['entry', {}], ['constructor', null]);
    expect(wrong.length).toBeGreaterThan(250);
    let client: TestSocket | undefined;
    for (const [index, [name, request]] of wrong.entries()) {
      // Fifty refusals in a row close a socket.
      if (index % 40 === 0) {
        client?.[Symbol.dispose]();
        client = await connectSocket(server.url);
      }
      expect(
        await client!.requestRaw(name, request),
        `${name} ${JSON.stringify(request)?.slice(0, 80)}`,
      ).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/^(bad-request|not-found|message-too-long)$/) },
      });
    }
    client!.socket.emit('resume', 1 as never, 2 as never);
    client![Symbol.dispose]();
    expect((await server.store.get(inDefaultTenant(conversation.id)))?.messages).toEqual([]);
    expect(server.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('close the socket when they do not stop', async () => {
    await using server = await startServer();
    using client = await connectSocket(server.url);
    const closed = new Promise((resolve) => client.socket.on('disconnect', resolve));
    for (let request = 0; request < 60; request++) client.socket.emit('resume', {} as never, () => {});
    await closed;
  });

  it('of any bytes at all leave the process alive', async () => {
    await using server = await startServer();
    const frames = [
      '',
      '4',
      '40',
      '42',
      '42[',
      '42["message-send"',
      '42["message-send",{}',
      '2',
      '3',
      '5',
      '6',
      '99',
      '42{"a":1}',
      '451-["x",{"_placeholder":true,"num":0}]',
      '459999999-["x",{"_placeholder":true,"num":0}]',
      '45-1-["x"]',
      '42["__proto__",1]',
      '42["disconnect"]',
      '42["connect"]',
      '40/admin,',
      '43999[1]',
      `42[${'['.repeat(9000)}`,
      'b4AAAA',
      '\0',
      '\u{1f600}',
    ];
    for (const frame of frames) {
      const socket = new WebSocket(
        `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`,
      );
      await new Promise((resolve) => socket.addEventListener('open', resolve));
      socket.send('40');
      socket.send(frame);
      socket.send(new TextEncoder().encode(frame));
      await sleep(2);
      socket.close();
    }
    using client = await connectSocket(server.url);
    expect(client.socket.connected).toBe(true);
  });

  it('of more than the message limit close the connection instead of filling the memory', async () => {
    await using server = await startServer({ env: { ANSWERDESK_MAX_MESSAGE_LENGTH: '100' } });
    using client = await connectSocket(server.url);
    const closed = new Promise((resolve) => client.socket.on('disconnect', resolve));
    client.socket.emit(
      'message-send',
      { conversationId: '', token: '', messageId: '', text: 'x'.repeat(5_000_000) },
      () => {},
    );
    await closed;
  });

  it('of too great a number are refused by address, on new sockets too', async () => {
    await using server = await startServer({ env: { ANSWERDESK_REQUESTS_PER_MINUTE: '10' } });
    using client = await connectSocket(server.url);
    const { conversation, token } = await server.store.create(defaultTenant);
    const request = { conversationId: conversation.id, token, messageId: 'message-1' };
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => client.request('answer-cancel', request)),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(9);
    expect(replies.at(-1)).toMatchObject({
      error: { code: 'too-many-requests', retryAfterMs: expect.any(Number) },
    });
    await expect(connectSocket(server.url)).rejects.toThrow();
  });
});

describe('slow clients', () => {
  /** A WebSocket by hand that stops reading after its request. */
  async function deafClient(url: string, request: string) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await new Promise((resolve) => socket.once('data', resolve));
    const frame = (text: string) => {
      const body = Buffer.from(text);
      const length =
        body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 255];
      return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), body]);
    };
    socket.write(frame('40'));
    await sleep(20);
    socket.pause();
    socket.write(frame(request));
    return socket;
  }

  it('are cut off with little held for them, while others are served', async () => {
    await using server = await startServer({ overrides: { stallTimeoutMs: 2_000 } });
    const conversation = await createConversation(server.api);
    const text = 'x'.repeat(32_000);
    for (let entry = 0; entry < 400; entry++)
      await server.store.append([
        { key: inDefaultTenant(conversation.id), event: { type: 'answer-delta', messageId: 'a', text } },
      ]);
    const sockets = async () => Number(/^answerdesk_sockets (\d+)/m.exec(await server.metrics())?.[1]);
    const before = process.memoryUsage();
    const deaf = await Promise.all(
      Array.from({ length: 10 }, () =>
        deafClient(server.url, `42${JSON.stringify(['resume', { ...owned(conversation), after: 0 }])}`),
      ),
    );
    using reader = await connectSocket(server.url);
    await reader.request('resume', { ...owned(conversation), after: 0 });
    await reader.until(({ sequence }) => sequence === 400);
    const after = process.memoryUsage();
    // Ten times twelve megabytes wait in the journal; what waits in this process is bounded for each client.
    expect(after.external - before.external).toBeLessThan(20_000_000);
    while ((await sockets()) > 1) await sleep(20);
    for (const socket of deaf) socket.destroy();
  });
});
