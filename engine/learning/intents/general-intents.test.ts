// The general intents that ship agree with their data, their card, their credits, and the embedder beside them.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIntentModel } from '#models/intents/intent-model.ts';
import { identifyModel } from '#models/store/model-id.ts';
import { readLabelFile } from './label-file.ts';
import { dataHash } from './train-intents.ts';

const place = (path: string) => join(import.meta.dirname, '../../..', path);
const modelPath = place('data/models/intents/general.json');
const again =
  'train it again: answerdesk intents train training/data/general-intents.jsonl --name general --out data/models/intents --report var/intents --card training/data/general-intents.md';
const text = await readFile(modelPath, 'utf8');
const model = readIntentModel(text, modelPath);
const labelsPath = place('training/data/general-intents.jsonl');
const { rows, notes } = await readLabelFile(labelsPath);

describe('the general intents', () => {
  it('belong to the embedder that ships', async () => {
    const { modelId } = await identifyModel(place('data/models/embedder'));
    expect(model.embedder, again).toBe(modelId);
  });

  it('were trained on the texts that are there, without those kept for testing', () => {
    const train = rows.filter(({ split }) => split === 'train');
    const texts = train.map((row) => row.text);
    const labels = train.map(({ label }) => label);
    expect(model.training.data, again).toBe(dataHash({ texts, labels }));
    expect(notes).toEqual([]);
  });

  it('have at least 120 texts of our own a class, and some of each kept for testing', async () => {
    const sources = (await readFile(labelsPath, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const own = Map.groupBy(
      sources.filter(({ source }) => source === 'own'),
      ({ label }) => label,
    );
    expect([...own.keys()].sort()).toEqual(model.labels);
    for (const [label, list] of own) {
      expect(list.length, label).toBeGreaterThanOrEqual(120);
      expect(list.filter(({ split }) => split === 'test').length, label).toBeGreaterThanOrEqual(30);
    }
    expect(sources.every(({ source, split }) => source === 'own' || split === 'train')).toBe(true);
  });

  it('hold nothing of the golden questions but words that everybody says', async () => {
    const golden = (await readFile(place('data/evals/golden.jsonl'), 'utf8')).trimEnd().split('\n');
    const asked = new Set(
      golden.flatMap((line) =>
        JSON.parse(line).turns.map((turn: { text: string }) => turn.text.toLowerCase()),
      ),
    );
    expect(rows.filter((row) => asked.has(row.text.toLowerCase())).map((row) => row.text)).toEqual([]);
  });

  it('have a card with their hash, and their data is credited', async () => {
    const card = await readFile(place('data/models/intents/MODEL_CARD.md'), 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    expect(card).toContain(`sha256(general.json) = ${hash}`);
    const notice = await readFile(place('NOTICE'), 'utf8');
    for (const name of ['BANKING77', 'CLINC150']) expect(notice).toContain(name);
  });
});
