// Sitemaps: the pages that a site lists itself, with the day each was changed. Indexes are followed; hostile files are bounded.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { XMLParser } from 'fast-xml-parser';
import type { CallOptions } from '#core/call-options.ts';
import { decodePage } from './decode-page.ts';
import { FetchError } from './fetch-error.ts';
import type { PublicFetch } from './public-fetch.ts';

export interface ListedPage {
  /** As it is written there; not checked. */
  readonly href: string;
  /** As it is written there. */
  readonly changed?: string;
}

export interface ReadSitemaps {
  readonly pages: readonly ListedPage[];
  /** Which sitemap could not be read, and why. */
  readonly problems: readonly { readonly url: string; readonly reason: string }[];
}

/** An index and what it lists, over all levels. */
const mostFiles = 100;
/** The most that one sitemap may list by its standard; a help centre has fewer. */
const mostPages = 50_000;
const maxBytes = 10 * 1024 * 1024;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  // A few bytes of entities can stand for gigabytes. The five that URLs need are read below.
  processEntities: false,
  parseTagValue: false,
  removeNSPrefix: true,
  isArray: (name) => ['url', 'sitemap', 'link'].includes(name),
});

/** `urls` are tried in order; a file that is not there is no problem. Rejects only with the signal's reason. */
export async function readSitemaps(
  fetch: Pick<PublicFetch, 'get'>,
  urls: readonly string[],
  { signal }: CallOptions = {},
): Promise<ReadSitemaps> {
  const seen = new Set(urls);
  const queue = [...seen];
  const pages = new Map<string, ListedPage>();
  const problems: { url: string; reason: string }[] = [];
  for (let files = 0; files < mostFiles && pages.size < mostPages; files += 1) {
    const url = queue.shift();
    if (url === undefined) break;
    try {
      const { indexes, listed } = parseSitemap(await readFile(fetch, url, signal));
      for (const page of listed) {
        if (pages.size >= mostPages) break;
        if (!pages.has(page.href)) pages.set(page.href, page);
      }
      for (const index of indexes) {
        if (seen.has(index) || seen.size >= mostPages) continue;
        seen.add(index);
        queue.push(index);
      }
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof FetchError ? error.message : 'is no sitemap that can be read';
      problems.push({ url, reason });
    }
  }
  return { pages: [...pages.values()], problems };
}

async function readFile(
  fetch: Pick<PublicFetch, 'get'>,
  url: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { status, body, headers } = await fetch.get(url, { maxBytes, signal });
  if (status >= 500) throw new FetchError('unreachable', `answers with status ${status}`);
  if (status !== 200) return '';
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  const bytes = isGzip ? await promisify(gunzip)(body, { maxOutputLength: maxBytes }) : body;
  return decodePage(bytes, headers['content-type']);
}

interface Sitemap {
  readonly listed: readonly ListedPage[];
  readonly indexes: readonly string[];
}

interface Entry {
  readonly loc?: unknown;
  readonly lastmod?: unknown;
  readonly link?: readonly { readonly href?: unknown }[];
}

function parseSitemap(text: string): Sitemap {
  if (!text.trimStart().startsWith('<')) return { listed: addressesOf(text), indexes: [] };
  // What is not there, on a site that answers 200 all the same.
  if (/^\s*<(?:!doctype html|html)\b/i.test(text)) return { listed: [], indexes: [] };
  const { urlset, sitemapindex } = parser.parse(text) as {
    readonly urlset?: { readonly url?: readonly Entry[] };
    readonly sitemapindex?: { readonly sitemap?: readonly Entry[] };
  };
  const listed = (urlset?.url ?? []).flatMap(({ loc, lastmod, link = [] }) => {
    const changed = typeof lastmod === 'string' ? lastmod : undefined;
    // The same page in other languages.
    const hrefs = [loc, ...link.map(({ href }) => href)].filter((href) => typeof href === 'string');
    return hrefs.map((href) => ({ href: plain(href), ...(changed ? { changed } : {}) }));
  });
  const indexes = (sitemapindex?.sitemap ?? []).flatMap(({ loc }) =>
    typeof loc === 'string' ? [plain(loc)] : [],
  );
  return { listed, indexes };
}

/** A sitemap may be plain text, one address a line. */
function addressesOf(text: string): ListedPage[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => /^https?:\/\/\S+$/i.test(line)).map((href) => ({ href }));
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_entity, name: string) => entities[name]!);
}
