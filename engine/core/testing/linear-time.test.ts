import { describe, expect, it } from 'vitest';
import { expectLinearTime } from './linear-time.ts';

describe('expectLinearTime', () => {
  // Quadratic work is slow on purpose here: not the full length.
  const length = 16_000;

  it('lets work pass that grows with its text', () => {
    expectLinearTime((text) => text.split('').reverse().join(''), ['a', 'ab ']);
  });

  it('names the piece for which a regular expression backtracks', () => {
    expect(() => expectLinearTime((text) => /a+b/.test(text), ['b', 'a'], { length })).toThrow(
      /^"a" repeated to/,
    );
  });

  it('finds what only the end of the text brings out', () => {
    const padded = (text: string) => /\s+$/.test(text);
    expectLinearTime(padded, ['a ']);
    expect(() => expectLinearTime(padded, [' '], { tail: 'z', length })).toThrow(/^" " repeated to/);
  });
});
