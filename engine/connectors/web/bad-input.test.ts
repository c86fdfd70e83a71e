// Bytes of a site are never to be trusted: whatever of them is changed, cut or put elsewhere, reading ends, and in time.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { decodePage } from './decode-page.ts';
import { readPageFacts } from './page-facts.ts';
import { readRobots } from './robots.ts';
import { createSiteScope } from './site-scope.ts';
import { readSitemaps } from './sitemaps.ts';
import { articlePage } from './testing/local-site.ts';

const runs = { numRuns: 2_000 * effort };
const start = new URL('https://help.test/');

const page = Buffer.from(
  articlePage(
    'Green tea',
    '<p>Steep it for <b>two</b> minutes.</p><a href="../pots?x=1&amp;y=2">Pots</a><script>let a = "<p>";</script>',
    {
      head: '<meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/x"><link rel="canonical" href="/tea"><script type="application/ld+json">{"dateModified":"2026-01-01"}</script>',
    },
  ),
);
const sitemap = Buffer.from(
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><urlset xmlns:x="y"><!-- all --><url><loc>https://help.test/a?b&amp;c</loc><lastmod>2026</lastmod><x:link href="https://help.test/de"/></url><url><loc><![CDATA[https://help.test/d]]></loc></url></urlset>',
);
const index = Buffer.from(
  '<sitemapindex><sitemap><loc>https://help.test/sitemap.xml</loc></sitemap></sitemapindex>',
);
const robots = Buffer.from(
  'User-agent: *\nDisallow: /a*b$\nCrawl-delay: 2\nSitemap: https://help.test/s.xml\n',
);

/** Bytes set, taken out, or said again elsewhere. */
const mutated = (...originals: readonly Buffer[]) =>
  fc
    .tuple(
      fc.constantFrom(...originals),
      fc.array(fc.tuple(fc.nat(), fc.nat(40), fc.constantFrom('set', 'cut', 'again'), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      }),
    )
    .map(([original, changes]) =>
      changes.reduce<Buffer>((bytes, [at, length, change, byte]) => {
        const from = at % (bytes.length + 1);
        const [head, piece, tail] = [
          bytes.subarray(0, from),
          bytes.subarray(from, from + length),
          bytes.subarray(from + length),
        ];
        if (change === 'cut') return Buffer.concat([head, tail]);
        return change === 'set'
          ? Buffer.concat([head, Buffer.of(byte), tail])
          : Buffer.concat([head, piece, piece, tail]);
      }, original),
    );

const fetchOf = (body: Buffer, headers = {}) => ({
  get: async (url: string | URL) => ({ status: 200, url: new URL(url), headers, body }),
});

describe('damaged bytes', () => {
  it('of a page are a page all the same, with links of the site only', () => {
    const scope = createSiteScope(start);
    fc.assert(
      fc.property(mutated(page, gzipSync(page)), fc.string(), (bytes, header) => {
        const { links } = readPageFacts(decodePage(bytes, header), header);
        const pages = links.flatMap((link) => scope.pageOf(link, start) ?? []);
        expect(pages.every(({ host, protocol }) => host === 'help.test' && protocol === 'https:')).toBe(true);
      }),
      runs,
    );
  });

  it('of a sitemap give the pages that can be told, or the reason why not', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(sitemap, index, gzipSync(sitemap)), async (bytes) => {
        const { pages, problems } = await readSitemaps(fetchOf(bytes), ['https://help.test/sitemap.xml']);
        expect(pages.length + problems.length).toBeLessThan(200);
      }),
      runs,
    );
  });

  it('of robots.txt forbid or allow, and never ask to wait long', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(robots), async (bytes) => {
        const { crawlDelayMs, isAllowed } = await readRobots(fetchOf(bytes), start);
        expect([true, false]).toContain(isAllowed(new URL('/axb', start)));
        expect(crawlDelayMs >= 0 && crawlDelayMs <= 10_000).toBe(true);
      }),
      { numRuns: 300 * effort },
    );
  });
});
