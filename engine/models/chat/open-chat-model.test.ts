import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HumanMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { openChatModel } from './open-chat-model.ts';

interface Received {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
  closed: boolean;
}

/** An OpenAI-compatible server that streams `words`, one every `delayMs`, or refuses with `status`. */
async function openServer({ words = ['Hold ', 'the ', 'dial.'], delayMs = 1, status = 200 } = {}) {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const received: Received = {
      path: request.url,
      authorization: request.headers.authorization,
      body: JSON.parse(text),
      closed: false,
    };
    requests.push(received);
    response.on('close', () => {
      received.closed = true;
    });
    if (status !== 200) return void response.writeHead(status).end('{"error":{"message":"no"}}');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of words) {
      if (response.destroyed) return;
      response.write(
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
      );
      await sleep(delayMs);
    }
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const embedder = createHashingEmbedder();
const settings = { model: 'llama3.1:8b', maxTokens: 50, firstTokenTimeoutMs: patienceMs };
const messages = [new HumanMessage('How do I reset it?')];
const grounding = { query: 'secret grounding', passages: [] };

describe('a chat model on an OpenAI-compatible server', () => {
  it('streams what the server sends, and sends nothing but the messages and its settings', async () => {
    await using server = await openServer();
    const { name, model } = await openChatModel(
      { ...settings, baseUrl: server.baseUrl, apiKey: 'key' },
      { embedder },
    );
    let text = '';
    for await (const chunk of await model.stream(messages, { grounding })) text += chunk.text;
    expect([name, text]).toEqual(['llama3.1:8b', 'Hold the dial.']);
    expect(server.requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer key',
        body: { model: 'llama3.1:8b', stream: true, temperature: 0 },
      },
    ]);
    expect(JSON.stringify(server.requests[0]?.body)).not.toContain('secret grounding');
    expect(JSON.stringify(server.requests[0]?.body)).toMatch(/"max_(?:completion_)?tokens":50/);
  });

  it('hangs up on the server when the answer is cancelled', async () => {
    await using server = await openServer({
      words: Array.from({ length: 1000 }, () => 'word '),
      delayMs: 10,
    });
    const { model } = await openChatModel({ ...settings, baseUrl: server.baseUrl }, { embedder });
    const controller = new AbortController();
    await expect(
      (async () => {
        for await (const _chunk of await model.stream(messages, { grounding, signal: controller.signal }))
          controller.abort();
      })(),
    ).rejects.toThrow();
    await expect.poll(() => server.requests[0]?.closed).toBe(true);
  });

  it('fails at once, without trying again, when the server refuses', async () => {
    await using server = await openServer({ status: 500 });
    const { model } = await openChatModel({ ...settings, baseUrl: server.baseUrl }, { embedder });
    await expect(model.stream(messages, { grounding })).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });

  it('names a provider whose package is missing', async () => {
    await expect(
      openChatModel({ ...settings, model: 'mistralai:small' }, { embedder }),
    ).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });
});
