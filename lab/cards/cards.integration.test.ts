import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#app/config.ts';
import type { Embedder } from '#core/embedder.ts';
import { packagePath } from '#core/package-root.ts';
import { createFields } from '#ingest/sources/field-map.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { readSource } from '#ingest/sources/read-source.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { measureCards, readCardCases, readSampleCards } from './measure-cards.ts';

let embedder: Embedder;
beforeAll(async () => {
  embedder = await openEmbedder(loadConfig({}).embedder);
});
afterAll(() => embedder.close());

describe('the sample company’s answer cards', () => {
  it('are given to the questions that they are for, and to nearly no other', async () => {
    const figures = await measureCards(await readCardCases(), embedder);
    // Measured: precision 1, 1 and .97; recall .72, .50 and .85.
    for (const { precision, recall } of figures) {
      expect(precision).toBeGreaterThan(0.96);
      expect(recall).toBeGreaterThan(0.49);
    }
  });

  it('are given to their own questions', async () => {
    const cards = await readSampleCards();
    const cases = cards.flatMap(({ id, questions }) =>
      questions.map((text) => ({ text, card: id.split('#')[1]!, split: 'fit' as const })),
    );
    const [{ right, wrong } = { right: 0, wrong: [] }] = await measureCards(cases, embedder);
    expect(wrong).toEqual([]);
    expect(right).toBe(cases.length);
  });

  it('say no number that their sources do not say', async () => {
    const { files } = await findFiles([packagePath('data/knowledge')]);
    const articles = new Map<string, string>();
    for await (const item of readSource(files, createFields()))
      if (item.type === 'article') articles.set(item.id, item.body);
    for (const { answer, sources } of await readSampleCards()) {
      const said = sources.map((id) => articles.get(id) ?? `there is no article ${id}`).join('\n');
      // Numbers of steps are the card's own.
      const numbers = answer.replace(/^\d+\. /gm, '').match(/\d+(?:[.,:]\d+)*/g) ?? [];
      expect(numbers.filter((number) => !said.includes(number))).toEqual([]);
    }
  });
});
