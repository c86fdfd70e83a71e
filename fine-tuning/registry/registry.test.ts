import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '#learning/promotion/model-change.ts';
import { chatModelInUse, rollBackChatModel } from '#models/store/chat-registry.ts';
import { useChatModel } from './chat-change.ts';
import { registerInMlflow } from './mlflow-registry.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chat-change-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const before = { setting: 'extractive', name: 'extractive' };
const after = { setting: 'gguf:/models/ours.gguf', name: 'ours@01234567' };

/** So many of 40 questions are answered right by the model. */
function evaluationOf(right: number): Evaluation {
  const cases = Array.from({ length: 40 }, (_, index) => ({
    id: `q${index}`,
    verdict: index < right ? ('pass' as const) : ('fail' as const),
    scores: {
      'recall-5': 1,
      answered: 1,
      'fact-recall': index < right ? 1 : 0,
      'wrong-answer': index < right ? 0 : 1,
    },
  }));
  const suite = { cases, metrics: {} };
  return {
    subject: { embedder: 'e', generation: 'gen-000001' },
    suites: { retrieval: suite, answers: suite, abstention: suite },
  } as unknown as Evaluation;
}

const request = (right: Readonly<Record<string, number>>) => {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    dataDir,
    cases: [],
    tolerance: 0.01,
    seed: 1,
    say: () => {},
    evaluate: async ({ chatModel }: { readonly chatModel?: string }) => {
      asked.push(chatModel);
      return { evaluation: evaluationOf(right[chatModel!]!), page: 'report.html' };
    },
  };
};

describe('a chat model', () => {
  it('goes into use when nothing is worse, and back in one step', async () => {
    const own = request({ extractive: 20, [after.setting]: 30 });
    const outcome = await useChatModel([before, after], { ...own, consent: 'within-tolerance' });
    expect(outcome.published).toBe(true);
    expect(outcome.change).toMatchObject({
      before: { modelId: 'extractive' },
      after: { modelId: 'ours@01234567' },
    });
    expect(own.asked).toEqual(['extractive', after.setting]);
    expect(await chatModelInUse(dataDir)).toBe(after.setting);
    expect(await rollBackChatModel(dataDir)).toBe('extractive');
  });

  it('that makes a figure worse stays out, however it is asked for', async () => {
    const own = request({ extractive: 30, [after.setting]: 10 });
    for (const consent of ['within-tolerance', 'none', { ask: async () => 'y' }] as const)
      expect((await useChatModel([before, after], { ...own, consent })).published).toBe(false);
    expect(await chatModelInUse(dataDir)).toBeUndefined();
  });

  it('in use already is not asked anything', async () => {
    const own = request({});
    expect(await useChatModel([after, after], { ...own, consent: 'within-tolerance' })).toEqual({
      published: false,
    });
    expect(own.asked).toEqual([]);
  });

  it('becomes a version of one registered model in MLflow, with what it was made of', async () => {
    const seen: { path: string; body: Record<string, unknown> }[] = [];
    const server = createServer(async (incoming, response) => {
      let text = '';
      for await (const piece of incoming) text += piece;
      const path = incoming.url!.replace('/api/2.0/mlflow/', '').replace(/\?.*/, '');
      seen.push({ path, body: text === '' ? {} : JSON.parse(text) });
      const missing = path === 'registered-models/get' || path === 'experiments/get-by-name';
      const answers: Record<string, object> = {
        'experiments/create': { experiment_id: '7' },
        'runs/create': { run: { info: { run_id: 'run-1' } } },
        'model-versions/create': { model_version: { version: 3 } },
      };
      response.writeHead(missing ? 404 : 200).end(JSON.stringify(answers[path] ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const version = await registerInMlflow(
        {
          schemaVersion: 1,
          id: after.name,
          setting: after.setting,
          addedAt: '2026-01-01T00:00:00.000Z',
          base: 'SmolLM2',
          training: { at: 'x', set: 'first', files: { 'train.jsonl': 'a'.repeat(64) } },
          parameters: { rank: 16 },
          metrics: { perplexity: 12.5 },
        },
        { trackingUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, experiment: 'chat' },
      );
      expect(version).toBe('3');
      const body = (path: string) => seen.find((one) => one.path === path)?.body;
      expect(body('registered-models/create')).toEqual({ name: 'answerdesk-chat' });
      expect(body('runs/log-batch')).toMatchObject({
        params: [{ key: 'rank', value: '16' }],
        metrics: [{ key: 'perplexity', value: 12.5 }],
      });
      expect(JSON.stringify(body('model-versions/create'))).toContain('a'.repeat(64));
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
