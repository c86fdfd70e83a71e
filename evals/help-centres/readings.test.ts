import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AskRecord } from '#evals/core/ask.ts';
import { exportAnswers } from './export-answers.ts';
import { describeReadings, summarizeReadings } from './readings.ts';
import { writeSeenAnswers } from './seen-answers.ts';
import { readVerdicts } from './verdicts.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'answerdesk-judge-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string) => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
const reply = (text: string): AskRecord => ({
  decision: 'clarify',
  confidence: 1,
  lookedUp: true,
  text,
  citations: [{ number: 1, documentId: 'x', chunkId: 'x#0', title: 'The title', quote: 'quote' }],
  topics: [{ documentId: 'x', title: 'A button' }],
  passages: [],
});

describe('answers for readers', () => {
  const ids = ['shop-001', 'shop-002', 'shop-003'];
  beforeAll(async () => {
    const centre = {
      name: 'shop',
      use: 'test',
      product: 'a shop',
      source: 'https://example.com',
      commit: '0123456789',
      licence: 'none',
    };
    await write('sets.json', JSON.stringify({ centres: [centre] }));
    const rows = ids.map((id) => ({
      id,
      style: 'plain',
      question: `what about ${id}?`,
      expect: 'answer',
      article: 'x',
      answer: [[0, 9]],
      facts: ['two days'],
    }));
    await write('shop.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    await mkdir(join(folder, 'articles', 'shop'), { recursive: true });
    await write(
      'articles/shop/articles.jsonl',
      JSON.stringify({ id: 'x', title: 'X', markdown: 'Two days.' }),
    );
    for (const version of ['run-old', 'run-new']) {
      await mkdir(join(folder, version));
      await writeSeenAnswers(
        join(folder, version),
        ids.map((id) => ({ question: { id }, reply: reply(`text of ${id}`) })),
      );
    }
  });
  const exported = (seed = 1, articles: string | undefined = join(folder, 'articles')) =>
    exportAnswers({
      runs: [join(folder, 'run-old'), join(folder, 'run-new')],
      sets: folder,
      articles,
      count: 2,
      seed,
    });

  it('show question, facts, passage, text, sources and buttons, and no version', async () => {
    const { questions, verdicts, key } = await exported();
    for (const part of [
      'what about shop-',
      'two days',
      '> Two days.',
      '> text of',
      '[1] The title',
      '[ A button ]',
    ])
      expect(questions).toContain(part);
    expect(questions + verdicts).not.toMatch(/run-old|run-new/);
    expect(key.items.map(({ item }) => item)).toEqual(['001', '002', '003', '004']);
    expect(new Set(key.items.map(({ id }) => id)).size).toBe(2);
    expect(new Set(key.items.map(({ version }) => version))).toEqual(new Set(['run-old', 'run-new']));
  });

  it('are drawn and shuffled by the seed alone', async () => {
    expect(await exported(7)).toEqual(await exported(7));
    const orders = await Promise.all(
      [1, 2, 3, 4, 5].map(async (seed) => JSON.stringify((await exported(seed)).key.items)),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it('come without passages where the articles are not at hand', async () => {
    const { questions } = await exportAnswers({
      runs: [join(folder, 'run-old')],
      sets: folder,
      count: 5,
      seed: 1,
    });
    expect(questions).not.toContain('The articles say:');
    expect(questions).toContain('two days');
  });

  it('are refused where a run left none', async () => {
    await expect(
      exportAnswers({ runs: [join(folder, 'nowhere')], sets: folder, count: 1, seed: 1 }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('verdicts', () => {
  const key = {
    seed: 1,
    items: ['001', '002', '003', '004'].map((item, index) => ({
      item,
      id: `q-${index}`,
      version: index < 2 ? 'old' : 'new',
    })),
  };

  it('are counted for each version, with what the readers disagree about and how it was settled', async () => {
    const first = await write(
      'first.csv',
      'item,verdict,notes\n001,good,\n002,bad,"wrong, and long"\n003,good,\n004,so-so,\n',
    );
    const second = await write(
      'second.csv',
      'item,verdict,notes\n001,good,\n002,so-so,dug out\n003,Good,\n004,so so,\n',
    );
    const third = await write('third.csv', 'item,verdict,notes\n002,bad,\n');
    const readings = summarizeReadings({
      key,
      first: await readVerdicts(first, key),
      second: await readVerdicts(second, key),
      settled: await readVerdicts(third, key, { partly: true }),
    });
    expect(readings.agreement).toBe(0.75);
    expect(readings.kappa.value).toBeCloseTo(0.6);
    expect(
      readings.versions.map(({ version, final }) => [version, final.good.count, final.bad.count]),
    ).toEqual([
      ['new', 1, 0],
      ['old', 1, 1],
    ]);
    expect(readings.disagreements).toEqual([
      {
        item: '002',
        id: 'q-1',
        version: 'old',
        first: 'bad',
        second: 'so-so',
        settled: 'bad',
        notes: ['wrong, and long', 'dug out'],
      },
    ]);
    const text = describeReadings(readings);
    expect(text).toMatch(/002 q-1: bad \/ so-so, settled as bad \(wrong, and long \/ dug out\)/);
    expect(text).toMatch(/good 1 = 50 % \(9 % to 91 %\)/);
  });

  it('are read as a spreadsheet has written them, without leading zeros', async () => {
    const verdicts = await readVerdicts(await write('plain.csv', 'item,verdict\n1,good\n'), key, {
      partly: true,
    });
    expect([...verdicts.keys()]).toEqual(['001']);
  });

  it.each([
    ['an unknown verdict', 'item,verdict\n001,fine\n', /row 1: the verdict must be good, so-so, bad/],
    ['an item of another sheet', 'item,verdict\n999,good\n', /there is no item 999/],
    ['an item twice', 'item,verdict\n001,good\n001,bad\n', /001 was judged above/],
    ['items left out', 'item,verdict\n001,good\n', /without a verdict: 002, 003, 004/],
  ])('are refused with %s', async (_what, content, message) => {
    await expect(readVerdicts(await write('bad.csv', content), key)).rejects.toThrow(message);
  });
});
