import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { evidenceFeatures, writtenLogit } from './evidence-features.ts';

const passage = (documentId: string, evidence: Parameters<typeof scored>[1], score = 0.5) =>
  scored(makeChunk({ documentId }), evidence, score);

describe('evidence as numbers', () => {
  it('says how far the best passage stands out', () => {
    const alike = evidenceFeatures(
      [passage('a', { cosine: 0.6 }, 0.9), passage('b', { cosine: 0.6 }, 0.9)],
      'how do I reset it?',
    );
    const apart = evidenceFeatures(
      [passage('a', { cosine: 0.6 }, 0.9), passage('b', { cosine: 0.6 }, 0.1)],
      'how do I reset it?',
    );
    expect(alike.scoreMargin).toBe(0);
    expect(apart.scoreMargin).toBeCloseTo(0.8);
  });

  it('counts the best words and the nearest passage wherever they stand', () => {
    const { cosine, coverageMargin } = evidenceFeatures(
      [
        passage('a', { cosine: 0.5, coverage: 0.2 }),
        passage('b', { cosine: 0.7, coverage: 0.8 }),
        passage('c', { cosine: 0.1, coverage: 0.4 }),
      ],
      'how do I reset it?',
    );
    expect(cosine).toBe(0.7);
    expect(coverageMargin).toBeCloseTo(0.5);
  });

  it('takes the reranker at its word, the margin being to another document', () => {
    const { rerank, rerankMargin } = evidenceFeatures(
      [
        passage('a', { rerank: 4 }),
        passage('a', { rerank: 3 }),
        passage('b', { rerank: -1 }),
        passage('c', {}),
      ],
      'how do I reset it?',
    );
    expect(rerank).toBeCloseTo(0.4);
    expect(rerankMargin).toBeCloseTo(0.5);
    expect(evidenceFeatures([passage('a', {})], 'how do I reset it?')).toMatchObject({
      rerank: 0,
      rerankMargin: 0,
    });
  });

  it('says where what the reader takes for the answer holds no amount, though one was asked for', () => {
    const text = 'Boats are washed by hand. A boat takes six people.';
    const readAs = (answer: string) => {
      const start = text.indexOf(answer);
      const reading = [{ start, end: start + answer.length, belongs: 0.9 }];
      return { ...scored(makeChunk({ text }), { rerank: 1 }), reading };
    };
    const missing = (question: string, answer: string) =>
      evidenceFeatures([readAs(answer)], question).kindMissing;
    expect(missing('how many people fit in a boat?', 'Boats are washed by hand.')).toBe(1);
    expect(missing('how many people fit in a boat?', 'A boat takes six people.')).toBe(0);
    expect(missing('how do I wash a boat?', 'Boats are washed by hand.')).toBe(0);
    expect(evidenceFeatures([passage('a', { rerank: 1 })], 'how many people?').kindMissing).toBe(0);
  });

  it('does not take a sentence of a passage far from the question for the answer', () => {
    const readWhole = (text: string, belongs: number, score: number) => ({
      ...scored(makeChunk({ text }), { rerank: 1 }, score),
      reading: [{ start: 0, end: text.length, belongs }],
    });
    const price = readWhole('Price a month: 29 euros', 0.2, 1);
    const far = readWhole('Choose a larger plan.', 0.4, 0.3);
    const near = readWhole('Choose a larger plan.', 0.4, 0.9);
    const question = 'how much is the team plan?';
    expect(evidenceFeatures([price, far], question).kindMissing).toBe(0);
    expect(evidenceFeatures([price, near], question).kindMissing).toBe(1);
  });

  it('is finite whatever was found', () => {
    const number = fc.option(fc.double({ min: -50, max: 50, noNaN: true }), { nil: undefined });
    const found = fc.array(
      fc.record({ cosine: number, coverage: number, rerank: number, document: fc.constantFrom('a', 'b') }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(found, (list) => {
        const passages = list.map(({ document, cosine, coverage, rerank }) =>
          passage(document, {
            ...(cosine === undefined ? {} : { cosine }),
            ...(coverage === undefined ? {} : { coverage }),
            ...(rerank === undefined ? {} : { rerank }),
          }),
        );
        const features = evidenceFeatures(passages, 'how long?');
        expect(Object.values(features).every(Number.isFinite)).toBe(true);
        expect(Math.abs(features.rerank)).toBeLessThanOrEqual(1);
        expect(features.rerankMargin).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('the evidence of written questions', () => {
  const written = (...cosines: number[]) => ({
    ...passage('a', {}),
    answers: cosines.map((cosine) => ({ question: 'How?', cosine, ranges: [{ start: 0, end: 4 }] })),
  });
  const bare = passage('b', {});

  it('grows with the nearest one, and is against an answer where even that is far', () => {
    expect(writtenLogit([written(0.5), written(0.6, 0.95)])).toBeCloseTo(1);
    expect(writtenLogit([written(0.75)])).toBeCloseTo(0);
    expect(writtenLogit([written(0.45)])).toBeCloseTo(-1.5);
  });

  it('is never against it where a passage has none, and none where all have none', () => {
    expect(writtenLogit([written(0.45), bare])).toBe(0);
    expect(writtenLogit([written(0.95), bare])).toBeCloseTo(1);
    expect(writtenLogit([bare])).toBe(0);
    expect(writtenLogit([])).toBe(0);
  });
});
