// Where a website is: its address checked, its robots.txt read, its first redirect followed.
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { FetchError } from './fetch-error.ts';
import type { PublicFetch, PublicResponse } from './public-fetch.ts';
import { type Robots, readRobots } from './robots.ts';
import { createSiteScope } from './site-scope.ts';

interface FoundSite {
  readonly start: URL;
  readonly robots: Robots;
}

/** Where the address leads, on the same host, perhaps with `www.` or https; and what may be read there. */
export async function findSite(
  fetch: Pick<PublicFetch, 'get'>,
  asked: URL,
  { signal }: CallOptions = {},
): Promise<FoundSite> {
  try {
    const robots = await readRobots(fetch, asked, { signal });
    if (!robots.isAllowed(asked)) return { start: asked, robots };
    const plainHost = (url: URL) => url.hostname.replace(/^www\./, '');
    const response = await fetch.get(asked, {
      signal,
      follows: (url) => plainHost(url) === plainHost(asked),
    });
    refuseUnreadable(asked, response);
    // A site keeps its path: from https://example.com/help to https://www.example.com/help/en.
    const start = new URL(asked.pathname + asked.search, response.url.origin);
    if (!createSiteScope(start).pageOf(response.url.href, start)) throw leadsElsewhere(asked, response.url);
    if (start.origin === asked.origin) return { start, robots };
    return { start, robots: await readRobots(fetch, start, { signal }) };
  } catch (error) {
    if (error instanceof FetchError) throw isDown(asked, error);
    throw error;
  }
}

/** Rejects with `bad-input` if the front page does not answer either. */
export async function refuseIfDown(
  fetch: Pick<PublicFetch, 'get'>,
  start: URL,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const { status } = await fetch.get(start, { signal });
    refuseUnreadable(start, { status });
  } catch (error) {
    if (error instanceof FetchError) throw isDown(start, error);
    throw error;
  }
}

function refuseUnreadable(
  { href }: Pick<URL, 'href'>,
  { status, movedTo }: Pick<PublicResponse, 'status' | 'movedTo'>,
): void {
  const refuse = (text: string) => {
    throw new AppError('bad-input', `${href} ${text}`);
  };
  if (movedTo) throw leadsElsewhere({ href }, movedTo);
  if (status >= 500 || status === 429)
    refuse(`answers with status ${status}. What is published stays. Try again later.`);
  if (status === 401 || status === 403)
    refuse(
      `refuses to be read (status ${status}): it needs a login, or keeps robots out. Let "Answerdesk" in, or export the articles and ingest the files. What is published stays.`,
    );
}

function leadsElsewhere({ href }: Pick<URL, 'href'>, target: URL): AppError {
  return new AppError(
    'bad-input',
    `${href} redirects to ${target.origin}${target.pathname}. If your articles are there, ingest that address; if it asks for a login, export the articles and ingest the files.`,
  );
}

/** Throws `bad-input`. */
export function parseAddress(text: string): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password)
    return url;
  throw new AppError(
    'bad-input',
    'A website is given by its address, such as https://help.example.com, without user name and password.',
  );
}

function isDown(site: URL, { message, kind }: FetchError): AppError {
  const advice =
    kind === 'refused'
      ? 'If it is a help centre of your own network, allow that: --allow-private-addresses.'
      : 'What is published stays. If the address is right, try again later, or more slowly with --rate.';
  return new AppError('bad-input', `${site.href} ${message}. ${advice}`);
}
