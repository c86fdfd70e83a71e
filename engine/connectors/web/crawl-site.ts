// A website, page after page: breadth first from its front page and its sitemaps, within bounds. The order is the same at every run.
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { createCrawlQueue } from './crawl-queue.ts';
import { type Fetched, fetchPage } from './fetch-page.ts';
import { findSite, parseAddress, refuseIfDown } from './find-site.ts';
import type { PageState, Visit } from './page-visit.ts';
import { createPoliteFetch, type Pace } from './polite-fetch.ts';
import { createPublicFetch, type PublicFetch, type PublicFetchOptions } from './public-fetch.ts';
import { createPageReader } from './read-page.ts';
import type { Robots } from './robots.ts';
import { createSiteScope, readablePath, type ScopeOptions, type SiteScope } from './site-scope.ts';
import { readSitemaps } from './sitemaps.ts';

export interface CrawlLimits {
  readonly pages: number;
  /** Links from the front page; what a sitemap lists is at depth 1. */
  readonly depth: number;
  /** Of all pages, decompressed. */
  readonly bytes: number;
  readonly requestsPerSecond: number;
}

export const defaultCrawlLimits: CrawlLimits = {
  pages: 2_000,
  depth: 10,
  bytes: 1024 ** 3,
  requestsPerSecond: 3,
};

export interface CrawlOptions
  extends CallOptions,
    ScopeOptions,
    Pick<PublicFetchOptions, 'resolve' | 'timeLimits'>,
    Pick<Pace, 'pause'> {
  /** The front page; what is below its path belongs to the site. */
  readonly url: string;
  readonly limits?: Partial<CrawlLimits> | undefined;
  /** Whether the site may be on the company's own network; default false. */
  readonly allowPrivate?: boolean | undefined;
  /** What the last run remembered of a page, by its address. */
  readonly known?: ((url: string) => PageState | undefined) | undefined;
}

export type CrawlEvent = Visit | { readonly type: 'note'; readonly reason: string };

/** Requests under way at a time. */
const concurrency = 4;
/** So many pages after each other that do not answer: perhaps the site is down. */
const mostFailuresInARow = 10;

/**
 * Rejects with `bad-input` if the address is not one of a website, the site does not answer or stops to, or its robots.txt forbids
 * everything; with the signal's reason.
 */
export async function* crawlSite(options: CrawlOptions): AsyncGenerator<CrawlEvent> {
  const limits = { ...defaultCrawlLimits, ...options.limits };
  const asked = parseAddress(options.url);
  using fetch = createPublicFetch({
    ...options,
    ...(options.allowPrivate ? { privateHost: asked.host } : {}),
  });
  // What is under way ends when nobody wants more.
  const ended = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
  try {
    const hasty = createPoliteFetch(fetch, { ...options, ...limits });
    const { start, robots } = await findSite(hasty, asked, { signal });
    const mostPerSecond = robots.crawlDelayMs > 0 ? 1000 / robots.crawlDelayMs : Number.POSITIVE_INFINITY;
    const polite = createPoliteFetch(fetch, {
      ...options,
      requestsPerSecond: Math.min(limits.requestsPerSecond, mostPerSecond),
    });
    yield* crawlPages({
      ...options,
      limits,
      scope: createSiteScope(start, options),
      robots,
      fetch: polite,
      signal,
    });
  } finally {
    ended.abort();
  }
}

interface Crawl extends CrawlOptions {
  readonly limits: CrawlLimits;
  readonly scope: SiteScope;
  readonly robots: Robots;
  readonly fetch: Pick<PublicFetch, 'get'>;
}

async function* crawlPages({
  limits,
  scope,
  robots,
  fetch,
  signal,
  known,
}: Crawl): AsyncGenerator<CrawlEvent> {
  const { start } = scope;
  const queue = createCrawlQueue(limits.depth);
  queue.add([start], 0);
  const sitemaps = await readSitemaps(fetch, listedSitemaps(robots, start), { signal });
  for (const { url, reason } of sitemaps.problems)
    yield { type: 'note', reason: `the sitemap ${readablePath(new URL(url))} ${reason}` };
  const changed = new Map<string, string>();
  for (const page of sitemaps.pages) {
    const url = scope.pageOf(page.href, start);
    if (url && page.changed) changed.set(url.href, page.changed);
    if (url) queue.add([url], 1);
  }

  const pageOptions = { scope, robots, fetch, signal, known, changed };
  const reader = await createPageReader(pageOptions);
  const underWay: Promise<Fetched | Visit>[] = [];
  const outcome = { visited: 0, articles: 0, bytes: 0, failures: 0, forbidden: 0, firstReason: '' };
  const hasRoom = () => outcome.visited < limits.pages && outcome.bytes <= limits.bytes;
  for (;;) {
    while (hasRoom() && underWay.length < concurrency) {
      const next = queue.next();
      if (!next) break;
      if (!robots.isAllowed(next)) {
        outcome.forbidden += 1;
        continue;
      }
      outcome.visited += 1;
      const fetched = fetchPage(next, pageOptions);
      // Awaited in its turn; until then a failure is nobody's.
      fetched.catch(() => {});
      underWay.push(fetched);
    }
    const fetched = await underWay.shift();
    if (!fetched) break;
    const visit = reader.read(fetched);
    outcome.bytes += visit.bytes ?? 0;
    if (visit.type === 'page' || visit.type === 'unchanged') outcome.articles += 1;
    if (visit.type === 'unread') outcome.firstReason ||= visit.reason;
    outcome.failures = visit.type === 'unread' && visit.isPassing ? outcome.failures + 1 : 0;
    if (outcome.failures === mostFailuresInARow) {
      await refuseIfDown(fetch, start, signal);
      outcome.failures = 0;
    }
    queue.add(visit.links, queue.depthOf(visit.url) + 1);
    yield visit;
  }
  if (outcome.articles === 0) throw nothingFound(start, outcome);
  yield* lastNotes({
    left: queue.size,
    isFull: outcome.visited >= limits.pages,
    limits,
    pdfs: reader.linkedPdfs,
  });
}

interface Ending {
  /** Pages that were found and not read. */
  readonly left: number;
  /** Of pages; else of bytes. */
  readonly isFull: boolean;
  readonly limits: CrawlLimits;
  readonly pdfs: number;
}

function* lastNotes({ left, isFull, limits, pdfs }: Ending): Generator<CrawlEvent> {
  const limit = isFull ? `${limits.pages} pages` : `${Math.round(limits.bytes / 1024 ** 2)} MB`;
  const advice = isFull ? 'raise --max-pages' : 'read parts of the site as sources of their own';
  if (left > 0)
    yield {
      type: 'note',
      reason: `the limit of ${limit} is reached, ${left} more pages that were found are not read: ${advice}`,
    };
  if (pdfs > 0)
    yield {
      type: 'note',
      reason: `${pdfs} linked PDF file(s) are not read: put them into a folder and ingest that`,
    };
}

function listedSitemaps({ sitemaps }: Robots, start: URL): readonly string[] {
  if (sitemaps.length > 0) return sitemaps;
  const below = `${start.pathname.replace(/\/[^/]*\.[a-z\d]+$|\/$/i, '')}/sitemap.xml`;
  return [...new Set(['/sitemap.xml', below])].map((path) => new URL(path, start).href);
}

function nothingFound(
  site: URL,
  { forbidden, firstReason }: { readonly forbidden: number; readonly firstReason: string },
): AppError {
  const because = firstReason
    ? `: its first page ${firstReason}`
    : forbidden > 0
      ? `: robots.txt of ${site.host} forbids it. Ask whoever runs the site to allow "Answerdesk", or export the articles and ingest the files`
      : ': no page has text that may be read (see --include and --exclude, and "noindex" on the pages)';
  return new AppError(
    'bad-input',
    `No article was found on ${site.href}${because}. What is published stays.`,
  );
}
