import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHashingEmbedder } from '#rag/testing/hashing-embedder.ts';
import type { SuiteContext } from '../core/result.ts';
import { accuracy, macroF1 } from './intent-metrics.ts';
import { sampleQueries } from './labelled-queries.ts';
import { createNeighbourClassifier } from './nearest-neighbours.ts';
import { runIntents } from './run-intents.ts';

const pair = (expected: string, guessed: string) => ({ expected, guessed });

describe('accuracy and macro-F1', () => {
  it('are what they are by hand', () => {
    const pairs = [pair('a', 'a'), pair('a', 'a'), pair('a', 'b'), pair('b', 'b'), pair('c', 'a')];
    expect(accuracy(pairs)).toBeCloseTo(3 / 5, 10);
    // a: 2 right of 3 guessed and 3 expected; b: 1 of 2 and 1; c: none.
    expect(macroF1(pairs)).toBeCloseTo((4 / 6 + 2 / 3 + 0) / 3, 10);
  });

  it('are 1 when all is right and 0 without anything', () => {
    expect([accuracy([pair('a', 'a')]), macroF1([pair('a', 'a')])]).toEqual([1, 1]);
    expect([accuracy([]), macroF1([])]).toEqual([0, 0]);
  });

  it('count a class that is only guessed against the one it was guessed for', () => {
    expect(macroF1([pair('a', 'x'), pair('a', 'a')])).toBeCloseTo(2 / 3, 10);
  });
});

describe('the vote of the nearest', () => {
  const vectors = [
    [1, 0],
    [0.8, 0.6],
    [0.6, 0.8],
    [0, 1],
  ].map((values) => Float32Array.from(values));

  it('follows the nearest, and is less sure far away', () => {
    const classify = createNeighbourClassifier(vectors, ['x', 'x', 'y', 'y'], { neighbours: 3 });
    expect(classify(Float32Array.from([1, 0]))).toMatchObject({ label: 'x' });
    expect(classify(Float32Array.from([0, 1]))).toMatchObject({ label: 'y' });
    expect(classify(Float32Array.from([-1, 0])).similarity).toBeLessThan(
      classify(Float32Array.from([1, 0])).similarity,
    );
  });

  it('works with fewer known queries than neighbours', () => {
    expect(createNeighbourClassifier(vectors.slice(0, 1), ['x'])(vectors[3]!)).toEqual({
      label: 'x',
      similarity: 0,
    });
  });
});

describe('a sample of queries', () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ text: `${index}`, label: `${index % 5}` }));

  it('is the same for the same seed, and keeps to its limits', () => {
    const sample = sampleQueries(rows, { most: 12, mostPerLabel: 3, seed: 4 });
    expect(sample).toEqual(sampleQueries(rows, { most: 12, mostPerLabel: 3, seed: 4 }));
    expect(sample).not.toEqual(sampleQueries(rows, { most: 12, mostPerLabel: 3, seed: 5 }));
    expect(sample).toHaveLength(12);
    for (const group of Map.groupBy(sample, ({ label }) => label).values())
      expect(group.length).toBeLessThanOrEqual(3);
  });
});

describe('the intents suite', () => {
  const context = { embedder: createHashingEmbedder(), seed: 1 } as unknown as SuiteContext;

  it('says what it needs when no data is given', async () => {
    expect(await runIntents(context)).toMatchObject({
      metrics: {},
      cases: [],
      notes: [expect.stringContaining('banking77')],
    });
  });

  it('measures a folder of labelled queries, and what is out of scope', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'answerdesk-intents-'));
    try {
      const write = (name: string, rows: readonly [text: string, label: string][]) =>
        writeFile(
          join(folder, name),
          rows.map(([text, label]) => `${JSON.stringify({ text, label })}\n`).join(''),
        );
      await write('train.jsonl', [
        ['refund my card payment', 'refund'],
        ['card payment refund please', 'refund'],
        ['reset password login', 'password'],
        ['login password forgotten', 'password'],
      ]);
      await write('test.jsonl', [
        ['refund card payment', 'refund'],
        ['password login', 'password'],
      ]);
      await write('oos_test.jsonl', [['mountain weather tomorrow', 'oos']]);
      const { metrics, cases } = await runIntents(context, { folders: [folder] });
      const values = Object.values(metrics).map(({ value }) => value);
      expect(values).toEqual([1, 1, 1]);
      expect(cases.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);

      await write('test.jsonl', [['', '']]);
      await expect(runIntents(context, { folders: [folder] })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('test.jsonl has 1 line(s)'),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
