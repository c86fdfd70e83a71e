import { describe, expect, it } from 'vitest';
import { parseAnswerSet } from './answer-set.ts';
import { goldPassages, problemsInCentre } from './help-centre.ts';

const row = (rest: object) =>
  JSON.stringify({ id: 'a-001', style: 'plain', question: 'how long?', expect: 'decline', ...rest });
const answerable = { expect: 'answer', article: 'x', answer: [[0, 4]], facts: ['two days'] };

describe('a set of questions', () => {
  it('fills in what is left out', () => {
    const { questions, problems } = parseAnswerSet(`${row(answerable)}\n\n`);
    expect(problems).toEqual([]);
    expect(questions).toEqual([
      expect.objectContaining({ id: 'a-001', turns: [], also: [], must_not: [], readings: [] }),
    ]);
  });

  it.each([
    ['an answer without facts', { ...answerable, facts: [] }, /needs article, answer and facts/],
    ['an answer without a range', { ...answerable, answer: [] }, /needs article, answer and facts/],
    ['an empty range', { ...answerable, answer: [[4, 4]] }, /4 to 4 is empty/],
    ['a follow-up without turns', { style: 'follow-up' }, /follow-up needs turns/],
    ['a near miss without the article', { style: 'near-miss' }, /near miss needs near/],
    ['a question with one reading', { expect: 'ask-back', readings: ['one'] }, /two readings/],
    ['an unknown field', { answers: [] }, /answers/],
    ['an unknown style', { style: 'rude' }, /style/],
  ])('refuses %s', (_what, rest, message) => {
    expect(parseAnswerSet(row(rest)).problems.join('\n')).toMatch(message);
  });

  it('names every bad line, and ids that are used twice', () => {
    const { problems } = parseAnswerSet(`${row({})}\n{\n${row({})}`);
    expect(problems.join('\n')).toMatch(/line 2: .*\n.*line 3: id: a-001 was used already/);
  });
});

describe('a set beside its articles', () => {
  const centre = new Map([['x', { id: 'x', title: 'X', markdown: 'Two days. Or 😀 three.' }]]);
  const questions = (rest: object) => parseAnswerSet(row({ ...answerable, ...rest })).questions;

  it('fits where the ranges lie in the article', () => {
    const some = questions({ answer: [[0, 9]] });
    expect(problemsInCentre(some, centre)).toEqual([]);
    expect(goldPassages(some[0]!, centre)).toEqual(['Two days.']);
  });

  it('names articles that are missing and ranges outside', () => {
    expect(problemsInCentre(questions({ article: 'y', also: ['z'] }), centre)).toHaveLength(2);
    expect(problemsInCentre(questions({ answer: [[5, 900]] }), centre).join()).toMatch(/5 to 900/);
    expect(problemsInCentre(questions({ answer: [[9, 10]] }), centre)).toHaveLength(1);
  });

  it('counts UTF-16 code units', () => {
    expect(goldPassages(questions({ answer: [[13, 15]] })[0]!, centre)).toEqual(['😀']);
  });
});
