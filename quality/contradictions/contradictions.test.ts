import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradictionOf } from './compare-facts.ts';
import { factsIn } from './facts.ts';
import { findQuantities } from './quantities.ts';

const values = (text: string) =>
  findQuantities(text).map(({ kind, value }) => [kind, Math.round(value * 100) / 100]);
const fact = (documentId: string, text: string, title = 'Help') =>
  factsIn({ documentId, title, headingPath: [], text })[0]!;
const contradict = (first: string, second: string) =>
  contradictionOf({ first: fact('a', first), second: fact('b', second), cosine: 1, sentenceCosine: 1 }) !==
  undefined;

describe('quantities', () => {
  it('are compared in one unit, in five languages', () => {
    expect(values('within two weeks')).toEqual([['days', 14]]);
    expect(values('innerhalb von 14 Tagen')).toEqual([['days', 14]]);
    expect(values('en un plazo de 24 horas')).toEqual([['days', 1]]);
    expect(values('sous 5 jours')).toEqual([['days', 5]]);
    expect(values('em 2 anos')).toEqual([['days', 730.5]]);
  });

  it('are read as people write money, dates and times of day', () => {
    expect(values('costs 1.500,50 €')).toEqual([['money EUR', 1500.5]]);
    expect(values('costs $1,500')).toEqual([['money USD', 1500]]);
    expect(values('until 30 June 2025')).toEqual([['date', 20250630]]);
    expect(values('from 9 am to 5.30 pm')).toEqual([
      ['clock', 540],
      ['clock', 1050],
    ]);
    expect(values('a discount of 15 %')).toEqual([['percent', 15]]);
  });

  it('are not the numbers of names', () => {
    expect(values('Version 3 ends soon')).toEqual([]);
    expect(values('when the Router 2 blinks')).toEqual([]);
  });

  it('never overlap, whatever the text', () => {
    const piece = fc.constantFrom(
      '14 days',
      '€5',
      ' ',
      '5 %',
      '2025-01-31',
      '9 am',
      '1 June',
      'two weeks',
      'x',
      '3-5 items',
      '.',
      '-',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let end = 0;
        for (const found of findQuantities(pieces.join(' '))) {
          expect(found.start).toBeGreaterThanOrEqual(end);
          end = found.end;
        }
      }),
    );
  });
});

describe('two articles', () => {
  it('contradict each other where they state different numbers for the same', () => {
    expect(
      contradict(
        'Unused items can be returned within 30 days.',
        'You can return unused items for up to 14 days.',
      ),
    ).toBe(true);
    expect(
      contradict(
        'Support for the old app ends on 30 June 2025.',
        'The old app has support until 31 December 2025.',
      ),
    ).toBe(true);
  });

  it('do not where the numbers are the same in other units', () => {
    expect(contradict('The warranty lasts two years.', 'The warranty lasts 24 months.')).toBe(false);
  });

  it('do not where each is about something else', () => {
    expect(contradict('Delivery to Norway takes 3 days.', 'Delivery to Spain takes 5 days.')).toBe(false);
    expect(contradict('The monthly plan costs €5.', 'The yearly plan costs €50.')).toBe(false);
    expect(contradict('A password has at least 8 characters.', 'A password has at most 64 characters.')).toBe(
      false,
    );
  });

  it('do not where one only gives an example', () => {
    expect(
      factsIn({
        documentId: 'a',
        title: '',
        headingPath: [],
        text: 'For example, items are returned after 3 days.',
      }),
    ).toEqual([]);
  });
});
