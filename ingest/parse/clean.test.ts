import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, oneLine, tidyWhitespace } from './clean.ts';

describe('cleanText', () => {
  it('takes out and counts characters that a reader cannot see', () => {
    const hidden = 'pay\u200Bment \u202Eetadpu\u202C \u{E0041}\u{E0042}ok\u00AD\uFEFF\u0007';
    expect(cleanText(hidden)).toEqual({ text: 'payment etadpu ok', invisibleRemoved: 8 });
  });

  it('keeps joiners that shape emoji and letters, and drops idle ones', () => {
    expect(cleanText('👩\u200D👧 ❤\uFE0F می\u200Cخواهم').text).toBe('👩\u200D👧 ❤\uFE0F می\u200Cخواهم');
    expect(cleanText('pass\u200Dword').text).toBe('password');
  });

  it('composes letters, unifies line ends and special spaces, and repairs lone surrogates', () => {
    expect(cleanText('Cafe\u0301\r\na\rb\u2028c\u00A0d\uD800').text).toBe('Café\na\nb\nc d\uFFFD');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (raw) => {
        const once = cleanText(raw).text;
        expect(cleanText(once)).toEqual({ text: once, invisibleRemoved: 0 });
        expect(tidyWhitespace(tidyWhitespace(once))).toBe(tidyWhitespace(once));
      }),
    );
  });
});

it('tidyWhitespace leaves the inside of code alone', () => {
  expect(tidyWhitespace('a  b \n\n\n\n```\nx    y\n```\n')).toBe('a b\n\n```\nx    y\n```');
});

it('oneLine cuts at a word', () => {
  expect(oneLine(' one\n two three ', 9)).toBe('one two…');
});
