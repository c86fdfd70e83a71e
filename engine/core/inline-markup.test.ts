import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkContext, chunkMarkdown, type ScoredChunk } from './document.ts';
import { linksIn, offsetsWithMarkup, withMarkupHidden, withoutMarkup } from './inline-markup.ts';
import { tokenizeForSearch } from './lexical-tokens.ts';
import { rankByScores } from './reranker.ts';
import { splitSentences } from './sentences.ts';

const text = 'Open **the gate** with [the *form*](https://x.example/f?a=1).\n\n```sh\nopen gate\n```';

describe('the markup inside a text', () => {
  it('is links, bold words and the language of code', () => {
    expect(withoutMarkup(text)).toBe('Open the gate with the *form*.\n\n```\nopen gate\n```');
    expect(withoutMarkup('**[A gate](mailto:a@x.example)** 2**3 ** 4 [a](b) [1] **kw, **args')).toBe(
      'A gate 2**3 ** 4 [a](b) [1] **kw, **args',
    );
    expect(linksIn(`${text} [b](mailto:a@x.example) [c](javascript:x)`)).toEqual([
      'https://x.example/f?a=1',
      'mailto:a@x.example',
    ]);
  });

  it('is neither embedded nor searched, and whoever writes sees it', () => {
    const chunk = { title: 'Gates', headingPath: ['Mac'], text };
    expect(chunkContext(chunk)).toBe(`Gates > Mac\n${withoutMarkup(text)}`);
    expect(chunkMarkdown(chunk)).toBe(`Gates > Mac\n${text}`);
    expect(tokenizeForSearch('[the form](https://shop.example/basket)')).toEqual(
      tokenizeForSearch('the form'),
    );
  });

  it('does not shift what a reader says of the words', () => {
    const chunk = { title: 'Gates', headingPath: [], text } as unknown as ScoredChunk['chunk'];
    const context = chunkContext(chunk);
    const start = context.indexOf('form');
    const words = [{ start, end: start + 4, belongs: 1 }];
    const [ranked] = rankByScores([{ chunk, score: 0, evidence: {} }], [{ logit: 1, words }]);
    const { start: from, end: to } = ranked!.reading![0]!;
    expect(text.slice(from, to)).toBe('form');
  });

  it('hides no end of a sentence, and makes none', () => {
    const sentences = (all: string) => splitSentences(all).map(({ start, end }) => all.slice(start, end));
    expect(
      sentences(
        '**Stop here.** Then [read on. It helps](https://x.example/a.b?c=1) slowly. See [this.](https://x.example) Go.',
      ),
    ).toEqual([
      '**Stop here.**',
      'Then [read on. It helps](https://x.example/a.b?c=1) slowly.',
      'See [this.](https://x.example)',
      'Go.',
    ]);
  });

  it('is found at the same places in any text', () => {
    const piece = fc.constantFrom(
      '**',
      'a',
      ' ',
      '[',
      '](',
      'https://x.example/',
      ')',
      '```',
      'sh',
      '\n',
      '. ',
      'B',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
        (any) => {
          const plain = withoutMarkup(any);
          const inText = offsetsWithMarkup(any);
          for (let at = 0; at < plain.length; at += 1) expect(any[inText(at)]).toBe(plain[at]);
          expect(withMarkupHidden(any)).toHaveLength(any.length);
        },
      ),
    );
  });
});
