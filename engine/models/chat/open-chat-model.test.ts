import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finishOf } from '#core/chat-model.ts';
import { retryAfterOf } from '#core/errors.ts';
import { chunkLine, type OpenaiServer, openOpenaiServer } from '../testing/openai-server.ts';
import { openWritingModel } from './open-chat-model.ts';
import { writingModelContract } from './writing-model.contract.ts';

const settings = { model: 'openai:llama3.1:8b', maxTokens: 50, packages: '/nowhere' };
const messages = [{ role: 'user' as const, content: 'How do I reset it?' }];
const grounding = { query: 'secret grounding', passages: [] };

describe('a chat model on an OpenAI-compatible server', () => {
  let server: OpenaiServer;
  writingModelContract({
    async open() {
      server = await openOpenaiServer({ words: Array.from({ length: 40 }, () => 'word '), delayMs: 5 });
      const model = await openWritingModel({ ...settings, baseUrl: server.baseUrl });
      return { ...model, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    },
    isWorking: () => server.requests.some(({ closed }) => !closed),
  });

  it('is sent nothing but the messages and its settings', async () => {
    await using own = await openOpenaiServer();
    const { name, model } = await openWritingModel({ ...settings, baseUrl: own.baseUrl, apiKey: 'key' });
    let text = '';
    for await (const chunk of await model.stream(messages, { grounding })) text += chunk.text;
    expect([name, text]).toEqual(['openai:llama3.1:8b', 'Hold the dial.']);
    expect(own.requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer key',
        body: { model: 'llama3.1:8b', stream: true, temperature: 0 },
      },
    ]);
    expect(JSON.stringify(own.requests[0]?.body)).not.toContain('secret grounding');
    expect(JSON.stringify(own.requests[0]?.body)).toMatch(/"max_(?:completion_)?tokens":50/);
  });

  it('fails at once, without trying again, when the server refuses', async () => {
    await using own = await openOpenaiServer({ status: 500 });
    const { model } = await openWritingModel({ ...settings, baseUrl: own.baseUrl });
    await expect(model.stream(messages, { grounding })).rejects.toThrow();
    expect(own.requests).toHaveLength(1);
  });

  it('takes a stream however it is cut, and lines that are no data', async () => {
    const line = chunkLine({ content: 'Señal 信号' }, null);
    const bytes = Buffer.from(
      `: a comment\r\n\r\nevent: x\n${line}${chunkLine({}, 'length')}data: [DONE]\n\n`,
    );
    await using own = await openOpenaiServer({
      async raw(response) {
        for (const byte of bytes) {
          response.write(Buffer.of(byte));
          if (byte % 5 === 0) await nextTurn();
        }
        response.end();
      },
    });
    const { model } = await openWritingModel({ ...settings, baseUrl: own.baseUrl });
    const read = [];
    for await (const chunk of await model.stream(messages)) read.push([chunk.text, finishOf(chunk)]);
    expect(read).toEqual([
      ['Señal 信号', undefined],
      ['', 'length'],
    ]);
  });

  it.each([
    ['an error in the stream', 'data: {"error":{"message":"How do I reset it?"}}\n\n'],
    ['what is not JSON', 'data: <html>How do I reset it?</html>\n\n'],
    ['a line without an end', 'x'.repeat(1_100_000)],
  ])('fails with an error that quotes nothing: %s', async (_what, sent) => {
    await using own = await openOpenaiServer({ raw: (response) => void response.end(sent) });
    const { model } = await openWritingModel({ ...settings, baseUrl: own.baseUrl });
    const reading = async () => {
      for await (const _ of await model.stream(messages));
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'model-unavailable',
      message: expect.not.stringContaining('reset'),
    });
  });

  it('says how long a server wants to be left alone', async () => {
    await using own = await openOpenaiServer({ status: 429, headers: { 'retry-after': '7' } });
    const { model } = await openWritingModel({ ...settings, baseUrl: own.baseUrl });
    const thrown = await model.stream(messages).catch((error: unknown) => error);
    expect(retryAfterOf(thrown)).toBe(7_000);
  });
});

describe('the name of a chat model', () => {
  it.each([
    ['mistralai:small', /package of its provider is installed/],
    ['llama3.1:8b', /openai:llama3\.1:8b/],
    ['gguf:/nowhere/model.gguf', /npm install --prefix \/nowhere node-llama-cpp@3/],
  ])('%s: what is missing is said, with what to do', async (model, says) => {
    await expect(openWritingModel({ ...settings, model })).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(says),
    });
  });

  it('onnx: of a folder without a model is refused before anything is loaded', async () => {
    await expect(
      openWritingModel({ ...settings, model: `onnx:${import.meta.dirname}` }),
    ).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/config\.json/),
    });
  });
});
