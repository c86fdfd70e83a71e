// What a page of a site is: an article, only links, or nothing that can be read without a person or a browser.
import { createHash } from 'node:crypto';
import { decodePage } from './decode-page.ts';
import type { Fetched, FetchPageOptions } from './fetch-page.ts';
import { type PageFacts, readPageFacts } from './page-facts.ts';
import { createPageTitles } from './page-title.ts';
import type { PageState, Visit } from './page-visit.ts';
import type { PublicResponse } from './public-fetch.ts';
import { extensionOf } from './site-scope.ts';

export interface PageReader {
  /** Pages in order, because the first of two that are the same counts. */
  read(fetched: Fetched | Visit): Visit;
  readonly linkedPdfs: number;
}

export interface PageReaderOptions extends FetchPageOptions {
  /** Of the sitemaps: when a page was changed, by its address. */
  readonly changed: ReadonlyMap<string, string>;
}

/** Of one page, for the next run. */
const mostLinksRemembered = 2_000;

/** Rejects only with the signal's reason. */
export async function createPageReader(options: PageReaderOptions): Promise<PageReader> {
  const { scope, changed } = options;
  const titles = createPageTitles();
  const articles = new Set<string>();
  const pdfs = new Set<string>();
  const missingPage = await textOfMissingPage(options);

  function linksOf(facts: PageFacts, url: URL): URL[] {
    const base = URL.parse(facts.base ?? '', url.href) ?? url;
    const found = new Map<string, URL>();
    for (const href of [...facts.links, ...(facts.refreshTo ? [facts.refreshTo] : [])]) {
      const page = scope.pageOf(href, base);
      if (page) found.set(page.href, page);
      else if (/\.pdf(?:[?#]|$)/i.test(href)) addPdf(URL.parse(href, base.href));
    }
    return [...found.values()];
  }

  function addPdf(url: URL | null): void {
    if (url?.host === scope.start.host && extensionOf(url.pathname) === 'pdf') pdfs.add(url.pathname);
  }

  /** A page that names the front page as its own address is wrong about it: all pages would be one. */
  function ownAddress(facts: PageFacts, url: URL): URL {
    const canonical = facts.canonical && scope.pageOf(facts.canonical, url);
    return canonical && canonical.href !== scope.start.href && canonical.pathname !== '/' ? canonical : url;
  }

  function readResponse({ url: asked, response }: Fetched): Visit {
    const { url: last, headers, body } = response;
    const html = decodePage(body, headers['content-type']);
    const facts = readPageFacts(html, `${headers['x-robots-tag'] ?? ''}`);
    const url = scope.pageOf(last.href, last) ?? asked;
    const links = facts.noFollow ? [] : linksOf(facts, url);
    const visited = { url: asked.href, bytes: body.length, links };
    const unread = (reason: string): Visit => ({ ...visited, type: 'unread', reason, isPassing: false });
    const noArticle: Visit = { ...visited, type: 'links' };

    titles.learn(facts, asked.href === scope.start.href);
    if (facts.needsJavaScript)
      return unread(
        'needs JavaScript, without it the page is empty: give an export of the articles, or their API',
      );
    if (facts.textHash === missingPage) return noArticle;
    if (facts.asksForLogin) return unread('asks for a login: only public pages are read');
    const article = ownAddress(facts, url);
    const state = stateOf(headers, links);
    if (facts.noIndex || facts.refreshTo || !scope.isIncluded(article))
      return { ...noArticle, ...(state ? { state } : {}) };
    // The same page under another address.
    if (articles.has(article.href)) return noArticle;
    articles.add(article.href);
    const language = facts.language ?? headers['content-language'];
    const when = facts.changed ?? changed.get(asked.href);
    return {
      ...visited,
      type: 'page',
      article: article.href,
      html,
      title: titles.titleOf(facts, article),
      ...(language ? { language } : {}),
      ...(when ? { changed: when } : {}),
      ...(state ? { state: { ...state, article: article.href } } : {}),
    };
  }

  /** What was decided about a page may be another thing today: the globs, or a second page that is the same. */
  function readAgain(visit: Visit): Visit {
    const article = visit.type === 'page' ? undefined : visit.state?.article;
    if (article === undefined) return visit;
    const { url, links, state } = visit;
    if (!scope.isIncluded(new URL(article)))
      return { type: 'links', url, links, ...(state ? { state } : {}) };
    if (articles.has(article)) return { type: 'links', url, links };
    articles.add(article);
    return visit;
  }

  return {
    read: (fetched) => ('response' in fetched ? readResponse(fetched) : readAgain(fetched)),
    get linkedPdfs() {
      return pdfs.size;
    },
  };
}

function stateOf(headers: PublicResponse['headers'], links: readonly URL[]): PageState | undefined {
  const { etag, 'last-modified': lastModified } = headers;
  if ((!etag && !lastModified) || links.length > mostLinksRemembered) return undefined;
  return {
    ...(etag ? { etag } : {}),
    ...(lastModified ? { lastModified } : {}),
    links: links.map(({ href }) => href),
  };
}

/** Some sites answer 200 for what is not there, with the same text for anything. Undefined for all others. */
async function textOfMissingPage({
  scope,
  robots,
  fetch,
  signal,
}: FetchPageOptions): Promise<string | undefined> {
  const name = createHash('sha256').update(scope.start.href).digest('hex').slice(0, 20);
  const page = new URL(`${scope.start.pathname.replace(/\/[^/]*$/, '')}/no-such-page-${name}`, scope.start);
  if (!robots.isAllowed(page)) return undefined;
  try {
    const response = await fetch.get(page, { signal, accepts: (type) => /html/.test(type) });
    const { status, body, headers, url } = response;
    if (status !== 200 || url.href !== page.href) return undefined;
    return readPageFacts(decodePage(body, headers['content-type'])).textHash;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
