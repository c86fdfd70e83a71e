// The command as a support lead uses it, as a process of its own, with the embedder that ships.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, runCommandLine, succeed } from './testing/run-command.ts';

const intents = (...args: string[]) => runCommandLine('cli/main.ts', ['intents', ...args]);
let folder: string;
const place = (name: string) => join(folder, name);
const texts: Record<string, string[]> = {
  delivery: [
    'where is my parcel',
    'my package has not arrived',
    'when will the courier come',
    'track my delivery',
    'the order is late',
    'has it been shipped yet',
    'parcel marked delivered but not here',
  ],
  refund: [
    'i want my money back',
    'how long does a refund take',
    'refund to my card please',
    'return this and get a refund',
    'when do i get the money for the return',
    'refund was less than i paid',
    'can you reimburse me',
  ],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intents-'));
  const rows = Object.entries(texts).flatMap(([label, own]) => own.map((text) => `${text};${label}`));
  await writeFile(place('labels.csv'), `\uFEFFtext;label\r\n${rows.join('\r\n')}\r\n`);
  await writeFile(place('about.md'), '# Ours\n\nWritten by us.\n');
  await writeFile(place('test.jsonl'), '{"text":"my package is late","label":"delivery"}\n');
  await writeFile(place('other.jsonl'), '{"text":"how tall is mount everest","label":"none"}\n');
  await succeed(
    intents('train', place('labels.csv'), '--out', place('model'), '--card', place('about.md'), '--json'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe('answerdesk intents', () => {
  it('trains on a spreadsheet: a model, a report with a picture, a card', async () => {
    const [report, picture, card] = await Promise.all(
      ['report.html', 'confusion.svg', 'MODEL_CARD.md'].map((name) =>
        readFile(place(`model/${name}`), 'utf8'),
      ),
    );
    expect(report).toContain('data:image/svg+xml;base64,');
    expect(report).toContain("default-src 'none'");
    expect(picture).toMatch(/^<svg xmlns/);
    expect(card).toMatch(/^# Ours\n.*sha256\(intents\.json\) = [0-9a-f]{64}/s);
  });

  it('guesses texts, on the command line and as JSONL', async () => {
    const { stdout } = await succeed(intents('predict', place('model'), 'has my package been sent?', '  '));
    expect(jsonLines(stdout)).toEqual([
      expect.objectContaining({
        text: 'has my package been sent?',
        label: 'delivery',
        familiar: expect.any(Boolean),
      }),
      expect.objectContaining({ label: null, probability: 0, sure: false }),
    ]);
    await writeFile(place('in.jsonl'), '{"id":7,"text":"give me my money back"}\n');
    const piped = await succeed(intents('predict', place('model'), '--in', place('in.jsonl')));
    expect(jsonLines(piped.stdout)).toEqual([expect.objectContaining({ id: 7, label: 'refund' })]);
  });

  it('measures on other texts, and on some that belong to no class', async () => {
    const { stdout } = await succeed(
      intents('eval', place('model'), place('test.jsonl'), '--out-of-scope', place('other.jsonl'), '--json'),
    );
    expect(JSON.parse(stdout)).toMatchObject({
      accuracy: { value: 1, n: 1 },
      'out-of-scope-auroc': { value: 1, n: 2 },
    });
  });

  it('ends with exit code 2 and says what to do where the input is wrong', async () => {
    await writeFile(place('strange.jsonl'), '{"text":"x","label":"warranty"}\n');
    await writeFile(place('one.csv'), 'text,label\na,x\nb,x\n');
    await writeFile(
      place('damaged.json'),
      (await readFile(place('model/intents.json'), 'utf8')).slice(0, 300),
    );
    const other = (await readFile(place('model/intents.json'), 'utf8')).replace(
      /answerdesk-embedder[^"]*/,
      'other@1',
    );
    await writeFile(place('foreign.json'), other);
    const wrong: [string[], RegExp][] = [
      [[], /train, eval or predict/],
      [['train', place('labels.csv')], /--out FOLDER/],
      [['train', place('none.csv'), '--out', place('x')], /none\.csv cannot be read/],
      [['train', place('one.csv'), '--out', place('x')], /at least two classes/],
      [
        ['train', place('labels.csv'), '--out', place('x'), '--min-examples', '8'],
        /delivery \(7\), refund \(7\)/,
      ],
      [['eval', place('model'), place('strange.jsonl')], /does not know: warranty/],
      [['predict', place('damaged.json'), 'x'], /is no intent classifier/],
      [['predict', place('foreign.json'), 'x'], /trained with the embedder other@1/],
      [['predict', folder, 'x'], /several intent classifiers|holds no intent classifier/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr, stdout } = await intents(...args);
      expect(stderr).toMatch(message);
      expect([code, stdout]).toEqual([2, '']);
    }
  });

  it('explains itself', async () => {
    const { stdout } = await succeed(intents('--help'));
    expect(stdout).toContain('answerdesk intents train labels.csv --out models/intents');
  });
});
