import { describe, expect, it } from 'vitest';
import type { AnswerCard, CardMatch } from '#core/answer-card.ts';
import { type CardSituation, cardThresholds, chooseCards, noticesOn } from './choose-cards.ts';

const cardOf = (id: string, rest: Partial<AnswerCard> = {}): AnswerCard => ({
  id,
  source: 'help',
  version: '0',
  kind: 'answer',
  questions: ['How do I reset the red lamp?'],
  answer: `Answer ${id}`,
  audience: 'customer',
  language: 'en',
  sources: [],
  state: 'approved',
  knownSources: {},
  staleSources: [],
  ...rest,
});
const matches = (card: AnswerCard, similarity: number): CardMatch[] =>
  card.questions.map((question) => ({ card, question, similarity, citations: [] }));
const choose = (question: string, found: readonly CardMatch[], rest: Partial<CardSituation> = {}) =>
  chooseCards({
    question,
    modelId: `${cardThresholds.embedder}@1`,
    found,
    history: [],
    language: undefined,
    now: new Date('2026-06-01T00:00:00Z'),
    ...rest,
  });
const givenTo = (question: string, similarity: number, rest: Partial<CardSituation> = {}) =>
  choose(question, matches(cardOf('a'), similarity), rest).given?.card.id;

describe('a card', () => {
  it('is given when it is near and knows every word', () => {
    expect(givenTo('reset the red lamp', 0.75)).toBe('a');
    expect(givenTo('reset the red lamp', 0.65)).toBeUndefined();
  });

  it.each([
    'reset the blue lamp',
    'reset the red lamp 2',
    'reset the red lamp remotely',
    "don't reset the red lamp",
  ])('is not given to "%s", however near', (question) => {
    expect(givenTo(question, 0.99)).toBeUndefined();
  });

  it('may be asked for with other words of asking, if it is nearer', () => {
    expect(givenTo('please explain the possible way to reset the red lamp', 0.85)).toBe('a');
    expect(givenTo('please explain the possible way to reset the red lamp', 0.75)).toBeUndefined();
    expect(givenTo("I'd like to reset the red lamp", 0.85)).toBe('a');
    expect(givenTo('reset the red lamp id', 0.85)).toBeUndefined();
  });

  it('is not given to a question that says only a part of its own', () => {
    const card = cardOf('a', {
      questions: ['Which refund is there for a yearly plan that was paid by card?'],
    });
    expect(choose('refund plan', matches(card, 0.9)).given).toBeUndefined();
  });

  it('of another embedder is given to the same words alone', () => {
    expect(givenTo('red lamp: how do I reset the?', 0.1, { modelId: 'other@1' })).toBe('a');
    expect(givenTo('reset my red lamp please', 0.99, { modelId: 'other@1' })).toBeUndefined();
    expect(choose('reset it', matches(cardOf('a'), 0.99), { modelId: 'other@1' }).near).toEqual([]);
  });

  it('is near where it is alike but about something else', () => {
    expect(choose('reset the blue lamp', matches(cardOf('a'), 0.9)).near).toHaveLength(1);
    expect(choose('reset the blue lamp', matches(cardOf('a'), 0.7)).near).toHaveLength(0);
  });

  it('that hands over goes before one that answers', () => {
    const found = [...matches(cardOf('a'), 0.99), ...matches(cardOf('b', { kind: 'hand-over' }), 0.8)];
    expect(choose('reset the red lamp', found).given?.card.id).toBe('b');
  });

  it('of two that are equally near none is given', () => {
    const found = [...matches(cardOf('a'), 0.9), ...matches(cardOf('b'), 0.89)];
    expect(choose('reset the red lamp', found).given).toBeUndefined();
    const apart = [...matches(cardOf('a'), 0.9), ...matches(cardOf('b'), 0.85)];
    expect(choose('reset the red lamp', apart).given?.card.id).toBe('a');
  });
});

describe('a notice', () => {
  const notice = cardOf('n', { kind: 'notice', sources: ['lamps'], validUntil: '2026-06-02' });

  it('belongs to what is nearly asked, and to what its article answers', () => {
    const near = choose('the blue lamp', matches(notice, 0.8));
    expect(noticesOn([], near)).toHaveLength(1);
    const far = choose('the blue lamp', matches(notice, 0.2));
    expect(noticesOn(['lamps'], far)).toHaveLength(1);
    expect(noticesOn(['valves'], far)).toHaveLength(0);
  });

  it('is told by its article alone where cosines mean nothing', () => {
    const found = choose('the blue lamp', matches(notice, 0.9), { modelId: 'other@1' });
    expect(noticesOn([], found)).toHaveLength(0);
  });
});
