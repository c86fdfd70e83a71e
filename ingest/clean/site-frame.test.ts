import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHtmlText } from '#parse/html-text.ts';
import { createSiteFrame } from './site-frame.ts';

const page = (body: string) => parseHtmlText(`<!doctype html><body>${body}</body>`);
const framed = (article: string, found = 3) =>
  page(
    `<p>Harbour help, day and night.</p>${article}<p>${found} of 9 found what they looked for.</p><h3>More?</h3><p>Ring the bell.</p>`,
  );
const articles = ['moor', 'anchor', 'row', 'sail', 'steer', 'dive'].map(
  (verb) =>
    `<h1>How to ${verb}</h1><p>First you ${verb}.</p><p>Wear a vest.</p><p>Then rest after you ${verb}.</p>`,
);

function learnt(pages = articles.map((article, index) => framed(article, index))) {
  const frame = createSiteFrame();
  for (const one of pages) frame.learn(one);
  return frame;
}

describe('the frame of a site', () => {
  it('is what most pages have above and below, but not what they have inside', () => {
    const frame = learnt();
    for (const [index, article] of articles.entries()) {
      const { text, blocks } = frame.trim(framed(article, index));
      expect(text).toBe(page(article).text);
      expect(blocks.map(({ start, end }) => text.slice(start, end))).toEqual(
        page(article).blocks.map(({ start, end }) => page(article).text.slice(start, end)),
      );
    }
  });

  it('is not told by a few pages, and never is all of a page', () => {
    expect(
      learnt(articles.slice(0, 4).map((article) => framed(article))).trim(framed(articles[0]!)).text,
    ).toContain('bell');
    const same = page('<p>Harbour help, day and night.</p><p>Ring the bell.</p>');
    expect(learnt().trim(same)).toBe(same);
  });

  it('keeps steps and code, and the heading of what stays', () => {
    const steps = (verb: string) => page(`<h2>Steps</h2><ol><li>Stop and ${verb}.</li><li>Wait.</li></ol>`);
    const pages = ['a', 'b', 'c', 'd', 'e'].map(steps);
    expect(learnt(pages).trim(pages[0]!)).toEqual(pages[0]);
  });

  it('is known to the next run, which may read one page only', () => {
    expect(createSiteFrame(learnt().known()).trim(framed(articles[2]!)).text).toBe(page(articles[2]!).text);
  });

  it('leaves blocks where the text has them', () => {
    const part = fc.constantFrom(
      '<p>a</p>',
      '<p>b 1</p>',
      '<h2>c</h2>',
      '<ul><li>d</li></ul>',
      '<ol><li>e</li></ol>',
      '<pre>f</pre>',
      '<p>g</p>',
    );
    const anyPage = fc.array(part, { maxLength: 8 }).map((parts) => page(parts.join('')));
    fc.assert(
      fc.property(fc.array(anyPage, { minLength: 5, maxLength: 8 }), (pages) => {
        const frame = learnt(pages);
        for (const one of pages) {
          const { text, blocks } = frame.trim(one);
          expect(one.text).toContain(text);
          for (const { start, end } of blocks)
            expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
          if (blocks.length > 0) expect([blocks[0]!.start, blocks.at(-1)!.end]).toEqual([0, text.length]);
        }
      }),
    );
  });
});
