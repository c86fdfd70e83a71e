import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswer } from '#chat/answer.ts';
import {
  cannedEmbedder,
  cannedKnowledgeBase,
  ScriptedChatModel,
  shippedActs,
} from '#chat/testing/fixtures.ts';
import { inDefaultTenant } from '#core/tenant.ts';
import { effort } from '#core/testing/effort.ts';
import type { ErrorBody } from './protocol.ts';
import {
  bodyOf,
  createConversation,
  readEvents,
  requestInit,
  startServer,
  type TestConversation,
  textOf,
} from './testing/start-server.ts';

const message = { id: 'message-1', text: 'How do I reset it?' };

describe('conversations over HTTP', () => {
  it('creates a conversation, streams an answer as server-sent events, and shows the conversation', async () => {
    await using server = await startServer({ script: { deltas: ['Hold ', 'it.'] } });
    const created = await fetch(server.api, requestInit(undefined, { language: 'de-AT' }));
    const { id, token } = await bodyOf<TestConversation>(created);
    expect([created.status, created.headers.get('location')]).toEqual([201, `/api/conversations/${id}`]);

    const response = await fetch(`${server.api}/${id}/messages`, requestInit(token, message));
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const entries = await readEvents(response);
    expect(entries.map(({ event }) => event.type)).toEqual([
      'customer-message',
      'answer-start',
      'answer-delta',
      'answer-end',
    ]);
    const shown = await (await fetch(`${server.api}/${id}`, requestInit(token))).json();
    expect(shown).toMatchObject({
      id,
      language: 'de-AT',
      messages: [{ text: message.text }, { text: 'Hold it.' }],
    });
  });

  it('streams each event when it happens, not when the answer is complete', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startServer({ script: { deltas: ['first', 'last'], gate: gate.promise } });
    const { id, token } = await createConversation(server.api);
    const response = await fetch(`${server.api}/${id}/messages`, requestInit(token, message));
    expect(textOf(await readEvents(response, { count: 3 }))).toBe('first');
    gate.resolve();
  });

  it('answers a message once, however often and in whatever way it is sent', async () => {
    await using server = await startServer({ script: { deltas: ['a', 'b'], delayMs: 5 } });
    const { id, token } = await createConversation(server.api);
    const send = async () =>
      readEvents(await fetch(`${server.api}/${id}/messages`, requestInit(token, message)));
    const all = await Promise.all(Array.from({ length: 40 }, send));
    const stored = await server.store.entriesAfter(inDefaultTenant(id), 0);
    for (const entries of [...all, await send()]) expect(entries).toEqual(stored);
    expect(server.requests).toHaveLength(1);
  });

  it('goes on behind the entry that the client saw last', async () => {
    await using server = await startServer({ script: { deltas: ['a', 'b', 'c'], delayMs: 2 } });
    const { id, token } = await createConversation(server.api);
    await readEvents(await fetch(`${server.api}/${id}/messages`, requestInit(token, message)));
    const all = await server.store.entriesAfter(inDefaultTenant(id), 0);
    for (let seen = 0; seen < all.length; seen++) {
      const byHeader = fetch(
        `${server.api}/${id}/events`,
        requestInit(token, undefined, { 'last-event-id': `${seen}` }),
      );
      const byQuery = fetch(`${server.api}/${id}/events?after=${seen}`, requestInit(token));
      for (const response of [await byHeader, await byQuery])
        expect(await readEvents(response, { count: all.length - seen })).toEqual(all.slice(seen));
    }
  });

  it('keeps an idle stream alive with comments', async () => {
    await using server = await startServer({ overrides: { streams: { heartbeatMs: 10 } } });
    const { id, token } = await createConversation(server.api);
    const response = await fetch(`${server.api}/${id}/events`, requestInit(token));
    let text = '';
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes(': still here')) break;
    }
    expect(text).toMatch(/^retry: 1000\n\n(: still here\n\n)+/);
  });

  it('cancels, takes feedback, hands over, and deletes', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startServer({ script: { deltas: ['a', 'b'], gate: gate.promise } });
    const { id, token } = await createConversation(server.api);
    const post = (path: string, body: unknown) =>
      fetch(`${server.api}/${id}/${path}`, requestInit(token, body));
    const answering = post('messages', message);
    while (textOf(await server.store.entriesAfter(inDefaultTenant(id), 0)) === '') await sleep(1);
    expect(await (await post('cancel', { messageId: 'message-1' })).json()).toEqual({ cancelled: true });
    expect(await (await post('cancel', { messageId: 'message-1' })).json()).toEqual({ cancelled: false });
    const { event } = (await readEvents(await answering)).at(-1)!;
    expect(event).toMatchObject({ reason: 'cancelled', message: { text: 'a' } });
    const messageId = event.type === 'answer-end' ? event.message.id : '';
    expect((await post('feedback', { messageId, rating: 'down', comment: 'no' })).status).toBe(204);
    expect((await post('feedback', { messageId: 'not-there', rating: 'up' })).status).toBe(404);
    expect((await post('handoff', { email: 'ann@example.com' })).status).toBe(204);
    expect(await (await fetch(`${server.api}/${id}`, requestInit(token))).json()).toMatchObject({
      handoff: { reason: 'customer-request', email: 'ann@example.com' },
    });
    expect((await fetch(`${server.api}/${id}`, { ...requestInit(token), method: 'DELETE' })).status).toBe(
      204,
    );
    expect((await fetch(`${server.api}/${id}`, requestInit(token))).status).toBe(404);
  });

  it('takes an address that is typed into the chat for the contact, once it has asked, and never logs it', async () => {
    const answer = createAnswer({
      knowledgeBase: () => cannedKnowledgeBase([]),
      embedder: cannedEmbedder(),
      acts: shippedActs,
      chatModel: { name: 'scripted', model: new ScriptedChatModel({ deltas: [] }) },
      calibration: () => ({
        embedder: 'canned',
        coefficients: {
          cosine: 0,
          scoreMargin: 0,
          coverageMargin: 0,
          rerank: 0,
          rerankMargin: 0,
          kindMissing: 0,
        },
        intercept: 0,
        answerFrom: 1,
        clarifyFrom: 1,
      }),
    });
    await using server = await startServer({ answer });
    const { id, token } = await createConversation(server.api);
    const say = async (text: string) => {
      const response = await fetch(`${server.api}/${id}/messages`, requestInit(token, { text }));
      return textOf(await readEvents(response));
    };
    expect(await say('I want to talk to a person')).toContain('e-mail');
    expect(await say('sure: canary.lee@example.com')).toBe(
      'Thank you. A person of our team will reply to canary.lee@example.com.',
    );
    expect(await (await fetch(`${server.api}/${id}`, requestInit(token))).json()).toMatchObject({
      handoff: { reason: 'customer-request', email: 'canary.lee@example.com' },
    });
    expect(server.logs.join('')).not.toContain('canary');
  });

  it('says the same to everybody but the owner, whether the conversation exists or not', async () => {
    await using server = await startServer();
    const [mine, other] = [await createConversation(server.api), await createConversation(server.api)];
    await server.answering.send(inDefaultTenant(mine.id), { messageId: 'message-1', text: 'canary-4711' });
    const routes: [string, string, unknown?][] = [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/messages', message],
      ['GET', '/events'],
      ['POST', '/cancel', { messageId: 'message-1' }],
      ['POST', '/feedback', { messageId: 'message-1', rating: 'up' }],
      ['POST', '/handoff', {}],
    ];
    const credentials: (string | undefined)[] = [
      undefined,
      'Bearer',
      `Bearer ${other.token}`,
      `Bearer ${mine.token}x`,
      `Bearer ${mine.token.slice(0, -1)}`,
      `Basic ${mine.token}`,
      mine.token,
      'Bearer null',
      `Bearer ${mine.id}`,
      `Bearer ${mine.token}, Bearer ${mine.token}`,
    ];
    const bodies = new Set<string>();
    for (const [method, path, body] of routes)
      for (const authorization of credentials)
        for (const id of [mine.id, 'A'.repeat(22), 'x', '..%2f..', encodeURIComponent("' OR 1=1 --")]) {
          const response = await fetch(`${server.api}/${id}${path}`, {
            ...requestInit(undefined, body, authorization === undefined ? {} : { authorization }),
            method,
          });
          expect([method, path, authorization, id, response.status]).toEqual([
            method,
            path,
            authorization,
            id,
            404,
          ]);
          const { error } = await bodyOf<ErrorBody>(response);
          bodies.add(JSON.stringify({ ...error, requestId: '' }));
        }
    expect(bodies.size).toBe(1);
    expect((await server.store.get(inDefaultTenant(mine.id)))?.handoff).toBeUndefined();
  });
});

describe('requests that are not right', () => {
  it('are refused with a 4xx, a code and a sentence, and never end the process', async () => {
    await using server = await startServer();
    const { id, token } = await createConversation(server.api);
    const values = [
      null,
      true,
      0,
      -1,
      1e308,
      '',
      ' ',
      'x',
      '\0',
      '\ud800',
      'x'.repeat(9000),
      [],
      [[]],
      {},
      { $ne: 1 },
    ];
    const paths = ['messages', 'cancel', 'feedback', 'handoff'];
    const good: Record<string, Record<string, unknown>> = {
      messages: { id: 'message-9', text: 'Hello' },
      cancel: { messageId: 'message-9' },
      feedback: { messageId: 'message-9', rating: 'up' },
      handoff: { email: 'ann@example.com' },
    };
    const bodies = paths.flatMap((path) => [
      ...values
        .filter((value) => JSON.stringify(value) !== '{}' || path !== 'handoff')
        .map((value) => [path, JSON.stringify(value)]),
      ...Object.keys(good[path]!).flatMap((field) =>
        values
          .filter(
            (value) => typeof value !== 'string' || !['x', '\ud800'].includes(value) || field !== 'text',
          )
          .map((value) => [path, JSON.stringify({ ...good[path], [field]: value })]),
      ),
      [path, JSON.stringify({ ...good[path], admin: true })],
      [
        path,
        `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"id":"message-9"}`,
      ],
      ...[
        '{',
        '{"text":',
        'null',
        '[',
        '"',
        '{"text":"a"}}',
        '\u0000',
        'undefined',
        'NaN',
        "{'text':'a'}",
      ].map((raw) => [path, raw]),
      [path, '['.repeat(20_000)],
      [path, `${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`],
    ]) as [string, string][];
    expect(bodies.length).toBeGreaterThan(180);
    for (const [path, body] of bodies) {
      const response = await fetch(`${server.api}/${id}/${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      });
      const shown = [path, body.slice(0, 80), response.status];
      expect(response.status, shown.join(' ')).toBeGreaterThanOrEqual(400);
      expect(response.status, shown.join(' ')).toBeLessThan(500);
      const { error } = await bodyOf<ErrorBody>(response);
      expect(error).toMatchObject({
        code: expect.any(String),
        message: expect.stringMatching(/\.$/),
        requestId: expect.any(String),
      });
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((await server.store.get(inDefaultTenant(id)))?.messages).toEqual([]);
    expect(server.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('of any random shape get an answer below 500', async () => {
    await using server = await startServer();
    const { id, token } = await createConversation(server.api);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('messages', 'cancel', 'feedback', 'handoff', 'events', ''),
        fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
        fc.constantFrom(
          'application/json',
          'text/plain',
          'application/json; charset=utf-16',
          'application/json; charset=x',
          '',
        ),
        async (path, body, type) => {
          const headers = { authorization: `Bearer ${token}`, ...(type ? { 'content-type': type } : {}) };
          const response = await fetch(`${server.api}/${id}/${path}`, {
            method: 'POST',
            body: body.toWellFormed(),
            headers,
          });
          await response.body?.cancel();
          expect(response.status).toBeLessThan(500);
        },
      ),
      { numRuns: 50 * effort },
    );
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('include unknown routes, methods, encodings, and numbers that are none', async () => {
    await using server = await startServer();
    const { id, token } = await createConversation(server.api);
    const headers = requestInit(token).headers as Record<string, string>;
    const json = { ...headers, 'content-type': 'application/json' };
    const requests: [string, RequestInit][] = [
      ['/api/conversations', {}],
      ['/api/conversations/', { method: 'PUT' }],
      ['/nothing', {}],
      ['/%E0%A4%A', {}],
      ['/..%2f..%2fpackage.json', {}],
      ['/assets/..%5c..%5cstart-server.ts', {}],
      ['/.env', {}],
      [`/api/conversations/${id}/messages`, { method: 'POST', headers: json }],
      [
        `/api/conversations/${id}/messages`,
        { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: 'x' },
      ],
      [`/api/conversations/${id}/messages`, { method: 'POST', headers, body: '{"text":"hi"}' }],
      [`/api/conversations/${id}/messages`, { method: 'PATCH', headers: json, body: '{"text":"hi"}' }],
      ...['-1', '1e3', 'x', '99999999999999999999', ' '].map((after): [string, RequestInit] => [
        `/api/conversations/${id}/events?after=${after}`,
        { headers },
      ]),
      [`/api/conversations/${id}/events?after=1&after=2`, { headers }],
    ];
    for (const [path, init] of requests) {
      const response = await fetch(server.url + path, init);
      expect([path, response.status >= 400 && response.status < 500]).toEqual([path, true]);
      expect((await bodyOf<ErrorBody>(response)).error.code).toMatch(
        /^(bad-request|not-found|method-not-allowed)$/,
      );
    }
  });

  it('include what is not HTTP at all', async () => {
    await using server = await startServer();
    const port = Number(new URL(server.url).port);
    for (const bytes of [
      '\0\0\0\0',
      'GET / HTTP/9\r\n\r\n',
      'POST /api HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
      'x'.repeat(40_000),
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(bytes);
      await new Promise((resolve) => socket.once('close', resolve).resume());
    }
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('include messages and bodies that are too long', async () => {
    await using server = await startServer({ env: { ANSWERDESK_MAX_MESSAGE_LENGTH: '100' } });
    const { id, token } = await createConversation(server.api);
    for (const text of ['x'.repeat(101), 'x'.repeat(5_000_000)]) {
      const response = await fetch(`${server.api}/${id}/messages`, requestInit(token, { text }));
      expect([response.status, (await bodyOf<ErrorBody>(response)).error.code]).toEqual([
        413,
        'message-too-long',
      ]);
      expect(response.headers.get('x-message-limit')).toBe('100');
    }
    const longest = await fetch(
      `${server.api}/${id}/messages`,
      requestInit(token, { text: '\u0001é'.repeat(50) }),
    );
    expect(longest.status).toBe(200);
    await longest.body?.cancel();
  });
});

describe('limits', () => {
  it('refuses an address above its requests a minute, and says when to come back', async () => {
    await using server = await startServer({ env: { ANSWERDESK_REQUESTS_PER_MINUTE: '5' } });
    const ask = (headers = {}) => fetch(server.api, { method: 'POST', headers });
    for (let request = 0; request < 5; request++) expect((await ask()).status).toBe(201);
    const refused = await ask({ 'x-forwarded-for': '203.0.113.9' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await bodyOf<ErrorBody>(refused)).error).toMatchObject({
      code: 'too-many-requests',
      retryable: true,
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('tells clients behind a trusted proxy apart, and believes nothing that they claim themselves', async () => {
    await using server = await startServer({
      env: { ANSWERDESK_REQUESTS_PER_MINUTE: '3', ANSWERDESK_TRUST_PROXY: '1' },
    });
    const ask = async (forwarded: string) =>
      (await fetch(server.api, { method: 'POST', headers: { 'x-forwarded-for': forwarded } })).status;
    for (let request = 0; request < 3; request++)
      expect(await ask(`10.0.0.${request}, 203.0.113.9`)).toBe(201);
    expect(await ask('10.9.9.9, 203.0.113.9')).toBe(429);
    expect(await ask('203.0.113.10')).toBe(201);
  });

  it('refuses a conversation above its messages a minute, and no other', async () => {
    await using server = await startServer({ env: { ANSWERDESK_MESSAGES_PER_MINUTE: '2' } });
    const [first, second] = [await createConversation(server.api), await createConversation(server.api)];
    const send = async ({ id, token }: typeof first) => {
      const response = await fetch(`${server.api}/${id}/messages`, requestInit(token, { text: 'Hello' }));
      await response.body?.cancel();
      return response.status;
    };
    expect([await send(first), await send(first), await send(first), await send(second)]).toEqual([
      200, 200, 429, 200,
    ]);
  });

  it('cuts off a reader of a stream that stops reading, and keeps no more for it than the buffers hold', async () => {
    await using server = await startServer({ overrides: { streams: { stallTimeoutMs: 150 } } });
    const { id, token } = await createConversation(server.api);
    const text = 'x'.repeat(64_000);
    for (let entry = 0; entry < 300; entry++)
      await server.store.append([
        { key: inDefaultTenant(id), event: { type: 'answer-delta', messageId: 'a', text } },
      ]);
    const before = process.memoryUsage().arrayBuffers;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(
      `GET /api/conversations/${id}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    socket.pause();
    socket.on('error', () => {});
    await expect.poll(server.metrics).toMatch(/^answerdesk_http_requests_total\{.*events.*\} 1$/m);
    expect(await server.metrics()).toMatch(/^answerdesk_event_streams 0$/m);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    socket.destroy();
  });
});

describe('what operators see', () => {
  it('says that it is alive, and ready only with a knowledge base and while it is not stopping', async () => {
    let hasKnowledge = false;
    await using server = await startServer({
      overrides: {
        knowledgeBase: () => {
          if (!hasKnowledge) throw new Error('none yet');
          return { generation: { id: 'gen-000007', chunks: 3 } } as never;
        },
      },
    });
    const status = async (path: string) => (await fetch(server.url + path)).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    hasKnowledge = true;
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
      status: 'ready',
      generation: 'gen-000007',
      chunks: 3,
    });
  });

  it('counts requests and answers without an id in any label', async () => {
    await using server = await startServer();
    const { id, token } = await createConversation(server.api);
    await readEvents(await fetch(`${server.api}/${id}/messages`, requestInit(token, message)));
    await fetch(`${server.url}/no/such/${id}`);
    await expect.poll(server.metrics).toContain('route="other"');
    const text = await server.metrics();
    for (const line of [
      'answerdesk_http_requests_total{method="POST",route="/api/conversations",status="201"} 1',
      'answerdesk_http_requests_total{method="POST",route="/api/conversations/:id/messages",status="200"} 1',
      'answerdesk_http_requests_total{method="GET",route="other",status="404"} 1',
      'answerdesk_answers_total{outcome="answer"} 1',
      'answerdesk_answer_tokens_total 2',
      'answerdesk_first_token_seconds_count 1',
      'answerdesk_answers_active 0',
    ])
      expect(text).toContain(line);
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).not.toContain(id);
  });

  it('shows metrics only to whoever has the token, and without one to nobody', async () => {
    await using server = await startServer();
    const ask = async (url: string, authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await fetch(`${url}/metrics`, { headers })).status;
    };
    expect(await server.metrics()).toContain('answerdesk_answers_active');
    for (const wrong of [undefined, '', 'Bearer', 'Bearer token-of-the-test', 'token-of-the-tests'])
      expect([wrong, await ask(server.url, wrong)]).toEqual([wrong, 403]);
    await using closed = await startServer({ env: { ANSWERDESK_METRICS_TOKEN: '' } });
    for (const any of [undefined, 'Bearer ', 'Bearer undefined', 'Bearer token-of-the-tests'])
      expect([any, await ask(closed.url, any)]).toEqual([any, 404]);
  });

  it('logs every refusal with the request id that the client got, and never what customers write or hold', async () => {
    await using server = await startServer({ script: { deltas: ['canary-answer'] } });
    const { id, token } = await createConversation(server.api);
    const post = (path: string, body: unknown, headers = {}) =>
      fetch(`${server.api}/${id}/${path}`, requestInit(token, body, headers));
    await readEvents(await post('messages', { text: 'canary-text' }));
    await post('handoff', { email: 'canary@example.com' });
    await post('feedback', { messageId: 'message-1', rating: 'canary-rating', comment: 'canary-comment' });
    await fetch(`${server.api}/${id}/messages`, {
      ...requestInit(token, {}),
      body: '{"text": canary-broken}',
    });
    await fetch(`${server.url}/api/canary-path?token=canary-query`, {
      headers: { cookie: 'canary-cookie', 'user-agent': 'canary-agent' },
    });
    const refused = await post('messages', { text: 'canary-refused', extra: 1 });
    const { requestId } = (await bodyOf<ErrorBody>(refused)).error;
    await expect.poll(() => server.logs.join('')).toContain(requestId);
    const logs = server.logs.join('');
    expect(refused.headers.get('x-request-id')).toBe(requestId);
    expect(logs).not.toMatch(/canary/);
    expect(logs).not.toContain(token);
    for (const line of server.logs)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), time: expect.any(String) });
  });
});

describe('what browsers load', () => {
  it('gets the widget from any site, compressed, and a 304 while it is the same', async () => {
    const webFolder = await mkdtemp(join(tmpdir(), 'answerdesk-web-'));
    const script = 'window.widget = true;';
    await writeFile(join(webFolder, 'widget.js'), script);
    await writeFile(join(webFolder, 'widget.js.br'), brotliCompressSync(script));
    await writeFile(join(webFolder, 'widget.js.gz'), gzipSync(script));
    await using server = await startServer({ overrides: { webFolder } });
    await rm(webFolder, { recursive: true });
    const browser = { 'accept-encoding': 'gzip, deflate, br, zstd' };
    const first = await fetch(`${server.url}/widget.js`, { headers: browser });
    expect(await first.text()).toContain('widget');
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'br',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': expect.stringContaining('max-age=300'),
    });
    const again = await fetch(`${server.url}/widget.js`, {
      headers: { 'if-none-match': first.headers.get('etag')!, 'cache-control': 'max-age=0' },
    });
    expect(again.status).toBe(304);
    const plain = await fetch(`${server.url}/widget.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const old = await fetch(`${server.url}/widget.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect([old.headers.get('content-encoding'), await old.text()]).toEqual(['gzip', await plain.text()]);
  });

  it('gets the widget as it is where nobody has compressed it', async () => {
    await using server = await startServer();
    const response = await fetch(`${server.url}/widget.js`, { headers: { 'accept-encoding': 'br' } });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toContain('widget');
  });

  it('gets a page for a dead link, where it reads pages', async () => {
    await using server = await startServer();
    const ask = async (path: string, accept: string, method = 'GET') => {
      const response = await fetch(server.url + path, { method, headers: { accept } });
      return [response.status, response.headers.get('content-type')];
    };
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const page = [404, 'text/html; charset=utf-8'];
    const json = [404, 'application/json; charset=utf-8'];
    for (const path of ['/nothing', '/help/no/such/', '/%2e%2e/404', '/socket.io.js'])
      expect([path, await ask(path, browser)]).toEqual([path, page]);
    expect(await ask('/nothing', browser, 'HEAD')).toEqual(page);
    expect(await ask('/nothing', browser, 'POST')).toEqual(json);
    expect(await ask('/nothing', '*/*')).toEqual(json);
    expect(await ask('/nothing', 'application/json')).toEqual(json);
    expect(await ask('/api/nothing', browser)).toEqual(json);
    expect(server.logs.filter((line) => line.includes('"request refused"'))).toHaveLength(9);
    await using bare = await startServer({ overrides: { webFolder: import.meta.dirname } });
    expect((await fetch(`${bare.url}/nothing`, { headers: { accept: browser } })).status).toBe(404);
  });

  it('gets the demo page under a policy without inline scripts or styles', async () => {
    await using server = await startServer();
    const page = await fetch(`${server.url}/`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('x-powered-by')).toBeNull();
    expect((await fetch(`${server.url}/assets/demo-1a2b3c.css`)).headers.get('cache-control')).toContain(
      'immutable',
    );
  });
});
