import { describe, expect, it } from 'vitest';
import type { AskRecord, AskTurn } from '#evals/core/ask.ts';
import type { SetQuestion } from './answer-set.ts';
import type { HelpCentre } from './help-centre.ts';
import { runCentre } from './run-centre.ts';

const markdown = 'Delivery to Spain takes six working days.';
const centre: HelpCentre = new Map([['delivery', { id: 'delivery', title: 'Delivery', markdown }]]);
const base = { turns: [], also: [], answer: [], facts: [], must_not: [], readings: [] };
const questions: SetQuestion[] = [
  {
    ...base,
    id: 's-1',
    style: 'plain',
    question: 'how long to Spain?',
    expect: 'answer',
    article: 'delivery',
    answer: [[0, markdown.length]],
    facts: ['six working days'],
    must_not: ['Tuesday'],
  },
  {
    ...base,
    id: 's-2',
    style: 'follow-up',
    question: 'and to Peru?',
    turns: [
      { author: 'customer', text: 'how long to Spain?' },
      { author: 'bot', text: 'Six days.' },
    ],
    expect: 'decline',
  },
  {
    ...base,
    id: 's-3',
    style: 'underspecified',
    question: 'how long?',
    expect: 'ask-back',
    readings: ['a', 'b'],
  },
  { ...base, id: 's-4', style: 'person', question: 'a person please', expect: 'handoff' },
];
const record = (decision: AskRecord['decision'], text = ''): AskRecord => ({
  decision,
  confidence: 1,
  lookedUp: true,
  text,
  citations: [{ number: 1, documentId: 'delivery', chunkId: 'delivery#0', title: '', quote: '' }],
  passages: [{ documentId: 'delivery', chunkId: 'delivery#0', title: '', text: markdown }],
});
const run = (reply: (turns: readonly AskTurn[]) => AskRecord) =>
  runCentre({ questions, centre, seed: 1, ask: async (turns) => reply(turns) });

describe('the suite over a help centre', () => {
  it('gives each figure over the questions that it says something of', async () => {
    const { outcome } = await run(() => record('answer', `${markdown} [1]`));
    const values = Object.fromEntries(
      Object.entries(outcome.metrics).map(([id, { value, n }]) => [id, `${value} of ${n}`]),
    );
    expect(values).toEqual({
      direct: '1 of 1',
      complete: '1 of 1',
      'complete-answered': '1 of 1',
      clean: '1 of 1',
      'format-kept': '0 of 0',
      'right-article': '1 of 1',
      'harmful-mix': '0 of 1',
      found: '1 of 1',
      'found-answered': '1 of 1',
      'found-stated': '1 of 1',
      'answerable-asked-back': '0 of 1',
      'unanswerable-answered': '1 of 1',
      'unanswerable-stated': '1 of 1',
      'underspecified-asked-back': '0 of 1',
      'handed-over': '0 of 1',
      'as-expected': '0.25 of 4',
    });
    expect(outcome.cases.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'fail', 'fail']);
  });

  it('counts an answer that the desk doubts as given, and not as stated', async () => {
    const { outcome } = await run(() => ({ ...record('answer', `${markdown} [1]`), isUnsure: true }));
    expect(outcome.metrics).toMatchObject({
      'found-answered': { value: 1 },
      'found-stated': { value: 0 },
      'unanswerable-answered': { value: 1 },
      'unanswerable-stated': { value: 0 },
    });
  });

  it('counts an answer that was not given as one without facts', async () => {
    const { outcome } = await run(() => record('clarify'));
    expect(outcome.metrics).toMatchObject({
      complete: { value: 0, n: 1 },
      'complete-answered': { n: 0 },
      'answerable-asked-back': { value: 1 },
      'underspecified-asked-back': { value: 1 },
    });
  });

  it('asks a follow-up after what was said before', async () => {
    const asked: (readonly AskTurn[])[] = [];
    await run((turns) => {
      asked.push(turns);
      return record('decline');
    });
    expect(asked[1]).toEqual([
      { role: 'customer', text: 'how long to Spain?' },
      { role: 'agent', text: 'Six days.', decision: 'answer' },
      { role: 'customer', text: 'and to Peru?' },
    ]);
  });
});
