import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { readPageFacts } from './page-facts.ts';
import { createPageTitles } from './page-title.ts';

const page = (head: string, body = '<h1>Tea</h1><p>Steep it.</p>') =>
  `<!doctype html><html lang="pt-BR"><head>${head}</head><body>${body}</body></html>`;

describe('what a page says of itself', () => {
  it('is read from its head, its tags and its structured data', () => {
    const facts = readPageFacts(
      page(
        '<title>Tea &amp; more\n</title><title>Second</title><base href="/b/"><link rel="Canonical" href=" /tea "><meta property="og:site_name" content="Teapot">' +
          '<link rel="alternate" hreflang="de" href="/de/tea"><link rel="alternate" type="application/rss+xml" href="/feed">' +
          '<script type="application/ld+json">{"@type":"Article","headline":"<a href=x>","dateModified": "2026-05-06"}</script>',
        '<svg><title>Logo</title></svg><h1> </h1><h1>Tea<br>\n<small>at home</small></h1><a href="/a&amp;b?x=1&amp;y=2">a</a><a rel="ugc NoFollow" href="/spam">b</a>' +
          '<script>document.write("<a href=/script>")</script><!-- <a href="/comment"> --><textarea><a href="/area"></textarea><template><a href="/t"></a></template><map><area href="/m"></map><time datetime="2020-01-01">',
      ),
    );
    expect(facts).toMatchObject({
      title: 'Tea & more',
      heading: 'Tea at home',
      siteName: 'Teapot',
      language: 'pt-BR',
      base: '/b/',
      canonical: '/tea',
      changed: '2026-05-06',
      links: ['/de/tea', '/a&b?x=1&y=2', '/t', '/m'],
      noIndex: false,
      noFollow: false,
      needsJavaScript: false,
      asksForLogin: false,
    });
    expect(facts.refreshTo).toBeUndefined();
  });

  it('takes the date of a change before that of publication, and both before a time in the text', () => {
    const times = [
      '<meta property="article:published_time" content="2024-01-01">',
      '<meta name="dateModified" content="2025-01-01">',
      '<meta property="article:modified_time" content="2026-01-01">',
    ];
    const changed = times.map(
      (_, count) => readPageFacts(page(times.slice(0, count + 1).join(''), '<time datetime="2020">')).changed,
    );
    expect(changed).toEqual(['2024-01-01', '2025-01-01', '2026-01-01']);
    expect(readPageFacts(page('', '<time datetime="2020-02-02">')).changed).toBe('2020-02-02');
  });

  it('holds to what robots may do, for all and for us', () => {
    const rules = (content: string, header = '', name = 'robots') => {
      const { noIndex, noFollow } = readPageFacts(page(`<meta name="${name}" content="${content}">`), header);
      return [noIndex, noFollow];
    };
    expect(rules('NOINDEX')).toEqual([true, false]);
    expect(rules('none')).toEqual([true, true]);
    expect(rules('index, nofollow')).toEqual([false, true]);
    expect(rules('noindex', '', 'googlebot')).toEqual([false, false]);
    expect(rules('noindex', '', 'answerdesk')).toEqual([true, false]);
    expect(rules('all', 'unavailable_after: 25 Jun 2040, noindex')).toEqual([true, false]);
    expect(rules('all', 'otherbot: noindex, nofollow, answerdesk: nofollow')).toEqual([false, true]);
  });

  it('tells a page that is drawn by a script from a short page', () => {
    const needs = (body: string, head = '') =>
      readPageFacts(page(`<title>Help</title>${head}`, body)).needsJavaScript;
    const script = '<script src="/main.js"></script>';
    for (const shell of [
      `<div id="root"></div>${script}`,
      `<div id="__next"><div class="spinner"></div></div>${script}`,
      `<app-root>Loading…</app-root>${script}`,
      `<noscript><p>${'Please enable JavaScript. '.repeat(20)}</p></noscript><div class="x"></div>${script}`,
      script,
      `<style>.a{}</style><div>Loading</div><iframe src="/x"></iframe>${script}`,
    ])
      expect(needs(shell), shell).toBe(true);
    for (const short of [
      `<p>Closed on Sundays.</p>${script}`,
      `<div id="root"><h1>Hours</h1><p>9 to 5</p></div>${script}`,
      `<ul><li>Tea</li></ul>${script}`,
      '<div id="app"></div>',
      `<div id="app"><div>${'Steep it for four minutes. '.repeat(10)}</div></div>${script}`,
    ])
      expect(needs(short), short).toBe(false);
  });

  it('is the same text for the same words, and time goes with length whatever the page holds', () => {
    const hash = (body: string) => readPageFacts(body).textHash;
    expect(hash('<p>Not here</p><script>1</script>')).toBe(hash('<div>Not here</div>\n\n<script>2</script>'));
    expect(hash('<p>Not here</p>')).not.toBe(hash('<p>Here</p>'));
    const pieces = [
      '<',
      '<a',
      '<a ',
      '<a href=x>',
      '<b>',
      '<h1>',
      '<title>',
      '<script>',
      '<!--',
      '&amp',
      'a="',
      "<meta name='robots' content='",
      '<svg><title>',
      '</h1>',
      '<script type="application/ld+json">"dateModified"',
      '<noscript>',
    ];
    expectLinearTime((text) => readPageFacts(text), pieces, { length: 30_000 });
  });

  it('never throws, whatever the text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<a href="',
        '<h1>',
        '</h1>',
        '<title>',
        '</title>',
        '<script>',
        '</script>',
        '<!--',
        '-->',
        '<![CDATA[',
        '<base href="//',
        '<meta http-equiv=refresh content="0;url=',
        '"',
        '>',
        '&#x0;',
        '\0',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const facts = readPageFacts(pieces.join(''), pieces[0]);
        return Array.isArray(facts.links) && !/\s\s/.test(facts.title ?? '');
      }),
    );
  });
});

describe('the title of a page', () => {
  const titlesOf = (front: string, ...bodies: string[]) => {
    const titles = createPageTitles();
    return [front, ...bodies].map((html, index) => {
      const facts = readPageFacts(html);
      titles.learn(facts, index === 0);
      return titles.titleOf(facts, new URL('https://help.test/hc/made-by_hand.html'));
    });
  };
  const html = (title: string, heading = '') => `<title>${title}</title>${heading && `<h1>${heading}</h1>`}`;

  it('is its heading, else what its title has beside the name of the site', () => {
    expect(
      titlesOf(html('Teapot Help Center'), html('Green tea – Teapot Help Center', 'How to make green tea')),
    ).toEqual(['Teapot Help Center', 'How to make green tea']);
    expect(
      titlesOf(
        html('Home | Teapot'),
        html('Green tea | Teapot'),
        html('Teapot | Black tea'),
        html('Tea - hot | Pots | Teapot'),
        html('Teapot'),
      ),
    ).toEqual(['Home | Teapot', 'Green tea', 'Black tea', 'Tea - hot | Pots', 'Teapot']);
  });

  it('is not the logo of the site, and not nothing', () => {
    expect(
      titlesOf(
        html('Teapot Help', 'Teapot Help'),
        html('Green tea · Teapot Help', 'Teapot Help'),
        html('', ''),
      ),
    ).toEqual(['Teapot Help', 'Green tea', 'made by hand']);
    expect(titlesOf(html('Green tea', 'Green tea'))).toEqual(['Green tea']);
  });
});
