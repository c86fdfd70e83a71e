import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { answerProbability, type Calibration, decide } from './policy.ts';

const calibration: Calibration = {
  embedder: 'canned',
  coefficients: { cosine: 6, scoreMargin: 2, coverageMargin: 4, rerank: 0, rerankMargin: 0, kindMissing: 0 },
  intercept: -6,
  answerFrom: 0.5,
  clarifyFrom: 0.3,
};

const probability = (passages: readonly ScoredChunk[], fit = calibration) =>
  answerProbability({ question: 'how do I reset it?', passages }, fit);

const looked = { kind: 'question' } as const;

it.each(['🙂', '??', '🤷‍♀️'])('asks what is meant by a message without a word: %s', (question) => {
  const history = [{ id: '1', author: 'bot', text: 'x', decision: 'answer', createdAt: '' }] as const;
  const passages = [scored(makeChunk(), { cosine: 1, coverage: 1 })];
  expect(decide({ act: looked, question, history, unhelped: 0, passages }, calibration)).toEqual({
    decision: 'clarify',
    confidence: 0,
    topics: [],
  });
});

describe('confidence', () => {
  it('is a probability that only grows with the evidence', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (cosine, coverage, more) => {
        const lower = probability([scored(makeChunk(), { cosine, coverage, bm25: 5 })]);
        const higher = probability([
          scored(makeChunk(), { cosine: Math.min(1, cosine + more), coverage, bm25: 5 }),
        ]);
        expect(lower).toBeGreaterThan(0);
        expect(higher).toBeLessThan(1);
        expect(higher).toBeGreaterThanOrEqual(lower);
      }),
    );
  });

  it('is said where it is too low for an answer to be stated, and never where the budget is tighter', () => {
    const budget = (share: number, answerFrom: number) => ({
      budget: share,
      answerFrom,
      coverage: 0.5,
      answerableAnswered: 0.5,
    });
    const fit = { ...calibration, errorBudgets: [budget(0.05, 0.8), budget(0.15, 0.5)] };
    const on = (cosine: number, by: Calibration) => {
      const passages = [scored(makeChunk(), { cosine })];
      return decide({ act: looked, question: 'q', history: [], unhelped: 0, passages }, by);
    };
    const between = [...Array(100).keys()]
      .map((hundredth) => hundredth / 100)
      .find((cosine) => probability([scored(makeChunk(), { cosine })]) > 0.6)!;
    expect(on(between, fit)).toMatchObject({ decision: 'answer', isUnsure: true });
    expect(on(between, calibration)).not.toHaveProperty('isUnsure');
    expect(on(between, { ...fit, errorBudgets: [budget(0.05, 0.55), budget(0.15, 0.5)] })).toEqual({
      decision: 'answer',
      confidence: on(between, fit).confidence,
    });
    expect(on(between, { ...fit, answerFrom: 0.8 }).decision).not.toBe('answer');
  });

  it('is zero without passages', () => {
    expect(probability([])).toBe(0);
  });

  it('is judged by the second fit where a reranker has read, and by the first where it has not', () => {
    const reranked = {
      ...calibration,
      reranker: 'r',
      coefficients: { ...calibration.coefficients, cosine: 0, rerank: 10 },
      answerFrom: 0.9,
    };
    const both = { ...calibration, reranked };
    const without = scored(makeChunk(), { cosine: 0.9 }, 0);
    const refused = scored(makeChunk(), { cosine: 0.9, rerank: -8 }, 0);
    expect(probability([without], both)).toBe(probability([without]));
    expect(probability([refused], both)).toBeLessThan(0.01);
    const decisionOn = (one: typeof without) =>
      decide({ act: looked, question: 'q', history: [], unhelped: 0, passages: [one] }, both).decision;
    expect(decisionOn(scored(makeChunk(), { cosine: 0.9, rerank: 2 }, 0))).not.toBe('answer');
    expect(decisionOn(scored(makeChunk(), { cosine: 0.9, rerank: 9 }, 0))).toBe('answer');
  });
});

describe('a question for what is excepted', () => {
  const decideOn = (question: string, text: string) =>
    decide(
      {
        act: looked,
        question,
        history: [],
        unhelped: 0,
        passages: [scored(makeChunk({ text }), { cosine: 0.9 }, 0)],
      },
      calibration,
    ).decision;

  it('needs less evidence where the best passage says what does not hold', () => {
    const exception = 'We insure books. We do not insure glass or porcelain.';
    expect(decideOn('which parcels do you not insure?', exception)).toBe('answer');
    expect(decideOn('which parcels do you not insure?', 'We insure books and clothes.')).not.toBe('answer');
    expect(decideOn('which parcels do you insure?', exception)).not.toBe('answer');
  });
});

describe('a first question of few words', () => {
  const fits = (documentId: string, score: number, coverage: number) =>
    scored(makeChunk({ documentId, text: `Only ${documentId} has this.` }), { cosine: 1, coverage }, score);
  const ask = (question: string, passages: ReturnType<typeof fits>[], history: Message[] = []) =>
    decide({ act: looked, question, history, unhelped: 0, passages }, calibration).decision;
  const greeted: Message[] = [
    { id: 'a', author: 'customer', text: 'hi', createdAt: '' },
    { id: 'b', author: 'bot', text: 'Hello!', createdAt: '', decision: 'small-talk' },
  ];

  it('is asked back about where another article fits it as well', () => {
    const passages = [fits('old', 1, 1), fits('old', 0.9, 1), fits('new', 0.8, 1)];
    expect(ask('how do I reset it', passages)).toBe('clarify');
    expect(ask('how do I reset it', passages, greeted)).toBe('clarify');
    expect(ask('how do I reset the old square thermostat', passages)).toBe('answer');
  });

  it('is answered where one article fits it best, or it follows on something', () => {
    expect(ask('how do I reset it', [fits('old', 1, 1), fits('new', 0.5, 1)])).toBe('answer');
    expect(ask('how do I reset it', [fits('old', 1, 1), fits('new', 0.9, 0.5)])).toBe('answer');
    const answered: Message[] = [{ id: 'b', author: 'bot', text: 'x', createdAt: '', decision: 'answer' }];
    expect(ask('how do I reset it', [fits('old', 1, 1), fits('new', 0.9, 1)], answered)).toBe('answer');
  });

  it.each(['?', '…', '🙂', '👩‍👩‍👧‍👦'])(
    'of signs alone is asked back about, whatever is found: %s',
    (question) => {
      const passages = [scored(makeChunk(), { cosine: 0.9, coverage: 1 })];
      expect(
        decide({ act: looked, question, history: [], unhelped: 0, passages }, calibration),
      ).toMatchObject({
        decision: 'clarify',
        topics: [],
      });
    },
  );

  it('in a script without spaces says more than one word', () => {
    const decided = (question: string) =>
      decide({ act: looked, question, history: [], unhelped: 0, passages: [] }, calibration).decision;
    expect(decided('我可以退货吗？')).toBe('decline');
    expect(decided('退货')).toBe('clarify');
  });

  it('that says nothing yet is asked back about, not declined', () => {
    const hopeless = [scored(makeChunk(), { cosine: 0, coverage: 0 }, 0)];
    expect(
      decide(
        { act: looked, question: "it doesn't work", history: [], unhelped: 0, passages: hopeless },
        calibration,
      ),
    ).toMatchObject({
      decision: 'clarify',
      topics: [],
    });
  });
});
