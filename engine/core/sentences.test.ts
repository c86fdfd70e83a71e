import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSentences } from './sentences.ts';
import { expectLinearTime } from './testing/linear-time.ts';

const sentences = (text: string) => splitSentences(text).map(({ start, end }) => text.slice(start, end));

describe('splitSentences', () => {
  it('splits a paragraph at its sentences and drops the space between', () => {
    expect(sentences('Open Settings. Choose "Billing."  Is it empty? Then call us!')).toEqual([
      'Open Settings.',
      'Choose "Billing."',
      'Is it empty?',
      'Then call us!',
    ]);
  });

  it.each([
    ['abbreviations', 'Use a browser, e.g. Firefox or Chrome, with Dr. Smith. It works.', 2],
    ['a number abbreviation', 'See No. 12 on the list. No. That is wrong.', 3],
    ['version numbers and addresses', 'Install 10.4.2 from https://example.com/a.b?c=d. Then restart.', 2],
    ['initials', 'Ask J. Smith. He knows.', 2],
    ['wrapped lines', 'The first line goes\non here. The second\nends.', 2],
    ['an ellipsis', 'Wait... it loads. Done.', 2],
    ['a numbered heading', '## 4. The boiler runs. Or not', 1],
    ['German abbreviations', 'Geben Sie z.B. Ihre Nummer an. Danach weiter.', 2],
  ])('keeps %s whole', (_name, text, count) => {
    expect(sentences(text)).toHaveLength(count);
  });

  it('keeps list markers with their item, and items, headings and table rows apart', () => {
    expect(
      sentences(
        '# Reset it\nDo this:\n1. Open the app. Wait.\n2. Tap Reset\n- or call\n\n| a | b |\n| c | d |',
      ),
    ).toEqual([
      '# Reset it',
      'Do this:',
      '1. Open the app.',
      'Wait.',
      '2. Tap Reset',
      '- or call',
      '| a | b |',
      '| c | d |',
    ]);
  });

  it('takes code line by line', () => {
    expect(sentences('Run:\n```\nnpm install\nnpm start\n```\nDone.')).toEqual([
      'Run:',
      '```',
      'npm install',
      'npm start',
      '```',
      'Done.',
    ]);
  });

  it('splits text without spaces after its full stops', () => {
    expect(sentences('設定を開きます。次に保存します。')).toEqual(['設定を開きます。', '次に保存します。']);
  });

  it('covers every visible character once, in order', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '. ',
        '? ',
        '\n',
        '\n\n',
        '- ',
        '1. ',
        '# ',
        'e.g. ',
        '```\n',
        '| ',
        '。',
        ' ',
        '\r\n',
        '👩‍👩‍👧',
        'e\u0301',
        '\u2028',
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        let position = 0;
        for (const { start, end } of splitSentences(text)) {
          expect(text.slice(position, start).trim()).toBe('');
          expect(text.slice(start, end)).toBe(text.slice(start, end).trim());
          expect(end).toBeGreaterThan(start);
          position = end;
        }
        expect(text.slice(position).trim()).toBe('');
      }),
    );
  });

  it('stays linear on hostile input', () => {
    expectLinearTime(splitSentences, ['a. ', 'e.g. ', '1. ', '"', '.)', '# \n', '(', 'A.']);
  });
});
