import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutMarkup } from '#core/inline-markup.ts';
import { rangeOfWords } from './range-of-words.ts';

const found = (words: string, text: string) => {
  const range = rangeOfWords(words, text);
  return range && text.slice(range.start, range.end);
};

describe('where words stand in a text', () => {
  it.each([
    ['word for word', 'Pay by card.', 'Free. Pay by card. Done.', 'Pay by card'],
    [
      'without their markup',
      'Open the form now',
      'Go: open [the form](https://x.example/a) **now**.',
      'open [the form](https://x.example/a) **now',
    ],
    ['in other blanks and quotation marks', '“Save”  and wait', 'Press "save"\nand wait.', 'save"\nand wait'],
    [
      'as a row of a table',
      '- Sweden — Standard: 4-5; Cost: €7.95',
      '- Sweden — Standard: 4-5; Cost: €7.95',
      'Sweden — Standard: 4-5; Cost: €7.95',
    ],
    ['in another script', '联系人工', '请。联系人工！', '联系人工'],
    ['with letters that grow in lower case', 'İstanbul is far', 'No. İstanbul is far.', 'İstanbul is far'],
  ])('is known %s', (_how, words, text, range) => {
    expect(found(words, text)).toBe(range);
  });

  it('is unknown where they are not, not in this order, or no words', () => {
    for (const words of ['Pay by cash.', 'card by pay', '', ' — '])
      expect(found(words, 'Pay by card.')).toBeUndefined();
  });

  it('holds the letters of the words, for any part of any text', () => {
    const letters = (text: string) =>
      withoutMarkup(text)
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, '');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), fc.nat(), (text, from, length) => {
        const plain = [...text].slice(from % 20, (from % 20) + (length % 20)).join('');
        if (letters(plain) === '' || text !== withoutMarkup(text)) return;
        expect(letters(found(plain, text)!)).toBe(letters(plain));
      }),
    );
  });
});
