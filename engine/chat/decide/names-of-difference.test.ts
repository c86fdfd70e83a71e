import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesOfDifference } from './names-of-difference.ts';

const names = (...titles: string[]) =>
  namesOfDifference(titles.map((title, index) => ({ documentId: `${index}`, title }))).map(
    ({ title }) => title,
  );

describe('names of a difference', () => {
  it('leave out what the titles begin with, and what follows a colon', () => {
    expect(names('Set it up on an iPhone', 'Set it up on Android')).toEqual(['an iPhone', 'Android']);
    expect(names('Kettle 2: lights and sounds', 'Kettle 1: lights and sounds')).toEqual([
      'Kettle 1',
      'Kettle 2',
    ]);
  });

  it('keep the word that a number belongs to', () => {
    expect(names('Reset a Kettle 10', 'Reset a Kettle 9')).toEqual(['Kettle 9', 'Kettle 10']);
  });

  it('are the titles where these begin otherwise, differ in many words, or have no spaces', () => {
    expect(names('Clean the sieve', 'Sieve and pump')).toEqual(['Clean the sieve', 'Sieve and pump']);
    const long = 'How do I send back what I have bought in one of the shops of a partner?';
    expect(names('How do I send back a gift?', long)).toEqual(['How do I send back a gift?', long]);
    expect(names('更换滤芯（一代）', '更换滤芯（二代）')).toEqual(['更换滤芯（一代）', '更换滤芯（二代）']);
  });

  it('are never empty, and differ where the titles do', () => {
    const title = fc
      .array(fc.constantFrom('a', 'Kettle', '1', '2', 'on', 'plan:', '–', '(new)'), { minLength: 1 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.uniqueArray(title, { minLength: 2, maxLength: 3 }), (titles) => {
        const all = names(...titles);
        expect(all).toHaveLength(titles.length);
        expect(all.every((name) => name.trim() !== '')).toBe(true);
        expect(new Set(all).size).toBe(titles.length);
      }),
    );
  });
});
