import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { createAnswerFilter } from './answer-filter.ts';

const allowed = 'https://help.example.com/reset';

function filtered(
  pieces: readonly string[],
  passages = 3,
  isHeld?: (tag: string) => boolean,
): { text: string; cited: readonly number[] } {
  const filter = createAnswerFilter({
    passages,
    isAllowedUrl: (url) => [allowed, 'help@example.com'].includes(url),
    ...(isHeld ? { isHeld } : {}),
  });
  const text = pieces.map((piece) => filter.push(piece)).join('') + filter.flush();
  return { text, cited: filter.cited };
}

/** Links to anywhere else, images and HTML in `text`, as a Markdown reader of all of GitHub's extensions sees it. */
function markupIn(text: string): string[] {
  const found: string[] = [];
  void marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type === 'link' && token.href !== allowed) found.push(token.raw);
    if (token.type === 'image' || token.type === 'html' || token.type === 'def') found.push(token.raw);
  });
  return found;
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

  it('keeps whole e-mail addresses that a passage holds, and only those', () => {
    const written = 'Write to help@example.com, not to c2VjcmV0@example.com or help@evil.example.';
    expect(filtered([...written]).text).toBe('Write to help@example.com, not to c2VjcmV0 or help.');
  });

  it('shows a placeholder that a passage holds in brackets that are no markup, and no other tag', () => {
    const isHeld = (tag: string) => tag === '<container>' || tag === '<www.evil.example>';
    const text = 'Run `docker exec <container> ls` <b>now</b>, not <www.evil.example>.';
    const shown = 'Run `docker exec ‹container› ls` now, not ‹›.';
    expect(filtered([text], 3, isHeld).text).toBe(shown);
    expect(filtered([...text], 3, isHeld).text).toBe(shown);
  });

  it('leaves the quotes around an e-mail address as they are', () => {
    expect(filtered([`where email = "help@example.com"'`]).text).toBe(`where email = "help@example.com"'`);
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
    ['an image inside a link', 'a [![x](https://evil.example/a)](https://evil.example/b) b', 'a x] () b'],
    ['a link in angle brackets', 'a [x](<https://evil.example/ >) b', 'a x b'],
    ['a script address', 'a javascript:alert(1) b', 'a ) b'],
  ])('takes out %s', (_what, written, shown) => {
    expect(filtered([written]).text).toBe(shown);
  });

  it.each([
    ['a label with brackets in it', '[a [b] c](//evil.example/?q=s)'],
    ['a label with an escaped bracket', '[a \\] b](//evil.example/?q=s)'],
    ['a label with code in it', '[`]`](//evil.example/?q=s)'],
    ['a definition with an escaped bracket', '[a\\]]: //evil.example/x\n\nsee [a\\]]'],
    ['an element around one that is taken out', '<<b>img src=//evil.example/x>'],
    ['a scheme around an element that is taken out', 'ht<b>tps://evil.example/?q=s'],
    ['a link around an element that is taken out', '[a]<b>(//evil.example/x)'],
    ['an image made of an honest link', `!<b>[x](${allowed})`],
    ['an address as the label of a link', '[https://evil.example/?q=s](x)'],
    ['an address without a scheme', 'see www.evil.example/?q=s'],
    ['an e-mail address', 'write to help@evil.example now'],
    ['an e-mail address around an element', 'write to help@<b>evil.example'],
    ['an element too long to be held', `<img src="//evil.example/${'a'.repeat(700)}" onerror=alert(1)>`],
    ['a link too long to be held', `[x](https://${'a'.repeat(592)}//evil.example/?q=s)`],
    ['an honest address that goes on behind an element', `${allowed}<b>.evil.example/?q=s`],
    ['an honest address that goes on behind a quotation mark', `${allowed}'.evil.example/?q=s`],
  ])('makes no link, image or element of %s', (_what, written) => {
    expect(markupIn(filtered([written]).text)).toEqual([]);
    expect(markupIn(filtered([...written]).text)).toEqual([]);
  });

  it('makes no foreign link, image or element of any mixture of their parts', () => {
    const parts = fc.constantFrom(
      ...[
        '[',
        ']',
        '(',
        ')',
        '![',
        '](',
        ']: ',
        '][',
        '<',
        '>',
        '<b>',
        '<a href=',
        '<!--',
        '!',
        '\\',
        '`',
        '"',
      ],
      ...[
        'https://',
        'http',
        's://',
        '//evil.example/',
        'www.',
        'www',
        '.evil.example',
        'a@',
        'evil.example',
      ],
      ...['[1]', '[9]', `[r](${allowed})`, allowed, 'javascript:x', ' ', '\n', '\n\n', 'x', "'", '> ', '- '],
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 14 }), (pieces) => {
        expect(markupIn(filtered(pieces).text)).toEqual([]);
        expect(markupIn(filtered(pieces, 3, () => true).text)).toEqual([]);
      }),
      { numRuns: 1000 * effort },
    );
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
      { numRuns: 500 * effort },
    );
  });

  it('stays fast and bounded on text that opens brackets and never closes them', () => {
    const { text } = filtered(
      Array.from({ length: 2000 }, () => '[![<a'),
      1,
    );
    expect(text.length).toBeLessThanOrEqual(20_000);
  });
});
