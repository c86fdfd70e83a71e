import { describe, expect, it } from 'vitest';
import { AppError, toAppError } from '#core/errors.ts';
import { openJudge } from '#evals/judging/language-model-judge.ts';
import { logToMlflow } from '#evals/tracking/mlflow.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { openOpenaiEmbedder } from '#models/embedder/openai-embedder.ts';
import { openEchoingServer } from '#server/testing/echoing-server.ts';
import { createLogger } from './logger.ts';

const canary = 'Maria Jones, card 4111 1111 1111 1111';

/** What is logged of an error, in all ways in which it may get there. */
function logged(thrown: unknown): string {
  const lines: string[] = [];
  const logger = createLogger('debug', { write: (line) => void lines.push(line) });
  for (const err of [thrown, toAppError(thrown), new Error(canary, { cause: thrown })]) {
    logger.error({ err }, 'failed');
    logger.error({ err });
    if (err instanceof Error) logger.error(err);
  }
  return lines.join('');
}

const thrownBy = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );

describe('the log of an error', () => {
  const report = { subject: {}, startedAt: '2026-01-01', cases: [], suites: {}, id: canary } as never;
  const calls: Record<string, (server: { baseUrl: string; origin: string }) => Promise<unknown>> = {
    async 'a chat model'({ baseUrl }) {
      const options = { model: 'openai:m', baseUrl, maxTokens: 9, packages: '.' };
      const { model } = await openWritingModel(options);
      await model.stream([{ role: 'user', content: canary }], { grounding: { query: canary, passages: [] } });
    },
    async 'an embedding endpoint'({ baseUrl }) {
      const embedder = await openOpenaiEmbedder({ model: 'm', baseUrl, retries: 0 });
      await embedder.embedQuery(canary);
    },
    'a judge': ({ baseUrl }) => openJudge({ model: 'm', baseUrl, apiKey: 'none' })!.supports(canary, canary),
    MLflow: ({ origin }) => logToMlflow(report, { trackingUri: origin, experiment: 'x' }),
  };

  it.each(Object.keys(calls))('has nothing of what %s was sent and quotes in its refusal', async (name) => {
    const isEmbedder = name === 'an embedding endpoint';
    await using server = await openEchoingServer(
      isEmbedder ? { data: [{ index: 0, embedding: [1] }] } : undefined,
    );
    const thrown = await thrownBy(async () => calls[name]!(server));
    const log = logged(thrown);
    expect(log).toContain('400');
    expect(log).not.toMatch(/Maria|4111|cannot process|model\.py/);
  });

  it('says of an error of others what kind it is, where it was thrown, and why', () => {
    const lines: string[] = [];
    const logger = createLogger('debug', { write: (line) => void lines.push(line) });
    const cause = Object.assign(new Error(`open ${canary}`), {
      code: 'ENOENT',
      syscall: 'open',
      path: '/srv/var',
      request: { body: canary },
    });
    logger.error({ err: new AppError('config-invalid', 'The folder is missing.', { cause }) }, 'failed');
    const { err } = JSON.parse(lines[0]!);
    expect(err).toMatchObject({
      name: 'AppError',
      code: 'config-invalid',
      message: 'The folder is missing.',
    });
    expect(err.cause).toMatchObject({ name: 'Error', code: 'ENOENT', syscall: 'open', path: '/srv/var' });
    expect(err.cause.stack).toMatch(/^at .*logger\.integration\.test\.ts:\d+:\d+/);
    expect(lines.join('')).not.toContain('Maria');
  });

  it.each([
    ['JSON', () => JSON.parse(canary)],
    ['a number', () => BigInt(canary)],
    ['a language', () => new Intl.Locale(canary)],
    ['an address', () => new URL(canary)],
  ])('has nothing of a text that is not %s', (_, parse) => {
    try {
      parse();
    } catch (thrown) {
      const quoting = new AppError('bad-input', `Unreadable: ${(thrown as Error).message}`, {
        cause: thrown,
      });
      expect(logged(thrown) + logged(quoting)).not.toMatch(/Maria|4111/);
    }
  });

  it.each([undefined, null, canary, 7, { message: canary }])('survives that %o is thrown', (thrown) => {
    expect(logged(thrown)).not.toMatch(/Maria|4111/);
  });
});
