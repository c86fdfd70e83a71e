// Requests at a pace that a site can bear: so many a second, a pause where it asks for one, a second try where that may help.
import type { CallOptions } from '#core/call-options.ts';
import { wait } from '../wait.ts';
import { FetchError } from './fetch-error.ts';
import type { GetOptions, PublicFetch, PublicResponse } from './public-fetch.ts';

export interface Pace {
  readonly requestsPerSecond: number;
  /** For tests: how time passes. */
  readonly pause?: ((milliseconds: number, options: CallOptions) => Promise<void>) | undefined;
}

const mostAttempts = 3;
/** A site that wants a longer pause is not read on. */
const longestRetryAfterMs = 120_000;
const retryAfterMs = 2_000;

/** `get` as of `fetch`; a status of 429 or 5xx, and what may pass, is tried again. Still 429 or 5xx: that is the response. */
export function createPoliteFetch(
  fetch: Pick<PublicFetch, 'get'>,
  { requestsPerSecond, pause = wait }: Pace,
): Pick<PublicFetch, 'get'> {
  const intervalMs = 1000 / requestsPerSecond;
  let nextAt = 0;

  /** For everything that is still to come. */
  const hold = (milliseconds: number) => {
    nextAt = Math.max(nextAt, performance.now() + milliseconds);
  };
  const myTurn = async (signal: AbortSignal | undefined) => {
    const now = performance.now();
    const at = Math.max(now, nextAt);
    nextAt = at + intervalMs;
    if (at > now) await pause(at - now, { signal });
    signal?.throwIfAborted();
  };

  async function get(url: string | URL, options: GetOptions = {}, attempt = 1): Promise<PublicResponse> {
    await myTurn(options.signal);
    const isLast = attempt === mostAttempts;
    try {
      const response = await fetch.get(url, options);
      if (response.status < 500 && response.status !== 429) return response;
      const asked = pauseAskedFor(response);
      if (isLast || (asked ?? 0) > longestRetryAfterMs) return response;
      hold(asked ?? retryAfterMs * attempt);
    } catch (error) {
      if (isLast || !(error instanceof FetchError) || !error.isPassing) throw error;
      hold(retryAfterMs * attempt);
    }
    return get(url, options, attempt + 1);
  }
  return { get: (url, options) => get(url, options) };
}

/** Milliseconds from `Retry-After`: seconds, or a date. */
function pauseAskedFor({ headers }: PublicResponse): number | undefined {
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}
