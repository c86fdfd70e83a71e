import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSubject, normalAddress } from './subject.ts';

const ann = createSubject({ addresses: ['Ann.Lee+shop@Example.com'], names: ['Ann Lee', 'May'] });

describe('an address in a text', () => {
  it('is found however people and programs write it', () => {
    for (const text of [
      'ann.lee+shop@example.com',
      'Write to ANN.LEE+SHOP@EXAMPLE.COM.',
      '<ann.lee+shop@example.com>,',
      'mailto:ann.lee+shop@example.com?subject=x',
      String.raw`{"text":"It is\nann.lee+shop@example.com\nthanks"}`,
      'q=ann.lee+shop%40example.com&',
      'next=%3Aann.lee+shop@example.com',
      'ann.lee+shop (at) example (dot) com',
      'ann.lee+shop at example dot com',
      'ann.lee+shop&#64;example.com',
      'It is ann.lee+shop@example.com.Then I left.',
    ])
      expect(ann.isIn(text), text).toBe(true);
  });

  it('is not taken for a longer one, or for a word', () => {
    for (const text of [
      'joann.lee+shop@example.com',
      'x.ann.lee+shop@example.com',
      'ann.lee+shop@example.com.au',
      'ann.lee+shop@example.community',
      'ann.lee@example.com',
      'Ann Lee in May',
      '',
    ])
      expect(ann.isIn(text), text).toBe(false);
    expect(ann.namesIn('Ann  Lee came in May, maybe. Joann Lee did not.')).toEqual(['Ann Lee', 'May']);
    expect(ann.namesIn('In Mayfair; a may tree; Joann Leeds.')).toEqual([]);
  });

  it('is found as a number with and without its country, whatever stands between the digits', () => {
    const subject = createSubject({ addresses: ['+49 30 1234567'] });
    for (const text of [
      '030 1234567',
      '+49 (0)30 123 45 67',
      '0049-30-1234567',
      '030/123.4567',
      '+4930 1234567',
    ])
      expect(subject.isIn(`Call ${text}!`), text).toBe(true);
    for (const text of ['030 12345678', '1030 1234567', '030 1234568', 'order 930123456'])
      expect(subject.isIn(`Call ${text}!`), text).toBe(false);
  });

  it('is covered so that offsets stay, and nothing of it is found then', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before} ann.lee+shop@example.com ${after}`;
        const covered = ann.covered(text);
        expect(covered).toHaveLength(text.length);
        expect(ann.isIn(covered)).toBe(false);
        expect(covered.startsWith(before) || ann.isIn(before)).toBe(true);
      }),
    );
  });

  it('is no word and no name', () => {
    for (const word of ['Rose', 'May', 'Ann Lee', '12345', ''])
      expect(() => normalAddress(word)).toThrow('could be a word');
    expect(() => createSubject({ addresses: [] })).toThrow('Say whose data');
    expect(normalAddress(' Ann@Example.COM ')).toBe('ann@example.com');
    expect(normalAddress('+44 (0)20 7946 0958')).toBe('+442079460958');
  });
});
