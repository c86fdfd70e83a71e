import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addQuestions, fuseScores } from './score-fusion.ts';

const candidate = fc.record({
  row: fc.nat(10_000),
  cosine: fc.double({ min: -1, max: 1, noNaN: true }),
  bm25: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true })),
});
const candidates = fc.uniqueArray(candidate, { selector: ({ row }) => row, maxLength: 120 });
const options = { depth: 50, vectorWeight: 2 };

describe('fusion of scores', () => {
  it('returns every candidate once, best first, with a score from 0 to 1', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const fused = fuseScores(list, options);
        expect(fused.map(({ row }) => row).sort()).toEqual(list.map(({ row }) => row).sort());
        for (const [rank, { score }] of fused.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          if (rank > 0) expect(score).toBeLessThanOrEqual(fused[rank - 1]!.score);
        }
      }),
    );
  });

  it('never puts a candidate below one that is worse in both searches', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const fused = fuseScores(list, options);
        for (const [rank, better] of fused.entries()) {
          for (const worse of fused.slice(0, rank)) {
            const isDominated = worse.cosine < better.cosine && worse.bm25 < better.bm25;
            if (isDominated) expect(worse.score).toBe(better.score);
          }
        }
      }),
    );
  });

  it('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        expect(fuseScores([...list].reverse(), options)).toEqual(fuseScores(list, options));
      }),
    );
  });

  it('follows the words when the vectors cannot tell candidates apart, and the other way round', () => {
    const byWords = fuseScores(
      [
        { row: 1, cosine: 0.5, bm25: 1 },
        { row: 2, cosine: 0.5, bm25: 9 },
      ],
      options,
    );
    expect(byWords[0]?.row).toBe(2);
    const byVectors = fuseScores(
      [
        { row: 1, cosine: 0.9, bm25: 0 },
        { row: 2, cosine: 0.1, bm25: 0 },
      ],
      options,
    );
    expect(byVectors[0]?.row).toBe(1);
  });

  it('lets the vectors weigh twice as much as the words', () => {
    const fused = fuseScores(
      [
        { row: 1, cosine: 0.9, bm25: 0 },
        { row: 2, cosine: 0.1, bm25: 9 },
        { row: 3, cosine: 0.1, bm25: 0 },
      ],
      options,
    );
    expect(fused.map(({ row }) => row)).toEqual([1, 2, 3]);
    expect(fused.map(({ score }) => score)).toEqual([1, expect.closeTo(0.5, 6), 0]);
  });

  it('listens to the search that tells one candidate from all others', () => {
    const alike = Array.from({ length: 49 }, (_, row) => ({ row, cosine: 0.5 + row / 1_000, bm25: 3 }));
    const fused = fuseScores([...alike, { row: 49, cosine: 0.51, bm25: 20 }], options);
    expect(fused[0]?.row).toBe(49);
  });
});

describe('fusion with written questions', () => {
  const ranked = [
    { row: 0, score: 1, cosine: 0.6 },
    { row: 1, score: 0.9, cosine: 0.5 },
    { row: 2, score: 0, cosine: 0.1 },
  ];
  const withQuestions = (nearest: Readonly<Record<number, number>>, weight = 0.5) =>
    addQuestions(ranked, {
      cosineOf: (row) => ranked[row]!.cosine,
      nearestQuestion: (row) => nearest[row],
      weight,
    }).map(({ row, score }) => [row, Number(score.toFixed(3))]);

  it('adds how near the nearest question is, both from 0 to 1', () => {
    expect(withQuestions({ 0: 0.3, 1: 0.8, 2: 0.2 })).toEqual([
      [1, 1],
      [0, 0.774],
      [2, 0],
    ]);
  });

  it('leaves the order as it is where every passage’s questions are as much nearer as the others’', () => {
    expect(withQuestions({ 0: 0.7, 1: 0.6, 2: 0.2 }).map(([row]) => row)).toEqual([0, 1, 2]);
  });

  it('pushes no passage up because it alone has questions, and one whose question is the very one asked', () => {
    expect(withQuestions({ 1: 0.55 }).map(([row]) => row)).toEqual([0, 1, 2]);
    expect(withQuestions({ 1: 1 }).map(([row]) => row)).toEqual([1, 0, 2]);
  });

  it('changes nothing where no candidate has questions', () => {
    expect(withQuestions({})).toEqual([
      [0, 1],
      [1, 0.9],
      [2, 0],
    ]);
  });
});
