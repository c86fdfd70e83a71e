// robots.txt: what the site lets us read, how fast, and where its sitemaps are.
import parser from 'robots-parser';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { decodePage } from './decode-page.ts';
import { type PublicFetch, userAgent } from './public-fetch.ts';

export interface Robots {
  isAllowed(url: URL): boolean;
  /** What the site asks for between two requests, at most ten seconds; 0 when it asks for nothing. */
  readonly crawlDelayMs: number;
  readonly sitemaps: readonly string[];
}

/** Its types describe an ES module, it is none. */
const robotsParser = parser as unknown as typeof parser.default;

/** As much as search engines read. */
const maxBytes = 512 * 1024;
/** Longer lines are no rules, and matching them takes long. */
const longestLine = 1_000;
const longestCrawlDelayMs = 10_000;

/**
 * Of the site that `site` belongs to. Without the file everything is allowed. Rejects with `bad-input` when the server cannot say: nothing
 * is read then, as the standard asks (RFC 9309). Rejects with a `FetchError` when it cannot be reached.
 */
export async function readRobots(
  fetch: Pick<PublicFetch, 'get'>,
  site: URL,
  { signal }: CallOptions = {},
): Promise<Robots> {
  const url = new URL('/robots.txt', site);
  const text = await readFile(fetch, url, signal);
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.length <= longestLine);
  const rules = robotsParser(url.href, lines.join('\n'));
  const seconds = rules.getCrawlDelay(userAgent) ?? 0;
  return {
    isAllowed: (page) => rules.isAllowed(page.href, userAgent) ?? true,
    crawlDelayMs: Math.min(Math.max(0, seconds * 1000), longestCrawlDelayMs),
    sitemaps: rules.getSitemaps().filter((sitemap) => URL.canParse(sitemap, url.href)),
  };
}

async function readFile(
  fetch: Pick<PublicFetch, 'get'>,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { status, body, headers } = await fetch.get(url, { maxBytes, signal });
  if (status >= 500 || status === 429)
    throw new AppError(
      'bad-input',
      `${url.href} answers with status ${status}, so it is not known what may be read there. What is published stays. Try again later.`,
    );
  return status === 200 ? decodePage(body, headers['content-type']) : '';
}
