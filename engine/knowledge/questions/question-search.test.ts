import { describe, expect, it } from 'vitest';
import { normalize, stackVectors } from '#core/vector-matrix.ts';
import { createExactVectorIndex } from '../index/exact-vector-index.ts';
import { createQuestionSearch } from './question-search.ts';

/** On a circle: the nearer two angles are, the nearer the vectors. */
const at = (degrees: number) =>
  normalize(Float32Array.from([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]));
const vectors = stackVectors([10, 80, 20, 60, 15].map(at), 2);
const search = createQuestionSearch({
  vectors,
  vectorIndex: createExactVectorIndex(vectors),
  // Passage 3 has questions of two files, passages 0 and 1 are one section, passage 2 has none.
  groups: [
    {
      count: 2,
      passages: [3],
      places: [[], [{ passage: 3, start: 5, end: 9 }]],
    },
    {
      count: 2,
      passages: [0, 1],
      places: [
        [
          { passage: 1, start: 7, end: 9 },
          { passage: 0, start: 2, end: 4 },
          { passage: 1, start: 0, end: 3 },
        ],
        [{ passage: 1, start: 1, end: 2 }],
      ],
    },
    { count: 1, passages: [3] },
  ],
  textOf: (group, index) => `${group}.${index}`,
  passages: 4,
});

describe('the questions of passages', () => {
  it('find the passages whose questions are nearest, nearest first', () => {
    expect(search.nearestPassages(at(0), 3)).toEqual([3, 0, 1]);
    expect(search.nearestPassages(at(58), 3)).toEqual([0, 1, 3]);
    expect(search.nearestPassages(at(0), 1)).toEqual([3]);
  });

  it('find no passage that a filter leaves out', () => {
    expect(search.nearestPassages(at(0), 3, (passage) => passage === 1)).toEqual([1]);
    expect(search.nearestPassages(at(0), 3, () => false)).toEqual([]);
  });

  it('say how near the nearest one is, of all files', () => {
    const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
    expect(search.nearestQuestion(3, at(14))).toBeCloseTo(cosine(1));
    expect(search.nearestQuestion(1, at(14))).toBeCloseTo(cosine(6));
    expect(search.nearestQuestion(2, at(14))).toBeUndefined();
  });

  it('say their words and where the answers to them stand, in this passage alone, those of the nearest questions first', () => {
    const near = (degrees: number) => expect.closeTo(Math.cos((degrees * Math.PI) / 180), 5);
    expect(search.nearestAnswers(1, at(55), 5)).toEqual([
      { question: '1.1', cosine: near(5), ranges: [{ start: 1, end: 2 }] },
      {
        question: '1.0',
        cosine: near(35),
        ranges: [
          { start: 7, end: 9 },
          { start: 0, end: 3 },
        ],
      },
    ]);
    expect(search.nearestAnswers(1, at(55), 1)).toHaveLength(1);
    expect(search.nearestAnswers(0, at(55), 5)).toMatchObject([{ ranges: [{ start: 2, end: 4 }] }]);
    expect(search.nearestAnswers(3, at(10), 5)).toEqual([
      { question: '0.1', cosine: near(70), ranges: [{ start: 5, end: 9 }] },
    ]);
    expect(search.nearestAnswers(2, at(55), 5)).toEqual([]);
  });
});
