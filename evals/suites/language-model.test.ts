import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runLanguageModel } from './language-model.ts';

async function startServer(
  reply: (body: { prompt: string; echo: boolean }) => { status?: number; body: unknown },
) {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const { status = 200, body } =
        request.url === '/v1/completions' ? reply(JSON.parse(text)) : { status: 500, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const texts = [
  { id: 'a', text: 'hello there' },
  { id: 'b', text: 'good bye' },
];
const run = (baseUrl: string | undefined, model = 'local') =>
  runLanguageModel({ model, baseUrl, texts, seed: 1 });

describe('perplexity', () => {
  it('is the exponential of the mean negative log probability, without the token that was generated', async () => {
    await using server = await startServer(({ prompt, echo }) => {
      expect(echo).toBe(true);
      const token_logprobs = [null, Math.log(0.5), Math.log(0.5), -99];
      return { body: { choices: [{ text: `${prompt}!`, logprobs: { token_logprobs } }] } };
    });
    const { metrics, cases } = await run(server.baseUrl);
    expect(metrics.perplexity!.value).toBeCloseTo(2);
    expect(cases.map(({ scores }) => scores!.perplexity)).toEqual([expect.closeTo(2), expect.closeTo(2)]);
  });

  it('is not measured, and says why, without a model or where the server does not echo', async () => {
    expect((await run(undefined, 'extractive')).notes![0]).toContain('no language model is configured');
    await using silent = await startServer(() => ({ body: { choices: [{ text: '!', logprobs: null }] } }));
    expect((await run(silent.baseUrl)).notes![0]).toContain('does not give the log probabilities');
    await using refusing = await startServer(() => ({ status: 400, body: { error: 'echo' } }));
    expect((await run(refusing.baseUrl)).notes![0]).toContain('does not give the log probabilities');
  });

  it('counts a server that fails as errors, not as figures', async () => {
    await using server = await startServer(({ prompt }) =>
      prompt === 'good bye'
        ? { status: 503, body: {} }
        : { body: { choices: [{ text: `${prompt}!`, logprobs: { token_logprobs: [null, -1, -9] } }] } },
    );
    const { metrics, cases } = await run(server.baseUrl);
    expect(cases.map(({ verdict }) => verdict)).toEqual(['info', 'error']);
    expect(metrics.perplexity).toMatchObject({ n: 1, value: expect.closeTo(Math.E) });
  });
});
