import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenizeForSearch } from './lexical-tokens.ts';
import { expectLinearTime } from './testing/linear-time.ts';

/** Whether a query finds a document by at least one term. */
const meet = (query: string, text: string) => {
  const terms = new Set(tokenizeForSearch(text));
  return tokenizeForSearch(query).some((term) => terms.has(term));
};

describe('tokenizeForSearch', () => {
  it('keeps product codes, whatever their case', () => {
    expect(tokenizeForSearch('Error E4 on the X-200, 2FA')).toEqual([
      'error',
      'e4',
      'x',
      '200',
      'x200',
      '2fa',
    ]);
  });

  it.each([
    ['wifi', 'Connect to Wi-Fi'],
    ['wi-fi', 'the WiFi password'],
    ['cancelled', 'How to cancel'],
    ['changing my address', 'Change an address'],
    ['deliveries', 'delivery times'],
    ['logged', 'logging in'],
    ['log', 'logging in'],
    ['add', 'adding a card'],
    ['bill', 'billing'],
    ['speed', 'speeds'],
    ['batteries', 'battery'],
    ['cafe', 'Café'],
    ['STRASSE', 'straße'.normalize('NFD').replace('ß', 'ss')],
    ['ｗｉｆｉ', 'wifi'],
    ['login.gov', 'Login.gov'],
    ['2.3.1', 'Version 2.3.1'],
    ['customer’s', "customer's"],
    ['密码', '重置密码'],
  ])('finds %s in "%s"', (query, text) => {
    expect(meet(query, text)).toBe(true);
  });

  it.each([
    ['string', 'street'],
    ['E4', 'E5'],
    ['nothing', 'note'],
  ])('does not find %s in "%s"', (query, text) => {
    expect(meet(query, text)).toBe(false);
  });

  it('gives the same for a text however often its words came before, and whatever was done with what it gave', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Wi-Fi', 'batteries', 'the', '密码', 'x'.repeat(50), '2.3.1')),
        (words) => {
          const text = words.join(' ');
          const first = tokenizeForSearch(text);
          const kept = [...first];
          first.fill('changed');
          expect(tokenizeForSearch(text)).toEqual(kept);
          expect(kept).toEqual(words.flatMap((word) => tokenizeForSearch(word)));
        },
      ),
    );
  });

  it('leaves out words that say nothing of the subject', () => {
    expect(tokenizeForSearch('how do I do this, and what is it?')).toEqual([]);
  });

  it('gives lower-case terms without spaces for any text, and the same for its NFD form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const tokens = tokenizeForSearch(text);
        expect(tokens).toEqual(tokenizeForSearch(text.normalize('NFC').normalize('NFD')));
        for (const token of tokens) expect(token).toMatch(/^[^\s\p{Lu}]+$/u);
      }),
    );
  });

  it('takes time in proportion to the text, also where it has no space', () => {
    expectLinearTime(tokenizeForSearch, ['a', 'a-', '密', "'", 'é.']);
  });
});
