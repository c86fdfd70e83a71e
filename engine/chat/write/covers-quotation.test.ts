import { describe, expect, it } from 'vitest';
import { coversQuotation } from './covers-quotation.ts';

const quotation = 'The battery lasts about 18 months in a cold room [1]. It is sold in packs of two [1].';

describe('a written answer covers the quoted one', () => {
  it.each([
    'In a cold room the battery lasts 18 months [1].',
    'Batteries come in packs of two [1]. A battery lasts 18 months [2].',
  ])('that says first what it says somewhere, in whatever order: %s', (written) => {
    expect(coversQuotation(written, quotation)).toBe(true);
  });

  it.each([
    'It is sold in packs of two [1].',
    'The battery lasts about two years in a cold room [1].',
    'The battery lasts long in a cold room [18].',
  ])('but not where that is left out, or its number: %s', (written) => {
    expect(coversQuotation(written, quotation)).toBe(false);
  });

  it('always where nothing is quoted', () => {
    expect(coversQuotation('Anything [1].', '')).toBe(true);
  });
});
