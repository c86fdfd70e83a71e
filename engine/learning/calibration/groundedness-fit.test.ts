import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { fitGroundedness, readGroundednessPairs } from './groundedness-fit.ts';

const dimensions = 64;
/** Words hashed into a few numbers: enough for texts that share words to be close. */
const embedder: Embedder = {
  modelId: 'words',
  dimensions,
  async embedDocuments(texts) {
    return texts.map((text) => {
      const vector = new Float32Array(dimensions);
      for (const word of text.toLowerCase().match(/\w+/g) ?? [])
        vector[[...word].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % dimensions, 7)]! += 1;
      const norm = Math.hypot(...vector) || 1;
      return vector.map((value) => value / norm);
    });
  },
  async embedQuery(text) {
    return (await this.embedDocuments([text]))[0]!;
  },
  async close() {},
};

const pairs = await readGroundednessPairs(
  join(import.meta.dirname, '../../../data/evals/support-pairs.jsonl'),
);

describe('the labelled pairs that ship', () => {
  it('are labelled as their kind says', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(120);
    expect(new Set(pairs.map(({ id }) => id)).size).toBe(pairs.length);
    for (const { kind, supported } of pairs)
      expect(supported).toBe(kind === 'verbatim' || kind === 'paraphrase');
    for (const { kind, passage, sentence } of pairs)
      if (kind === 'verbatim') expect(passage).toContain(sentence);
  });
});

describe('the groundedness score', () => {
  it('tells a quotation and a paraphrase from another subject', async () => {
    const { scorer } = await fitGroundedness(pairs, embedder);
    const passage = 'Press and hold the dial for 10 seconds, until the ring turns white, and let go.';
    expect(await scorer.score(passage, passage)).toBeGreaterThan(0.5);
    expect(await scorer.score('Refunds to a card take 3 to 5 working days.', passage)).toBeLessThan(0.5);
    expect(await scorer.score('Hold the dial for 10 seconds.', passage)).toBeGreaterThan(
      await scorer.score('Hold the dial for 25 seconds.', passage),
    );
  });

  it('is judged on pairs that its fit had not seen, better than chance, and the same each time', async () => {
    const [one, other] = [await fitGroundedness(pairs, embedder), await fitGroundedness(pairs, embedder)];
    expect(one.predictions).toEqual(other.predictions);
    expect(one.predictions.every(({ probability }) => probability >= 0 && probability <= 1)).toBe(true);
    const agreed = one.predictions.filter(
      ({ pair, probability }) => probability >= 0.5 === pair.supported,
    ).length;
    expect(agreed / pairs.length).toBeGreaterThan(0.6);
  });
});
