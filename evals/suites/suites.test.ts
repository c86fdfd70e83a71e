import { describe, expect, it } from 'vitest';
import { cannedKnowledgeBase, scored } from '#chat/testing/fixtures.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import type { Ask, AskRecord, AskTurn } from '../core/ask.ts';
import { isRight, summarizeAbstention } from './abstention.ts';
import { agreementMetrics, answerScores, judgePairs, summarizeAnswers } from './answers.ts';
import { conversationPasses, converse, summarizeConversations } from './conversation.ts';
import { type Rankings, retrieve, summarizeRetrieval } from './retrieval.ts';

const evalCase = (change: Partial<EvalCase> = {}): EvalCase => ({
  id: 'c',
  kind: 'single',
  turns: [{ role: 'customer', text: 'How do I reset it?' }],
  standalone: 'How do I reset it?',
  gold: ['reset'],
  facts: ['20 seconds', 'red'],
  mustNot: ['paper clip'],
  expect: 'answer',
  ...change,
});
const reply = (text: string, change: Partial<AskRecord> = {}): AskRecord => ({
  decision: 'answer',
  confidence: 0.8,
  lookedUp: true,
  text,
  citations: [{ number: 1, documentId: 'reset', chunkId: 'reset#0', title: 'Reset', quote: text }],
  passages: [{ documentId: 'reset', chunkId: 'reset#0', title: 'Reset', text }],
  ...change,
});
const answered = (text: string, change: Partial<AskRecord> = {}) => ({
  reply: reply(text, change),
  sentences: [{ text, groundedness: 0.9 }],
  relevance: 0.5,
});

describe('answers', () => {
  it('is fully right only with every fact, from a right article, and nothing of a look-alike', () => {
    const score = (text: string, change: Partial<AskRecord> = {}) =>
      answerScores(evalCase(), answered(text, change));
    expect(score('20 seconds until red [1]')).toMatchObject({
      'fully-right': 1,
      'wrong-and-sure': 0,
      'fact-recall': 1,
    });
    expect(score('20 seconds [1]')).toMatchObject({
      'fully-right': 0,
      'wrong-and-sure': 0,
      'fact-recall': 0.5,
    });
    expect(score('20 seconds until red, with a paper clip')).toMatchObject({
      'fully-right': 0,
      'wrong-and-sure': 1,
    });
    expect(score('Call us.')).toMatchObject({ 'wrong-and-sure': 1 });
    expect(score('20 seconds until red', { citations: [] })).toMatchObject({
      'fully-right': 0,
      'cites-right': 0,
    });
    expect(score('I do not know', { decision: 'decline' })).toMatchObject({
      answered: 0,
      'fact-recall': 0,
      'wrong-and-sure': 0,
    });
  });

  it('counts what was not answered as nothing recalled, but not as wrong', () => {
    const { metrics } = summarizeAnswers(
      [
        { evalCase: evalCase(), judged: answered('20 seconds until red') },
        {
          evalCase: evalCase({ id: 'd' }),
          judged: { reply: reply('?', { decision: 'clarify' }), sentences: [], relevance: 0 },
        },
      ],
      1,
    );
    expect(metrics.answered).toMatchObject({ value: 0.5, n: 2 });
    expect(metrics['fact-recall']!.value).toBe(0.5);
    expect(metrics['fact-recall-answered']).toMatchObject({ value: 1, n: 1 });
    expect(metrics['wrong-and-sure']).toMatchObject({ value: 0, n: 1 });
    expect(metrics.groundedness!.note).toContain('1 sentences');
  });

  it('takes no facts from cases that name none', () => {
    const { metrics } = summarizeAnswers(
      [
        { evalCase: evalCase(), judged: answered('20 seconds') },
        { evalCase: evalCase({ id: 'd', facts: [] }), judged: answered('anything') },
      ],
      1,
    );
    expect(metrics['fact-recall']).toMatchObject({ value: 0.5, n: 1 });
    expect(metrics['fact-recall-answered']!.n).toBe(1);
    expect(metrics.answered!.n).toBe(2);
  });

  it('keeps a judge that fails on a pair out of the figures, and names the pair', async () => {
    const pair = (id: string) => ({
      id,
      document: 'd',
      passage: 'p',
      sentence: id,
      supported: true,
      kind: 'paraphrase' as const,
    });
    const { predictions, failed } = await judgePairs([pair('one'), pair('two')], {
      judge: {
        supports: async (sentence) => {
          if (sentence === 'two') throw new Error('the server is down');
          return true;
        },
      },
    });
    expect(predictions.map(({ pair: { id } }) => id)).toEqual(['one']);
    expect(failed).toMatchObject([{ id: 'judge-pair-two', verdict: 'error' }]);
    expect(agreementMetrics(predictions, { prefix: 'judge', who: 'Judge', seed: 1 })['judge-recall']!.n).toBe(
      1,
    );
  });

  it('says how far a judge agrees with people', () => {
    const pair = (supported: boolean) => ({
      id: 'p',
      document: 'd',
      passage: 'p',
      sentence: 's',
      supported,
      kind: 'paraphrase' as const,
    });
    const metrics = agreementMetrics(
      [
        { pair: pair(true), probability: 0.9 },
        { pair: pair(true), probability: 0.1 },
        { pair: pair(false), probability: 0.8 },
        { pair: pair(false), probability: 0.2 },
      ],
      { prefix: 'judge', who: 'Judge', seed: 1 },
    );
    expect(metrics['judge-precision']!.value).toBe(0.5);
    expect(metrics['judge-recall']!.value).toBe(0.5);
    expect(metrics['judge-f1']!.value).toBe(0.5);
  });
});

describe('abstention', () => {
  it('never calls an answer right that should not have been given', () => {
    expect(isRight(evalCase({ expect: 'decline', gold: [] }), reply('20 seconds, red'))).toBe(false);
    expect(isRight(evalCase(), reply('20 seconds'))).toBe(true);
    expect(isRight(evalCase({ facts: [] }), reply('anything'))).toBe(true);
    expect(isRight(evalCase({ facts: [] }), reply('anything', { citations: [] }))).toBe(false);
  });

  it('measures what the desk does, and what every threshold would do', () => {
    const decline = { decision: 'decline', text: 'no' } as const;
    const { metrics, charts } = summarizeAbstention(
      [
        {
          evalCase: evalCase(),
          judged: { reply: reply('20 seconds red'), forced: reply('20 seconds red', { confidence: 0.9 }) },
        },
        {
          evalCase: evalCase({ id: 'b' }),
          judged: { reply: reply('', decline), forced: reply('20 seconds', { confidence: 0.4 }) },
        },
        {
          evalCase: evalCase({ id: 'u', expect: 'decline', gold: [], facts: [] }),
          judged: { reply: reply('made up'), forced: reply('made up', { confidence: 0.7 }) },
        },
      ],
      { seed: 1, answerFrom: 0.6 },
    );
    expect(metrics['wrong-answers']).toMatchObject({ value: 0.5, n: 2, better: 'lower' });
    expect(metrics['unanswerable-answered']!.value).toBe(1);
    expect(metrics['answerable-declined']!.value).toBe(0.5);
    expect(metrics['coverage-5']!.value).toBeCloseTo(1 / 3);
    const curve = charts.find(({ id }) => id === 'risk-coverage')!;
    expect(curve.kind === 'lines' && curve.series[1]!.points).toEqual([[2 / 3, 0.5]]);
  });
});

describe('conversation', () => {
  const script = {
    id: 'x',
    kind: 'follow-up' as const,
    steps: [
      { say: 'reset it', expect: 'clarify' as const, facts: [], cites: [], must_not: [] },
      {
        say: 'the round one',
        expect: ['answer', 'clarify'] as ('answer' | 'clarify')[],
        facts: ['20 seconds'],
        cites: ['reset'],
        must_not: [],
      },
    ],
  };

  it('shows the desk its own replies with what it had decided', async () => {
    const seen: (readonly AskTurn[])[] = [];
    const ask: Ask = async (turns) => {
      seen.push([...turns]);
      return turns.length === 1 ? reply('Which?', { decision: 'clarify' }) : reply('20 seconds');
    };
    const replies = await converse(script, ask);
    expect(seen[1]).toMatchObject([
      { role: 'customer', text: 'reset it' },
      { role: 'agent', text: 'Which?', decision: 'clarify' },
      { role: 'customer', text: 'the round one' },
    ]);
    expect(conversationPasses(script, replies)).toBe(true);
    const { metrics } = summarizeConversations([{ evalCase: script, judged: replies }]);
    expect(metrics.steps).toMatchObject({ value: 1, n: 2 });
    expect(metrics['follow-up']!.n).toBe(1);
  });

  it('is wrong when a single step is', () => {
    expect(conversationPasses(script, [reply('Which?', { decision: 'clarify' }), reply('12 seconds')])).toBe(
      false,
    );
    expect(conversationPasses(script, [reply('20 seconds'), reply('20 seconds')])).toBe(false);
    expect(
      conversationPasses(script, [
        reply('Which?', { decision: 'clarify' }),
        reply('20 seconds', { citations: [] }),
      ]),
    ).toBe(false);
  });
});

it('puts methods of retrieval, and forms of the query, side by side', () => {
  const lists = { bm25: ['x', 'a'], vectors: ['y'], hybrid: ['a', 'x'] };
  const rankings: Rankings = {
    condensed: lists,
    'last-turn': { ...lists, hybrid: ['x'] },
    standalone: lists,
  };
  const several = evalCase({
    gold: ['a'],
    turns: [
      { role: 'customer', text: 'one' },
      { role: 'agent', text: 'two' },
      { role: 'customer', text: 'three' },
    ],
  });
  const { metrics } = summarizeRetrieval(
    [{ evalCase: several, judged: { query: 'q', rankings, found: [], given: true } }],
    1,
  );
  expect(metrics['hybrid-recall-1']!.value).toBe(1);
  expect(metrics['bm25-recall-1']!.value).toBe(0);
  expect(metrics['bm25-mrr']!.value).toBe(0.5);
  expect(metrics['vectors-recall-10']!.value).toBe(0);
  expect(metrics['multi-turn-last-turn-recall-5']!.value).toBe(0);
  expect(metrics['multi-turn-condensed-recall-5']!.value).toBe(1);
  expect(metrics['hybrid-mrr']!.label).toMatch(/as served/);
  expect(metrics['multi-turn-standalone-recall-5']!.value).toBe(1);
  const unwritten = { ...several, standalone: 'three' };
  expect(
    summarizeRetrieval([{ evalCase: unwritten, judged: { query: 'q', rankings, found: [], given: true } }], 1)
      .metrics['multi-turn-standalone-recall-5'],
  ).toBeUndefined();
});

it('shows the stages of a knowledge base as methods of their own, and judges the last one', async () => {
  const chunk = makeChunk({ documentId: 'a' });
  const other = makeChunk({ documentId: 'b' });
  const knowledge = (...ranked: (typeof chunk)[]) => cannedKnowledgeBase(ranked.map((one) => scored(one)));
  const found = await retrieve(evalCase({ gold: ['a'] }), {
    generation: {
      chunks: [chunk, other],
      vectorIndex: { size: 2, search: () => [{ row: 1, score: 1 }] },
      lexicalIndex: { size: 2, search: () => [] },
    },
    knowledge: {
      ...knowledge(chunk, other),
      stages: { hybrid: knowledge(other, chunk), reranked: knowledge(chunk, other) },
    },
    embedder: createHashingEmbedder(),
  });
  expect(found.rankings.condensed).toEqual({
    bm25: [],
    vectors: ['b'],
    hybrid: ['b', 'a'],
    reranked: ['a', 'b'],
  });
  const { metrics, charts } = summarizeRetrieval([{ evalCase: evalCase({ gold: ['a'] }), judged: found }], 1);
  expect(metrics['hybrid-recall-1']!.value).toBe(0);
  expect(metrics['reranked-recall-1']!.value).toBe(1);
  expect(charts[0]!.kind === 'bars' && charts[0]!.groups[0]!.bars.map(({ name }) => name)).toEqual([
    'Words (BM25)',
    'Meaning (vectors)',
    'Both',
    'Both, ranked again, as served',
  ]);
});
