import { describe, expect, it } from 'vitest';
import { randomFrom } from '../core/random.ts';
import { agreements, shareBeyondChance } from './agreement.ts';

function vectors(count: number, seed: number): Float32Array[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const values = Array.from({ length: 16 }, () => random() - 0.5);
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  });
}

describe('agreement with the agent', () => {
  it('is complete when answers are what agents said', () => {
    const said = vectors(60, 1);
    expect(shareBeyondChance(agreements(said, said))).toBe(1);
  });

  it('is about nothing when answers have nothing to do with it', () => {
    expect(shareBeyondChance(agreements(vectors(400, 2), vectors(400, 3)))).toBeLessThan(0.05);
  });

  it('is nothing without others to compare with, or without answers', () => {
    expect(agreements(vectors(1, 1), vectors(1, 1))).toEqual([false]);
    expect(shareBeyondChance([])).toBe(0);
  });
});
