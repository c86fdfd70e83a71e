import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cannedEmbedder,
  cannedKnowledgeBase,
  cosineCalibration,
  ScriptedChatModel,
  scored,
  shippedActs,
} from '#chat/testing/fixtures.ts';
import { sentenceGuard } from '#chat/write/guard-sentences.ts';
import type { WritingModel } from '#core/chat-model.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { openRecordStore } from '#evals/runner/record-store.ts';
import { askWritten } from './ask-written.ts';
import { blindSentences, labelledWays } from './blind-sentences.ts';
import { recordedModel } from './recorded-model.ts';
import type { WrittenAnswer } from './run-written.ts';
import { figuresOf, figuresTable } from './written-figures.ts';

const passage = 'To reset the thermostat, hold the dial for 20 seconds. The ring turns white.';
const question = [{ role: 'customer' as const, text: 'How do I reset the thermostat?' }];
const guard = sentenceGuard({
  supportedFrom: 0.5,
  scorer: { score: async (sentence, text) => (text.includes(sentence.replace(/\.$/, '')) ? 1 : 0) },
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'answerdesk-written-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Says its pieces each time that it is asked, and counts how often. */
function speaking(pieces: readonly string[]) {
  let asked = 0;
  const model: WritingModel = {
    name: 'speaking',
    contextTokens: 4_096,
    maxTokens: 200,
    size: 'large',
    atOnce: 1,
    countTokens: (text) => text.length / 4,
    model: {
      async stream() {
        asked += 1;
        return (async function* () {
          for (const text of pieces) yield { text };
          yield { text: '', response_metadata: { finish_reason: 'stop' } };
        })();
      },
      invoke: async () => ({ text: pieces.join('') }),
    },
    async [Symbol.asyncDispose]() {},
  };
  return { model, asked: () => asked };
}

function desk(pieces: readonly string[]) {
  const { model, asked } = speaking(pieces);
  const open = () => recordedModel(model, openRecordStore(join(folder, 'recordings.jsonl'), 'm'));
  const dependencies = {
    knowledgeBase: () => cannedKnowledgeBase([scored(makeChunk({ text: passage }))]),
    embedder: cannedEmbedder(),
    chatModel: { name: 'extractive', model: new ScriptedChatModel({ deltas: ['Hold the dial [1].'] }) },
    calibration: () => cosineCalibration,
    acts: shippedActs,
  };
  return { open, asked, dependencies };
}

describe('what a model writes', () => {
  const pieces = [
    'Hold the dial for 20',
    ' seconds [1]. The ring turns ',
    'white [1]. It costs nine euros [1].',
  ];

  it('is written once, and judged with the guard and without it', async () => {
    const { open, asked, dependencies } = desk([
      'hold the dial for 20 seconds [1]. ',
      'It costs nine euros [1].',
    ]);
    const raw = await askWritten(question, { dependencies, model: open() });
    expect(raw).toMatchObject({ decision: 'answer', isWritten: true });
    expect(raw.text).toContain('nine euros');
    const guarded = await askWritten(question, { dependencies, model: open(), guard });
    expect(guarded.text).not.toContain('nine euros');
    expect(guarded).toMatchObject({ isWritten: true, verdict: { kept: 1, dropped: 1 } });
    expect(asked()).toBe(1);
    const quoted = await askWritten(question, { dependencies });
    expect(quoted).toMatchObject({ isWritten: false, text: 'Hold the dial [1].' });
  });

  it('takes as long as it took to write, however fast it is read again', async () => {
    const { open, dependencies } = desk(pieces);
    await askWritten(question, { dependencies, model: open() });
    const path = join(folder, 'recordings.jsonl');
    const slow = (await readFile(path, 'utf8')).replaceAll(/"ms":[\d.e-]+/g, '"ms":50000');
    await writeFile(path, slow);
    const again = await askWritten(question, { dependencies, model: open() });
    expect(again.firstMs).toBeGreaterThanOrEqual(50_000);
    expect(again.totalMs).toBeGreaterThanOrEqual(again.firstMs);
  });

  it('is no answer without a guard either where all of it says that it does not know', async () => {
    const { open, dependencies } = desk(['I do not know.']);
    expect(await askWritten(question, { dependencies, model: open() })).toMatchObject({
      decision: 'decline',
    });
  });
});

const answer = (changed: Partial<WrittenAnswer>): WrittenAnswer => ({
  id: 'q1',
  place: 'sample company',
  question: 'How?',
  model: 'm',
  way: 'guarded',
  decision: 'answer',
  isWritten: true,
  text: '',
  citations: [{ number: 1, title: 'Reset', quote: passage }],
  sentences: [{ text: 'The ring turns white.', citations: [1], isGrounded: true }],
  facts: 1,
  isWrong: false,
  isDirect: true,
  firstMs: 1_000,
  totalMs: 3_000,
  kept: 1,
  citedAnew: 0,
  dropped: 0,
  ...changed,
});

describe('the table of ways', () => {
  it('has a row for each model and way, with shares of the answers and medians of their time', () => {
    const figures = figuresOf(
      [
        answer({}),
        answer({ id: 'q2', isWrong: true, isDirect: false, facts: 0, totalMs: 5_000, dropped: 1, kept: 0 }),
        answer({ id: 'q3', decision: 'decline', isWritten: false, sentences: [], facts: 0, kept: 0 }),
        answer({ way: 'raw' }),
      ],
      1,
    );
    expect(figures.map(({ way }) => way)).toEqual(['guarded', 'raw']);
    expect(figures[0]).toMatchObject({
      questions: 3,
      written: { value: 1, n: 2 },
      facts: { value: 1 / 3, n: 3 },
      wrongAndSure: { value: 0.5, n: 2 },
      totalSeconds: { value: 4, n: 2 },
      dropped: 0.5,
    });
    expect(figuresTable(figures)).toContain('| m | guarded | 2 of 3 | 100 ');
  });
});

describe('sentences for a blind reader', () => {
  const answers = [
    answer({}),
    answer({
      way: 'raw',
      sentences: [
        ...answer({}).sentences,
        { text: 'It costs nine euros.', citations: [1], isGrounded: false },
        { text: 'It is free.', citations: [], isGrounded: false },
      ],
    }),
    answer({
      id: 'q2',
      way: 'quoted',
      isWritten: false,
      sentences: [{ text: 'Quoted.', citations: [1], isGrounded: true }],
    }),
  ];

  it('name no model, hold no verdict, and are read once whoever wrote them', () => {
    const { sentences, labels, key } = blindSentences(answers, { count: 300, seed: 1 });
    expect(labels.split('\n')).toHaveLength(4);
    expect(sentences).toContain('**The ring turns white.**');
    expect(sentences).not.toContain('Quoted.');
    expect(sentences).not.toContain('It is free.');
    expect(sentences).not.toMatch(/guarded|raw|speaking|isGrounded/);
    expect(key).toHaveLength(3);
    expect(JSON.stringify(key)).not.toContain('ring turns');
  });

  it('are counted for each way, without those that claim nothing', async () => {
    const { key } = blindSentences(answers, { count: 300, seed: 1 });
    const claims = key.find(({ way }) => way === 'guarded')!.item;
    const other = key.find(({ item }) => item !== claims)!.item;
    await writeFile(join(folder, 'key.json'), JSON.stringify(key));
    await writeFile(join(folder, 'labels.csv'), `item,supported\n${claims},1\n${other},0\n`);
    const ways = await labelledWays(join(folder, 'key.json'), join(folder, 'labels.csv'));
    const of = (model: string, way: string) =>
      ways.find((one) => one.model === model && one.way === way)?.supported;
    expect(of('m', 'guarded')).toMatchObject({ value: 1, n: 1 });
    expect(of('all models', 'raw')).toMatchObject({ value: 0.5, n: 2 });
    await writeFile(join(folder, 'labels.csv'), `item,supported\n${claims},yes\n`);
    await expect(labelledWays(join(folder, 'key.json'), join(folder, 'labels.csv'))).rejects.toThrow(
      'line 2',
    );
  });
});
