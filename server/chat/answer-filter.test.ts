import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswerFilter } from './answer-filter.ts';

const allowed = 'https://help.example.com/reset';

function filtered(pieces: readonly string[], passages = 3): { text: string; cited: readonly number[] } {
  const filter = createAnswerFilter({ passages, isAllowedUrl: (url) => url === allowed });
  const text = pieces.map((piece) => filter.push(piece)).join('') + filter.flush();
  return { text, cited: filter.cited };
}

describe('answer filter', () => {
  it('renumbers citations in the order in which the text uses them', () => {
    expect(filtered(['Press the button [3]. Then wait [1], twice [3].'])).toEqual({
      text: 'Press the button [1]. Then wait [2], twice [1].',
      cited: [3, 1],
    });
  });

  it('removes citations of passages that were never given, also out of a list of them', () => {
    expect(filtered(['So [0]. It [7] is [1, 9, 2] true [99].'])).toEqual({
      text: 'So . It  is [1][2] true .',
      cited: [1, 2],
    });
  });

  it('keeps links and addresses that a passage holds, and only those', () => {
    expect(filtered([`See [reset](${allowed}) or ${allowed} now.`]).text).toBe(
      `See [reset](${allowed}) or ${allowed} now.`,
    );
    expect(filtered(['See [reset](https://evil.example/?q=secret) now.']).text).toBe('See reset now.');
    expect(filtered(['See https://evil.example/?q=secret now.']).text).toBe('See  now.');
  });

  it.each([
    ['an image', 'a ![x](https://evil.example/a.png) b', 'a  b'],
    ['a reference image', 'a ![x][ref] b', 'a  b'],
    [
      'a reference link and its definition',
      'a [x][ref] b\n[ref]: https://evil.example/?d=1\nc',
      'a x b\n\nc',
    ],
    ['an HTML element', 'a <img src=x onerror=alert(1)> b', 'a  b'],
    ['an image inside a link', 'a [![x](https://evil.example/a)](https://evil.example/b) b', 'a x]() b'],
    ['a link in angle brackets', 'a [x](<https://evil.example/ >) b', 'a x b'],
    ['a script address', 'a javascript:alert(1) b', 'a ) b'],
  ])('takes out %s', (_what, written, shown) => {
    expect(filtered([written]).text).toBe(shown);
  });

  it('leaves ordinary text with brackets, comparisons and exclamation marks alone', () => {
    const text = 'Careful! Choose [Settings] if it shows < 5 % or 3 > 2, e.g. a[0], as in "https" and data.';
    expect(filtered([text]).text).toBe(text.replace('a[0]', 'a'));
  });

  it('shows the same text however the model cuts it into deltas', () => {
    const parts = fc.constantFrom(
      'Press ',
      '[1]',
      '[2, 3]',
      '[8]',
      '![i](http://e.example/x)',
      `[r](${allowed})`,
      '[r](http://e.example)',
      '<b>',
      'https://e.example/a',
      '! ',
      '[',
      ']',
      '(',
      ')',
      '<',
      'h',
      'htt',
      'data',
      ':',
      '\n',
      ' word',
    );
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (pieces, cuts) => {
          const text = pieces.join('');
          const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
          const deltas = [0, ...at].map((start, index) => text.slice(start, [...at, text.length][index]));
          expect(filtered(deltas)).toEqual(filtered([text]));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('stays fast and bounded on text that opens brackets and never closes them', () => {
    const { text } = filtered(
      Array.from({ length: 2000 }, () => '[![<a'),
      1,
    );
    expect(text.length).toBeLessThanOrEqual(10_000);
  });
});
