import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppError } from '#core/errors.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { buildBm25, type LexicalDocument, serializeBm25 } from './bm25-build.ts';
import { parseBm25 } from './bm25-file.ts';
import { createBm25Index } from './bm25-index.ts';

const k1 = 1.5;
const b = 0.6;
const headingWeight = 3;

/** BM25 as the textbook writes it, one document after the other. */
function referenceScores(documents: readonly LexicalDocument[], query: string): number[] {
  const bags = documents.map(({ heading, text }) => [
    ...Array.from({ length: headingWeight }, () => tokenizeForSearch(heading)).flat(),
    ...tokenizeForSearch(text),
  ]);
  const average = bags.reduce((sum, bag) => sum + bag.length, 0) / bags.length || 1;
  return bags.map((bag) => {
    let score = 0;
    for (const term of new Set(tokenizeForSearch(query))) {
      const documentFrequency = bags.filter((other) => other.includes(term)).length;
      const idf = Math.log(1 + (bags.length - documentFrequency + 0.5) / (documentFrequency + 0.5));
      const frequency = bag.filter((token) => token === term).length;
      score += (idf * frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * bag.length) / average));
    }
    return score;
  });
}

const word = fc.constantFrom(
  'reset',
  'password',
  'wi-fi',
  'E4',
  'valve',
  'refund',
  'parcels',
  'refunded',
  'the',
  'router',
);
const words = fc.array(word, { maxLength: 12 }).map((list) => list.join(' '));
const corpus = fc.array(fc.record({ heading: words, text: words }), { minLength: 1, maxLength: 25 });

describe('BM25 index', () => {
  it('scores every document as a naive implementation does', () => {
    fc.assert(
      fc.property(corpus, words, (documents, query) => {
        const index = createBm25Index(buildBm25(documents));
        const expected = referenceScores(documents, query);
        const found = index.search(query, documents.length);
        expect(found.length).toBe(expected.filter((score) => score > 0).length);
        for (const { row, score } of found) expect(score).toBeCloseTo(expected[row]!, 4);
        for (const [rank, { score }] of found.entries()) {
          if (rank > 0) expect(score).toBeLessThanOrEqual(found[rank - 1]!.score);
        }
        const rows = documents.map((_, row) => row);
        index.evidence(query, rows).forEach(({ score }, row) => {
          expect(score).toBeCloseTo(expected[row]!, 4);
        });
      }),
    );
  });

  it('answers the same after being saved and loaded, from any position in memory', () => {
    fc.assert(
      fc.property(corpus, words, fc.integer({ min: 0, max: 7 }), (documents, query, shift) => {
        const built = buildBm25(documents);
        const saved = Buffer.concat([...serializeBm25(documents)]);
        const bytes = new Uint8Array(saved.length + shift).subarray(shift);
        bytes.set(saved);
        expect(createBm25Index(parseBm25(bytes)).search(query, 5)).toEqual(
          createBm25Index(built).search(query, 5),
        );
      }),
    );
  });

  it('is the same file however many postings are made at a time', () => {
    fc.assert(
      fc.property(
        corpus,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 3, 0.1, 300),
        (documents, postingsAtOnce, headingWeight) => {
          const inOne = Buffer.concat([...serializeBm25(documents, { headingWeight })]);
          const inRuns = Buffer.concat([...serializeBm25(documents, { headingWeight, postingsAtOnce })]);
          expect(inRuns.equals(inOne)).toBe(true);
        },
      ),
    );
  });

  const documents = [
    { heading: 'Reset the password', text: 'Choose Forgot password.' },
    { heading: 'Error E4', text: 'The valve cannot reach the bridge.' },
    { heading: 'Valve', text: 'Mount the valve, then reset it.' },
  ];
  const index = createBm25Index(buildBm25(documents));

  it('says how much of the question a row covers, unknown words counted as missing', () => {
    const coverageOf = (query: string) => index.search(query, 3)[0]?.coverage;
    expect(coverageOf('reset password')).toBe(1);
    expect(coverageOf('reset password zebra')).toBeGreaterThan(0.3);
    expect(coverageOf('reset password zebra')).toBeLessThan(0.8);
    expect(index.evidence('zebra', [0])).toEqual([{ score: 0, coverage: 0 }]);
  });

  it('counts words of a side text less, and never a word twice', () => {
    const query = [
      { text: 'reset', weight: 1 },
      { text: 'valve reset', weight: 0.25 },
    ];
    const alone = (text: string, row: number) => index.evidence(text, [row])[0]!.score;
    const found = index.search(query, 3);
    expect(found.find(({ row }) => row === 1)?.score).toBeCloseTo(0.25 * alone('valve', 1), 5);
    expect(found.find(({ row }) => row === 2)?.score).toBeCloseTo(
      alone('reset', 2) + 0.25 * alone('valve', 2),
      5,
    );
    expect(index.evidence(query, [2])[0]!.coverage).toBeCloseTo(1, 5);
    expect(
      index.search(
        [
          { text: 'reset', weight: 1 },
          { text: 'valve', weight: 0 },
        ],
        3,
      ),
    ).toEqual(index.search('reset', 3));
  });

  it('leaves out rows that a filter excludes, without a trace in the next search', () => {
    expect(index.search('valve', 3, (row) => row !== 2).map(({ row }) => row)).toEqual([1]);
    expect(index.search('valve', 3).map(({ row }) => row)).toEqual([2, 1]);
  });

  it('finds nothing for a question without known words, or in an empty index', () => {
    expect(index.search('', 3)).toEqual([]);
    expect(index.search('how is it', 3)).toEqual([]);
    expect(createBm25Index(buildBm25([])).search('valve', 3)).toEqual([]);
  });

  it('refuses bytes that are no complete index', () => {
    const saved = Buffer.concat([...serializeBm25(documents)]);
    for (const bytes of [
      saved.subarray(0, 10),
      saved.subarray(0, -1),
      Buffer.alloc(100),
      Buffer.concat([saved, saved]),
    ]) {
      expect(() => parseBm25(bytes)).toThrow(
        expect.objectContaining({ code: 'knowledge-base-damaged' }) as AppError,
      );
    }
  });
});
