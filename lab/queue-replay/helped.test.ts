import { expect, it } from 'vitest';
import type { AskRecord } from '#evals/core/ask.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { type ReplayedAnswer, whoIsHelped } from './helped.ts';

const entry = (id: string, decision: AskRecord['decision'], askedBack = false): ReplayedAnswer => ({
  visit: {
    id,
    question: 'q',
    arrivedAt: 0,
    firstReplySeconds: 60,
    handlingSeconds: 100,
    askedBack,
    turns: [],
  },
  reply: { decision, confidence: 1, lookedUp: true, text: 'a', citations: [], passages: [] },
});

it('counts cautiously only whom an answer at once could have helped, and takes chance out', () => {
  const replayed = [
    entry('settled', 'answer'),
    entry('asked-back', 'answer', true),
    entry('said-else', 'answer'),
    entry('declined', 'decline'),
  ];
  const answered = replayed.slice(0, 3);
  const { helped, scenarios } = whoIsHelped(replayed, {
    answered,
    agreement: { agreeing: [true, true, false], chance: 0.2 },
    precision: { right: 1, answered: 2 },
  });
  // Of two settled ones, one agrees: (0.5 - 0.2) / 0.8 of two, all of it hers.
  expect(helped.get('settled')).toBeCloseTo(0.75);
  expect([helped.get('asked-back'), helped.get('said-else'), helped.get('declined')]).toEqual([
    undefined,
    0,
    undefined,
  ]);
  const [cautious, golden, most] = scenarios;
  expect(cautious!.customers.map(({ answered: was }) => was)).toEqual([true, false, true, false]);
  expect(golden!.customers.map(({ answered: was }) => was)).toEqual([true, true, true, false]);
  expect(most!.share).toBe(1);
  const shareOf = cautious!.share as (random: () => number) => number;
  const random = randomFrom(1);
  const shares = Array.from({ length: 200 }, () => shareOf(random));
  expect(Math.min(...shares)).toBe(0);
  expect(Math.max(...shares)).toBe(1);
});

it('helps nobody where nothing agrees', () => {
  const { helped } = whoIsHelped([entry('a', 'answer')], {
    answered: [entry('a', 'answer')],
    agreement: { agreeing: [false], chance: 0 },
    precision: { right: 0, answered: 0 },
  });
  expect([...helped.values()]).toEqual([0]);
});
