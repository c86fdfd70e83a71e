import { HumanMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import { type OpenaiServer, openOpenaiServer } from '../testing/openai-server.ts';
import { openWritingModel } from './open-chat-model.ts';
import { writingModelContract } from './writing-model.contract.ts';

const settings = { model: 'openai:llama3.1:8b', maxTokens: 50, packages: '/nowhere' };
const messages = [new HumanMessage('How do I reset it?')];
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
