import { describe, expect, it } from 'vitest';
import type { Unit } from './passage-blocks.ts';
import { answerToSame, createWrittenScore } from './written-answers.ts';

const unit = (start: number, end: number): Unit => ({
  text: 'Some words.',
  kind: 'sentence',
  start,
  end,
  level: 0,
});
const answer = (cosine: number, ...ranges: (readonly [number, number])[]) => ({
  question: 'How?',
  cosine,
  ranges: ranges.map(([start, end]) => ({ start, end })),
});

describe('the worth of a unit by written answers', () => {
  const worth = createWrittenScore([
    { answers: [answer(0.9, [10, 20], [0, 5]), answer(0.5, [0, 5])] },
    { answers: [answer(0.5, [0, 5])] },
    {},
  ]);

  it('is how near the question is, most for the most direct words, none for others', () => {
    expect(worth(unit(10, 20), 0)).toBeCloseTo(0.6);
    expect(worth(unit(0, 9), 0)).toBeCloseTo(0.54);
    expect(worth(unit(20, 30), 0)).toBe(0);
    expect(worth(unit(0, 5), 1)).toBeCloseTo(0.2);
  });

  it('is the mean of the best of the others in a passage that nobody wrote answers for', () => {
    expect(worth(unit(0, 5), 2)).toBeCloseTo(0.4);
    expect(createWrittenScore([{}])(unit(0, 5), 0)).toBe(0);
  });

  it('is none where no question is near', () => {
    expect(createWrittenScore([{ answers: [answer(0.2, [0, 5])] }])(unit(0, 5), 0)).toBe(0);
  });
});

describe('the answer to the same question', () => {
  const answers = [answer(0.8, [0, 5], [30, 40]), answer(0.72, [10, 20]), answer(0.6, [50, 60])];

  it('is known by what of it the unit is, where the question is near enough', () => {
    const { belongs, mayBelong } = answerToSame(unit(30, 40), { answers })!;
    const units = [unit(0, 5), unit(10, 20), unit(35, 50), unit(50, 60)];
    expect(units.map(belongs)).toEqual([true, false, true, false]);
    expect(units.map(mayBelong)).toEqual([true, true, true, false]);
    expect(answerToSame(unit(10, 20), { answers })).toBeUndefined();
    expect(answerToSame(unit(0, 5), {})).toBeUndefined();
  });
});
