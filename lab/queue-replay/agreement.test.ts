import { describe, expect, it } from 'vitest';
import { randomFrom } from '#learning/metrics/random.ts';
import { agreements, shareBeyondChance } from './agreement.ts';

function vectors(count: number, seed: number): Float32Array[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const values = Array.from({ length: 16 }, () => random() - 0.5);
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  });
}
const beyondChance = (questions: Float32Array[], answers: Float32Array[], agentWords: Float32Array[]) => {
  const { agreeing, chance } = agreements({ questions, answers, agentWords });
  return shareBeyondChance(agreeing, chance);
};

describe('agreement with the agent', () => {
  it('is complete when answers are what agents said', () => {
    const said = vectors(60, 1);
    expect(beyondChance(vectors(60, 2), said, said)).toBe(1);
  });

  it('is about nothing when answers have nothing to do with it', () => {
    expect(beyondChance(vectors(400, 4), vectors(400, 2), vectors(400, 3))).toBeLessThan(0.05);
  });

  it('is not earned by knowing the subject alone', () => {
    // Ten subjects; every answer is on the subject of its question, and says nothing of its own customer.
    const subjects = vectors(10, 5);
    const near = (seed: number) =>
      vectors(200, seed).map((noise, index) => {
        const mixed = noise.map((value, at) => subjects[index % 10]![at]! + value * 0.3);
        return mixed.map((value) => value / Math.hypot(...mixed));
      });
    expect(beyondChance(near(6), near(7), near(8))).toBeLessThan(0.1);
  });

  it('is nothing without others to compare with, or without answers', () => {
    const [one] = [vectors(1, 1)];
    expect(agreements({ questions: one, answers: one, agentWords: one }).agreeing).toEqual([false]);
    expect(shareBeyondChance([], 0.05)).toBe(0);
  });
});
