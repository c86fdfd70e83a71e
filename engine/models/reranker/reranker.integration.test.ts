import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoredChunk } from '#core/document.ts';
import type { Reranker } from '#core/reranker.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { createOverlappingReranker } from '../testing/overlapping-reranker.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import { tinyRerankerSettings, writeTinyReranker } from '../testing/tiny-reranker.ts';
import { openOnnxReranker } from './onnx-reranker.ts';
import { openReranker } from './open-reranker.ts';
import { openRerankingModel } from './reranking-model.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reranker-'));
  await writeTinyReranker(join(folder, 'plain'));
});
afterAll(() => rm(folder, { recursive: true }));

/** It gives up after five seconds otherwise, which a busy machine may need. */
const patient = { timeoutMs: patienceMs };

function candidate(text: string, score = 0.5, title = ''): ScoredChunk {
  return { score, evidence: { cosine: 0.3 }, chunk: makeChunk({ documentId: text, title, text }) };
}

describe.each([
  ['overlapping', async () => createOverlappingReranker()],
  ['ONNX', () => openOnnxReranker(join(folder, 'plain'), patient)],
])('%s reranker', (_name, open) => {
  let reranker: Reranker;
  beforeAll(async () => {
    reranker = await open();
  });
  afterAll(() => reranker.close());

  it('puts what answers first, the logit as score and evidence, and changes nothing else', async () => {
    const given = [candidate('green', 0.9), candidate('red', 0.1), candidate('blue', 0.5)];
    const ranked = await reranker.rerank('red', given);
    expect(ranked[0]!.chunk).toBe(given[1]!.chunk);
    expect(ranked).toHaveLength(3);
    for (const { score, evidence } of ranked) expect(evidence).toEqual({ cosine: 0.3, rerank: score });
    expect(given.map(({ score }) => score)).toEqual([0.9, 0.1, 0.5]);
  });

  it('keeps equal candidates in their order', async () => {
    const ranked = await reranker.rerank('red', [
      candidate('green green'),
      candidate('green'),
      candidate('red'),
    ]);
    expect(ranked.map(({ chunk }) => chunk.text)).toEqual(['red', 'green green', 'green']);
  });

  it('reads the title as a part of the passage', async () => {
    const ranked = await reranker.rerank('red', [candidate('blue', 1), candidate('green', 1, 'red')]);
    expect(ranked[0]!.chunk.text).toBe('green');
  });

  it('scores texts in order, each as it does alone, odd and empty ones included', async () => {
    const texts = ['red', '', ' \n', '\ud83d', '\0', '[CLS] [SEP]', 'x'.repeat(5_000), 'green red', '密码'];
    const many = Array.from({ length: 60 }, (_, index) => texts[index % texts.length]!);
    const scores = await reranker.score('red', many);
    expect(scores).toHaveLength(60);
    for (const [index, text] of texts.entries())
      expect(scores[index + texts.length]).toBeCloseTo((await reranker.score('red', [text]))[0]!, 4);
    expect(scores[0]).toBeGreaterThan(scores[1]!);
    expect(await reranker.score('red', [])).toEqual([]);
    expect(await reranker.rerank('red', [])).toEqual([]);
    expect((await reranker.score('', ['red'])).every(Number.isFinite)).toBe(true);
  });

  it('takes a question and a text of ten megabytes', async () => {
    const long = 'word '.repeat(2_000_000);
    expect((await reranker.score(long, [long])).every(Number.isFinite)).toBe(true);
  });

  it('rejects with the abort error, before it began and on the way, and works on', async () => {
    await expect(reranker.score('red', ['x'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect(
      reranker.rerank('red', [candidate('x')], { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    const controller = new AbortController();
    const scoring = reranker.score('red', Array(500).fill('green '.repeat(50)), {
      signal: controller.signal,
    });
    controller.abort();
    await scoring.catch((error: Error) => expect(error.name).toBe('AbortError'));
    expect(await reranker.score('red', ['red'])).toHaveLength(1);
  });
});

describe('ONNX reranker', () => {
  const tiny = async (name: string, options: Parameters<typeof writeTinyReranker>[1] = {}) => {
    await writeTinyReranker(join(folder, name), options);
    return openOnnxReranker(join(folder, name), patient);
  };

  it('reads question and text as two types of tokens, and no padding', async () => {
    const reranker = await tiny('types');
    // Question: red + [CLS] + [SEP] = (4, 0, 2); texts with their [SEP]: (4, 0, 1), (0, 4, 1), (4, 12, 1).
    expect(await reranker.score('red', ['red', 'green', 'green red green green'])).toEqual([18, 2, 18]);
    expect(await reranker.score('green red', ['red'])).toEqual([18]);
    await reranker.close();
  });

  it('reads the last question_tokens of a question and as much of the text as there is room for', async () => {
    const reranker = await tiny('cut', {
      answerdesk: { ...tinyRerankerSettings, max_tokens: 16, question_tokens: 4 },
    });
    const [long, cut] = await reranker.score('green green red red red red', [
      `${'red '.repeat(9)}green green`,
      'red '.repeat(9),
    ]);
    expect(long).toBe(cut);
    // Four of the question; 16 - 3 special tokens - 4 = 9 of the text.
    expect(cut).toBe(16 * 36 + 2);
    await reranker.close();
  });

  it('says of a reader which words of the text belong to the answer, and where they stand', async () => {
    const reader = await tiny('reader', {
      isReader: true,
      answerdesk: { ...tinyRerankerSettings, kind: 'reader' },
    });
    const found = candidate('green  red, red green', 0.5, 'red');
    const [ranked] = await reader.rerank('red', [found]);
    const { text } = ranked!.chunk;
    const read = ranked!.reading!.map(({ start, end, belongs }) => [text.slice(start, end), belongs > 0.7]);
    expect(read).toEqual([
      ['green', false],
      ['red,', true],
      ['red', true],
      ['green', false],
    ]);
    expect(ranked!.score).toBe((await reader.score('red', ['red\ngreen  red, red green']))[0]);
    // 16 - 3 special tokens - 1 of the question leave room for 12.
    const [cut] = await reader.rerank('red', [candidate('blue '.repeat(40))]);
    expect(cut!.reading).toHaveLength(12);
    await reader.close();
  });

  // Without a thread, which is what takes the time.
  const model = async (name: string, options: Parameters<typeof writeTinyReranker>[1] = {}) => {
    await writeTinyReranker(join(folder, name), options);
    return openRerankingModel(join(folder, name));
  };

  it('has a model id that changes with the weights and with the settings that shape scores', async () => {
    const models = [
      await model('id-1'),
      await model('id-2'),
      await model('id-3', { answerdesk: { ...tinyRerankerSettings, question_tokens: 5 } }),
      await model('id-4', { inputs: ['token_type_ids', 'input_ids', 'attention_mask'] }),
      await model('id-5', { answerdesk: { ...tinyRerankerSettings, default: true } }),
    ];
    const ids = models.map(({ modelId }) => modelId);
    for (const id of ids) expect(id).toMatch(/^tiny@[0-9a-f]{8}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[4]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
    await Promise.all(models.map((opened) => opened.close()));
  });

  it('says what its scores are worth, as config.json has it', async () => {
    const [plain, trusted] = [
      await model('trust-1'),
      await model('trust-2', {
        answerdesk: {
          ...tinyRerankerSettings,
          temperature: 2,
          passage_weight: 0.9,
          sentence_weight: 0.4,
          depth: 8,
        },
      }),
    ];
    expect(plain.trust).toEqual({ temperature: 4, passageWeight: 0.3, sentenceWeight: 0 });
    expect(trusted.trust).toEqual({ temperature: 2, passageWeight: 0.9, sentenceWeight: 0.4, depth: 8 });
    await Promise.all([plain.close(), trusted.close()]);
  });

  it('refuses what is no score, and works on', async () => {
    const reranker = await tiny('broken');
    await expect(reranker.score('red', ['red', 'broken'])).rejects.toMatchObject({ code: 'model-invalid' });
    expect(await reranker.score('red', ['red'])).toEqual([18]);
    await reranker.close();
  });

  it.each([
    ['one score for all rows', { scores: 'one' as const }],
    ['an input that is not there', { inputs: ['input_ids', 'attention_mask', 'token_type_ids', 'pixels'] }],
    ['an unknown setting', { answerdesk: { ...tinyRerankerSettings, maximum: 3 } }],
    ['another kind', { answerdesk: { ...tinyRerankerSettings, kind: 'embedder' } }],
    ['a reader that says nothing of tokens', { answerdesk: { ...tinyRerankerSettings, kind: 'reader' } }],
    ['no room for a text', { answerdesk: { ...tinyRerankerSettings, max_tokens: 16, question_tokens: 14 } }],
  ])('refuses a model with %s', async (what, options) => {
    await expect(model(what, options)).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('refuses an embedder, a folder without a model, and damaged files, with an error that names them', async () => {
    await writeTinyModel(join(folder, 'embedder'), { answerdesk: { name: 'colours' } });
    const copy = join(folder, 'damaged');
    for (const wrong of [join(folder, 'embedder'), copy]) {
      await expect(openOnnxReranker(wrong)).rejects.toMatchObject({
        code: 'model-invalid',
        message: expect.stringContaining(wrong),
      });
    }
    const spoil: (() => Promise<void>)[] = [
      () => truncate(join(copy, 'model.onnx'), 0),
      () => truncate(join(copy, 'model.onnx'), 300),
      () => writeFile(join(copy, 'model.onnx'), '<!doctype html>'),
      () => rm(join(copy, 'model.onnx')),
      () => writeFile(join(copy, 'tokenizer.json'), '{"model":'),
      () => writeFile(join(copy, 'config.json'), 'no json'),
      () => rm(join(copy, 'tokenizer.json')),
    ];
    for (const damage of spoil) {
      await cp(join(folder, 'plain'), copy, { recursive: true });
      await damage();
      await expect(openRerankingModel(copy)).rejects.toMatchObject({
        code: 'model-invalid',
        message: expect.stringContaining(copy),
      });
    }
  });

  it('refuses more than may wait, and goes on with what waits', async () => {
    const reranker = await openOnnxReranker(join(folder, 'plain'), {
      ...patient,
      threads: 1,
      maxWaiting: 200,
    });
    const first = reranker.score('red', Array(200).fill('red'));
    await expect(reranker.score('red', Array(201).fill('red'))).rejects.toMatchObject({ code: 'busy' });
    expect(await first).toHaveLength(200);
    expect(await reranker.score('red', Array(200).fill('red'))).toHaveLength(200);
    await reranker.close();
  });

  it('refuses what would come too late behind others, and tries it with nothing ahead', async () => {
    const reranker = await openOnnxReranker(join(folder, 'plain'), { ...patient, threads: 1 });
    const many = Array.from({ length: 40 }, (_, index) => candidate('green '.repeat(40 + index)));
    await reranker.rerank('red', many);
    const controller = new AbortController();
    const first = reranker.rerank('green', many, { signal: controller.signal });
    await expect(reranker.rerank('blue', many, { withinMs: 0.001 })).rejects.toMatchObject({ code: 'busy' });
    // Its customer goes on without it. It is read to its end all the same: only then is nothing ahead.
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await expect(reranker.rerank('blue', many, { withinMs: 0.001 })).rejects.toMatchObject({ code: 'busy' });
    await expect(reranker.rerank('green', many, { withinMs: 0.001 })).resolves.toHaveLength(40);
    await expect(reranker.rerank('blue', many, { withinMs: 0.001 })).resolves.toHaveLength(40);
    await reranker.close();
  });

  it('ranks passages before it scores sentences that were there first', async () => {
    const reranker = await openOnnxReranker(join(folder, 'plain'), { ...patient, threads: 1 });
    const order: string[] = [];
    const sentences = reranker.score('red', Array(900).fill('green '.repeat(40)));
    const ranking = reranker.rerank('red', [candidate('red')]).then(() => order.push('ranking'));
    await Promise.all([sentences.then(() => order.push('sentences')), ranking]);
    expect(order).toEqual(['ranking', 'sentences']);
    await reranker.close();
  });

  it('gives up after its time, and rejects what waits when it is closed, and everything after', async () => {
    const hasty = await openOnnxReranker(join(folder, 'plain'), { threads: 1, timeoutMs: 1 });
    await expect(hasty.score('red', Array(900).fill('green '.repeat(40)))).rejects.toMatchObject({
      code: 'model-timeout',
    });
    await hasty.close();
    const reranker = await openOnnxReranker(join(folder, 'plain'), { ...patient, threads: 1 });
    const rejected = expect(reranker.score('red', Array(900).fill('x '.repeat(400)))).rejects.toMatchObject({
      code: 'shutting-down',
    });
    await reranker.close();
    await rejected;
    await expect(reranker.score('red', ['x'])).rejects.toMatchObject({ code: 'shutting-down' });
  });
});

describe('choosing the reranker', () => {
  const choose = (model: string, isFixed: boolean) => openReranker({ model, isFixed, threads: 1 });

  it('has none where it is off, or nobody chose one and the folder is missing or not meant as the default', async () => {
    expect(await choose('off', true)).toBeUndefined();
    expect(await choose(join(folder, 'nowhere'), false)).toBeUndefined();
    expect(await choose(join(folder, 'plain'), false)).toBeUndefined();
  });

  it('opens the one that is chosen, and the default that says that it is one', async () => {
    await writeTinyReranker(join(folder, 'default'), {
      answerdesk: { ...tinyRerankerSettings, default: true },
    });
    for (const [name, isFixed] of [
      ['plain', true],
      ['default', false],
    ] as const) {
      const reranker = await choose(join(folder, name), isFixed);
      expect(reranker?.modelId).toMatch(/^tiny@/);
      await reranker?.close();
    }
  });

  it('does not start with a chosen one that is missing', async () => {
    await expect(choose(join(folder, 'nowhere'), true)).rejects.toMatchObject({ code: 'model-invalid' });
  });
});
