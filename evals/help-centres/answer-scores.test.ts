import { describe, expect, it } from 'vitest';
import type { AskRecord } from '#evals/core/ask.ts';
import { isGoldFound, isHarmfulMix, scoreSetAnswer } from './answer-scores.ts';
import type { SetQuestion } from './answer-set.ts';
import type { HelpCentre } from './help-centre.ts';

const markdown = `# Delivery

Delivery to Spain takes six working days. It costs 5 euro.

To change the address:

1. Open your order.
2. Choose another address.

Parcels are carried by a cyclist on every second Thursday.
`;
const centre: HelpCentre = new Map([['delivery', { id: 'delivery', title: 'Delivery', markdown }]]);
const rangeOf = (from: string, to: string): [number, number] => [
  markdown.indexOf(from),
  markdown.indexOf(to) + to.length,
];
const question = (rest: Partial<SetQuestion>): SetQuestion => ({
  id: 'q',
  style: 'plain',
  question: 'how long to Spain?',
  turns: [],
  expect: 'answer',
  article: 'delivery',
  also: [],
  answer: [rangeOf('Delivery to', 'days.')],
  facts: ['six working days | 6 working days'],
  must_not: [],
  readings: [],
  ...rest,
});
const reply = (text: string, rest: Partial<AskRecord> = {}): AskRecord => ({
  decision: 'answer',
  confidence: 1,
  lookedUp: true,
  text,
  citations: [{ number: 1, documentId: 'delivery', chunkId: 'delivery#0', title: 'Delivery', quote: '' }],
  passages: [],
  ...rest,
});
const passage = (text: string, documentId = 'delivery') => ({
  documentId,
  chunkId: `${documentId}#0`,
  title: '',
  text,
});

describe('an answer to a question of a help centre', () => {
  it('is direct, complete and clean where it is the sentence that answers', () => {
    const scores = scoreSetAnswer(
      question({}),
      reply('Delivery to Spain takes six working days. [1]'),
      centre,
    );
    expect(scores).toEqual({ direct: true, complete: 1, clean: 1, rightArticle: true });
  });

  it('is not direct where the fact comes later, and not clean where other sentences stand beside it', () => {
    const text =
      'Parcels are carried by a cyclist on every second Thursday. [1]\n\nDelivery to Spain takes 6 working days. [1]';
    expect(scoreSetAnswer(question({}), reply(text), centre)).toMatchObject({
      direct: false,
      complete: 1,
      clean: 0.5,
    });
  });

  it('keeps the format where steps are steps, which are one sentence with their lead-in', () => {
    const steps = question({ answer: [rangeOf('To change', 'another address.')], facts: ['choose another'] });
    const asList = 'To change the address:\n\n1. Open your order.\n2. Choose another address. [1]';
    const asProse = 'Open your order. Choose another address. [1]';
    expect(scoreSetAnswer(steps, reply(asList), centre)).toMatchObject({ direct: true, formatKept: true });
    expect(scoreSetAnswer(steps, reply(asProse), centre)).toMatchObject({ direct: false, formatKept: false });
  });

  it('cites a right article only where one is named', () => {
    const other = reply('Delivery to Spain takes six working days. [1]', {
      citations: [{ number: 1, documentId: 'other', chunkId: 'other#0', title: '', quote: '' }],
    });
    expect(scoreSetAnswer(question({}), other, centre).rightArticle).toBe(false);
    expect(scoreSetAnswer(question({ also: ['other'] }), other, centre).rightArticle).toBe(true);
  });

  it('is a harmful mix only where it answers', () => {
    const wrong = question({ must_not: ['second Thursday'] });
    expect(isHarmfulMix(wrong, reply('Every second Thursday.'))).toBe(true);
    expect(isHarmfulMix(wrong, reply('Every second Thursday.', { decision: 'clarify' }))).toBe(false);
  });
});

describe('the passage that answers', () => {
  const found = (...passages: AskRecord['passages'][number][]) =>
    isGoldFound(question({}), reply('', { passages }).passages, centre);

  it('is found in a longer one of the same article', () => {
    expect(found(passage('Delivery to Spain takes six working days. It costs 5 euro.'))).toBe(true);
    expect(found(passage('Parcels are carried by a cyclist.'))).toBe(false);
    expect(found(passage('Delivery to Spain takes six working days.', 'other'))).toBe(false);
  });

  it('is found whatever addresses its links have', () => {
    const linked = 'Read [the guide](https://example.com/a/long/path/of/many/words?and=more) first.';
    const guides: HelpCentre = new Map([['delivery', { id: 'delivery', title: '', markdown: linked }]]);
    const some = question({ answer: [[0, linked.length]], facts: ['the guide'] });
    expect(isGoldFound(some, [passage('Read the guide first.')], guides)).toBe(true);
  });

  it('counts only among the five that an answer is written from', () => {
    const others = Array.from({ length: 5 }, () => passage('Nothing.', 'other'));
    expect(found(...others, passage('Delivery to Spain takes six working days.'))).toBe(false);
  });
});
