import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SuiteContext } from '#evals/core/result.ts';
import { sampleQueries } from '#evals/intents/labelled-queries.ts';
import { runIntents } from '#evals/intents/run-intents.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { confusionPicture } from './confusion-picture.ts';
import { accuracy, classFigures, confusionCounts, macroF1 } from './intent-metrics.ts';

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

describe('what is taken for what', () => {
  const pairs = [pair('a', 'a'), pair('a', 'b'), pair('b', 'b'), pair('b', 'b')];

  it('is counted by what was meant, then by what was guessed', () => {
    expect(confusionCounts(pairs, ['a', 'b'])).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(classFigures(pairs)).toEqual([
      { label: 'a', texts: 2, precision: 1, recall: 0.5, f1: 2 / 3 },
      { label: 'b', texts: 2, precision: 2 / 3, recall: 1, f1: 0.8 },
    ]);
  });

  it('becomes a picture in which names are text, never markup', () => {
    const picture = confusionPicture([pair('<b>&', 'y')], ['<b>&', 'y']);
    expect(picture).toContain('1 of 1 &lt;b&gt;&amp; taken for y');
    expect(picture).not.toContain('<b>');
  });

  it('becomes a picture with 200 classes, too', () => {
    const labels = Array.from({ length: 200 }, (_, index) => `class ${index}`);
    const picture = confusionPicture(
      labels.map((label) => pair(label, label)),
      labels,
    );
    expect(picture.match(/<rect class="right"/g)).toHaveLength(200);
  });
});

describe('the intents suite', () => {
  const context = { embedder: createHashingEmbedder(), seed: 1 } as unknown as SuiteContext;

  it('says what it needs when no data is given, and that another embedder has no general intents', async () => {
    const { metrics, notes } = await runIntents(context);
    expect(metrics).toEqual({});
    expect(notes!.join(' ')).toMatch(/General|general intents were trained with.*--labels FOLDER/s);
  });

  it('trains on a folder of labelled queries, and measures with others and with what is out of scope', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'answerdesk-intents-'));
    try {
      const write = (name: string, rows: readonly [text: string, label: string][]) =>
        writeFile(
          join(folder, name),
          rows.map(([text, label]) => `${JSON.stringify({ text, label })}\n`).join(''),
        );
      const numbers = Array.from({ length: 12 }, (_, index) => index);
      await write('train.jsonl', [
        ...numbers.map((n): [string, string] => [`refund my card payment ${n}`, 'refund']),
        ...numbers.map((n): [string, string] => [`reset password login ${n}`, 'password']),
      ]);
      await write('test.jsonl', [
        ['refund card payment', 'refund'],
        ['password login', 'password'],
      ]);
      await write('oos_test.jsonl', [['mountain weather tomorrow', 'oos']]);
      const { metrics, cases } = await runIntents(context, { folders: [folder] });
      const named = Object.fromEntries(
        Object.entries(metrics).map(([id, { value }]) => [id.replace(basename(folder), 'own'), value]),
      );
      expect(named).toMatchObject({
        'own-accuracy': 1,
        'own-macro-f1': 1,
        'own-out-of-scope-auroc': 1,
        'own-10-examples-accuracy': 1,
      });
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
