// One page of a site from the network: its response, or why there is none.
import type { CallOptions } from '#core/call-options.ts';
import { FetchError } from './fetch-error.ts';
import type { PageState, Visit } from './page-visit.ts';
import type { PublicFetch, PublicResponse } from './public-fetch.ts';
import type { Robots } from './robots.ts';
import type { SiteScope } from './site-scope.ts';

export interface Fetched {
  readonly url: URL;
  /** The status is 200. */
  readonly response: PublicResponse;
}

export interface FetchPageOptions extends CallOptions {
  readonly scope: SiteScope;
  readonly robots: Pick<Robots, 'isAllowed'>;
  readonly fetch: Pick<PublicFetch, 'get'>;
  /** What the last run remembered of a page, by its address. */
  readonly known?: ((url: string) => PageState | undefined) | undefined;
}

const looksLikeLogin =
  /(?:^|[/.?=_-])(?:log-?in|sign-?in|sso|saml\d?|oauth\d?|auth|accounts?|idp|access)(?:[/.?=_-]|$)/i;
const isDocumentType = /pdf|msword|officedocument|opendocument|epub/;

/** Rejects only with the signal's reason. */
export async function fetchPage(
  url: URL,
  { scope, robots, fetch, known, signal }: FetchPageOptions,
): Promise<Fetched | Visit> {
  const state = known?.(url.href);
  const links = (state?.links ?? []).flatMap((href) => scope.pageOf(href, url) ?? []);
  const noArticle: Visit = { type: 'links', url: url.href, links: [] };
  const unread = (reason: string): Visit => ({ ...noArticle, type: 'unread', reason, isPassing: false });
  const passing = (reason: string): Visit => ({
    ...{ type: 'unread', url: url.href, links, reason, isPassing: true },
    ...(state ? { state } : {}),
  });
  try {
    const response = await fetch.get(url, {
      signal,
      accepts: (type) => ['text/html', 'application/xhtml+xml', ''].includes(type),
      headers: {
        accept: 'text/html, application/xhtml+xml',
        ...(state?.etag ? { 'if-none-match': state.etag } : {}),
        ...(state?.lastModified ? { 'if-modified-since': state.lastModified } : {}),
      },
      follows: (target) => scope.pageOf(target.href, target) !== undefined && robots.isAllowed(target),
    });
    const { status, movedTo } = response;
    if (movedTo) {
      const reason = whyNotFollowed(movedTo, url);
      return reason ? unread(reason) : noArticle;
    }
    if (status === 200) return { url, response };
    if (status === 304 && state?.article === undefined)
      return { ...noArticle, links, ...(state ? { state } : {}) };
    if (status === 304 && state)
      return { type: 'unchanged', url: url.href, links, state, article: state.article! };
    if (status === 404 || status === 410) return noArticle;
    if (status === 401 || status === 403)
      return unread(`refuses to be read (status ${status}): it needs a login, or keeps robots out`);
    return status >= 500 || status === 429
      ? passing(`answers with status ${status}`)
      : unread(`answers with status ${status}`);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof FetchError)) throw error;
    if (error.kind === 'wrong-type' && !isDocumentType.test(error.message)) return noArticle;
    return error.isPassing ? passing(error.message) : unread(error.message);
  }
}

/** Undefined for another part of the same host: nothing to report. */
function whyNotFollowed(target: URL, { host }: URL): string | undefined {
  const isElsewhere = target.host !== host;
  if (looksLikeLogin.test(isElsewhere ? `${target.host}${target.pathname}` : target.pathname))
    return `redirects to a login (${target.host}): only public pages are read`;
  return isElsewhere ? `redirects to another site (${target.host})` : undefined;
}
