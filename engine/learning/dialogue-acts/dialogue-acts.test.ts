import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePath } from '#core/package-root.ts';
import { actFeatures } from '#models/dialogue-acts/act-features.ts';
import { createActClassifier, readActModel, writeActModel } from '#models/dialogue-acts/act-model.ts';
import { openActClassifier } from '#models/dialogue-acts/open-act-classifier.ts';
import { composeMessages } from './compose-messages.ts';
import { actTable, measureActs } from './measure-acts.ts';
import { type Phrase, readPhrases } from './phrases.ts';
import { trainActs } from './train-acts.ts';

const phrases: Phrase[] = [
  ...['hi', 'hello', 'hey', 'good morning'].map(
    (text) => ({ text, act: 'greeting', language: 'en' }) as const,
  ),
  ...['where is my order', 'how do I reset it', 'is it blue', 'can I return it'].map(
    (text) => ({ text, act: 'question', language: 'en' }) as const,
  ),
];

describe('the classifier of dialogue acts', () => {
  it('is fitted from phrases, the same from the same, and survives its file', async () => {
    const options = { buckets: 1_024, epochs: 30 };
    const { model } = await trainActs(phrases, options);
    const file = writeActModel(model);
    expect(writeActModel((await trainActs(phrases, options)).model)).toBe(file);
    const classifier = createActClassifier(readActModel(file, 'model.json'));
    expect(classifier.classify('HELLO!!').act).toBe('greeting');
    expect(classifier.classify('hello, where is my order').act).toBe('question');
  });

  it('refuses a damaged file and an act that there is not, by name', async () => {
    expect(() => readActModel('{}', 'model.json')).toThrow(/model\.json is no classifier/);
    const { model } = await trainActs(phrases, { buckets: 1_024, epochs: 1 });
    const noBase64 = writeActModel(model).replace(/("weights": "[^"]{9})../, '$1!*');
    expect(() => readActModel(noBase64, 'model.json')).toThrow(/number of weights/);
    const folder = await mkdtemp(join(tmpdir(), 'acts-'));
    try {
      await writeFile(join(folder, 'en.jsonl'), '{"text":"hi","label":"greting"}\n');
      await expect(readPhrases(folder)).rejects.toThrow(/line 1: there is no act greting/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes a greeting with a question for a question when it composes messages', () => {
    const made = composeMessages(phrases).slice(phrases.length);
    const both = made.find(({ text }) =>
      /^(?:hi|hello|hey|good morning)\W+(?:where|how|is|can) /i.test(text),
    );
    expect(both?.act).toBe('question');
  });

  it('sees no address, no case, no accents and no number', () => {
    const same = (a: string, b: string) => expect(actFeatures(a, 4_096)).toEqual(actFeatures(b, 4_096));
    same('write to ann@example.com', 'write to b.c+d@mail.example.org');
    same('está aquí', 'Esta aqui');
    same('order 4711', 'order 99');
    same('👍🏽', '👍');
  });

  it('knows acts in phrases that it has not learned from, and hardly ever takes a question for one', async () => {
    const { figures } = measureActs(
      openActClassifier(),
      await readPhrases(packagePath('data/evals/dialogue-acts')),
    );
    const recall = (act: string) => {
      const one = figures.find((figure) => figure.act === act)!;
      return one.right / one.phrases;
    };
    expect(recall('question')).toBeGreaterThanOrEqual(0.98);
    for (const act of ['greeting', 'thanks', 'person', 'anger', 'address'])
      expect(recall(act)).toBeGreaterThan(0.75);
    for (const act of ['goodbye', 'unhelped', 'attack']) expect(recall(act)).toBeGreaterThan(0.5);
    expect(actTable(figures)).toContain('| `person` |');
  });
});
