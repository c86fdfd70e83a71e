import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine, succeed } from '#cli/testing/run-command.ts';
import { publishSample, sampleDocument } from '#knowledge/testing/sample-generation.ts';
import { openOnnxEmbedder } from '#models/embedder/onnx-embedder.ts';
import { writeTinyModel } from '#models/testing/tiny-model.ts';
import { writeTinyReranker } from '#models/testing/tiny-reranker.ts';

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tune-reranker-'));
  const paths = { data: join(folder, 'data'), embedder: join(folder, 'e'), reranker: join(folder, 'r') };
  await writeTinyModel(paths.embedder);
  await writeTinyReranker(paths.reranker);
  const embedder = await openOnnxEmbedder(paths.embedder, { threads: 1 });
  // Both passages of "mixed" hold the word; only that of "rose" is about it.
  await publishSample(
    paths.data,
    [
      sampleDocument('mixed', 'red green blue green.\nblue blue red.'),
      sampleDocument('rose', 'red red red.'),
      sampleDocument('grass', 'green green green.'),
    ],
    embedder,
  );
  await embedder.close();
  const cases = [
    {
      id: 'a',
      turns: [{ role: 'customer', text: 'red' }],
      gold: ['rose'],
      facts: ['red red'],
      quote: 'red red red.',
    },
    { id: 'b', turns: [{ role: 'customer', text: 'green' }], gold: ['grass'], facts: ['green green'] },
    { id: 'c', kind: 'unanswerable', turns: [{ role: 'customer', text: 'blue' }], gold: [] },
  ];
  await writeFile(join(folder, 'cases.jsonl'), cases.map((one) => JSON.stringify(one)).join('\n'));
  env = {
    ANSWERDESK_DATA_DIR: paths.data,
    ANSWERDESK_EMBEDDER: paths.embedder,
    ANSWERDESK_EMBEDDER_THREADS: '1',
    ANSWERDESK_RERANKER: paths.reranker,
  };
});
afterAll(() => rm(folder, { recursive: true }));

const tune = (args: readonly string[], more: Record<string, string> = {}) =>
  runCommandLine('lab/reranking/main.ts', args, { ...env, ...more });

describe('npm run tune-reranker', () => {
  it('finds weights on development sets and shows every set without and with them', async () => {
    const cases = join(folder, 'cases.jsonl');
    const { stdout, stderr } = await succeed(tune(['--dev', cases, '--test', cases, '--json']));
    const report = JSON.parse(stdout);
    expect(report.reranker).toMatch(/^tiny@/);
    expect(report.trust).toEqual({
      temperature: expect.any(Number),
      passageWeight: expect.any(Number),
      sentenceWeight: expect.any(Number),
    });
    expect(report.stopping.changedFirst).toBe(0);
    expect(report.sets).toMatchObject([
      { set: 'cases', test: false, questions: 2, after: { ndcg10: 1, factRecall: 1, quoted: 1 } },
      { set: 'cases', test: true, questions: 2 },
    ]);
    expect(stderr).toContain('passage_weight');
  });

  it('shows the state without a reranker, and says what it wants', async () => {
    const { stderr } = await succeed(
      tune(['--dev', join(folder, 'cases.jsonl')], { ANSWERDESK_RERANKER: 'off' }),
    );
    expect(stderr).toContain('No reranker');
    const wrong = await tune([]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--dev FILE is missing')]);
    expect((await tune(['--dev', 'nowhere.jsonl'])).code).toBe(2);
  });
});
