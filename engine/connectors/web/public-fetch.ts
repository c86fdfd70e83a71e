// GET for public addresses only. Every hop is checked anew, and the address that was checked is the one that is connected to: between
// check and connection no name server is asked again, so a second answer ("rebinding") changes nothing.
import { lookup as lookupName } from 'node:dns/promises';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { CallOptions } from '#core/call-options.ts';
import { packageVersion } from '#core/package-root.ts';
import { FetchError } from './fetch-error.ts';
import { isIntranetAddress, isPublicAddress } from './public-address.ts';
import { acceptedEncodings, readBody } from './response-body.ts';

export const userAgent = `Answerdesk/${packageVersion()}`;

const maxRedirects = 5;
const defaultMaxBytes = 5 * 1024 * 1024;

/** Milliseconds. */
export interface TimeLimits {
  readonly connect: number;
  /** From the connection to the first line of the answer. */
  readonly firstByte: number;
  /** Redirects and body included. */
  readonly whole: number;
}

const defaultTimeLimits: TimeLimits = { connect: 10_000, firstByte: 30_000, whole: 60_000 };

export interface PublicFetchOptions {
  /** `HOST` or `HOST:PORT` that may be on the company's own network, all others not. */
  readonly privateHost?: string | undefined;
  /** All addresses of a name; default: the system's resolver. */
  readonly resolve?: ((hostname: string) => Promise<readonly string[]>) | undefined;
  readonly timeLimits?: Partial<TimeLimits> | undefined;
}

export interface GetOptions extends CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the decompressed body; default 5 MB. */
  readonly maxBytes?: number;
  /** Which content types are wanted, lower case, without parameters; default: any. */
  readonly accepts?: (contentType: string) => boolean;
  /** Whether a redirect may be followed; default: any. What must not be followed is returned as it is. */
  readonly follows?: (url: URL) => boolean;
}

export interface PublicResponse {
  readonly status: number;
  /** Of the last hop. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Empty unless the status is 2xx. */
  readonly body: Buffer;
  /** Where a redirect leads that `follows` refused. */
  readonly movedTo?: URL;
}

/** The head of an answer, and its body as it comes: whoever opens it reads it to its end or destroys it. */
export interface OpenedResponse extends Omit<PublicResponse, 'body' | 'movedTo'> {
  readonly body: IncomingMessage;
}

export interface PublicFetch extends Disposable {
  /** For what does not fit into memory. `limits.whole` does not hold for it: whoever reads says when it is too slow. Rejects as `get`. */
  open(url: string | URL, options?: Pick<GetOptions, 'headers' | 'signal'>): Promise<OpenedResponse>;
  /** Rejects with a `FetchError`, or with the signal's reason. Any status is a response. */
  get(url: string | URL, options?: GetOptions): Promise<PublicResponse>;
}

export function createPublicFetch({
  privateHost,
  resolve = resolveName,
  timeLimits = {},
}: PublicFetchOptions = {}): PublicFetch {
  const limits = { ...defaultTimeLimits, ...timeLimits };
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };

  function checkAddress(address: string, url: URL): void {
    if (isPublicAddress(address)) return;
    if (url.host === privateHost && isIntranetAddress(address)) return;
    throw new FetchError('refused', `is at an address of a private network (${url.hostname})`);
  }

  async function checkedAddresses(url: URL): Promise<readonly string[]> {
    const addresses = await resolve(url.hostname).catch((cause) => {
      throw new FetchError('unreachable', `has a host whose name has no address (${url.hostname})`, {
        cause,
      });
    });
    if (addresses.length === 0)
      throw new FetchError('unreachable', `has a host whose name has no address (${url.hostname})`);
    // One private address among public ones is no accident.
    for (const address of addresses) checkAddress(address, url);
    return addresses;
  }

  /** One request, up to the head of its answer. */
  async function request(url: URL, { headers, signal }: GetOptions): Promise<IncomingMessage> {
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    // For these no name is looked up.
    if (isIP(literal)) checkAddress(literal, url);
    const lookup: LookupFunction = (_hostname, { all }, done) => {
      checkedAddresses(url).then(
        (addresses) => {
          const found = addresses.map((address) => ({ address, family: isIP(address) }));
          if (all) done(null, found);
          else done(null, found[0]!.address, found[0]!.family);
        },
        (error) => done(error, ''),
      );
    };
    const isSecure = url.protocol === 'https:';
    return new Promise((fulfil, reject) => {
      const sent = (isSecure ? https : http).request(url, {
        agent: isSecure ? agents.https : agents.http,
        headers: { ...headers, 'user-agent': userAgent, 'accept-encoding': acceptedEncodings },
        lookup,
        ...(signal ? { signal } : {}),
      });
      const giveUp = () => sent.destroy(new FetchError('too-slow', 'does not answer in time'));
      let timer = setTimeout(giveUp, limits.connect);
      const isConnected = () => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, limits.firstByte);
      };
      sent.on('socket', (socket) => {
        if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', isConnected);
        else isConnected();
      });
      sent.on('response', (response) => {
        clearTimeout(timer);
        fulfil(response);
      });
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.end();
    });
  }

  async function opened(
    start: string | URL,
    options: GetOptions,
  ): Promise<OpenedResponse & { readonly movedTo?: URL }> {
    let url = checkedUrl(start);
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const response = await request(url, options);
      const { statusCode: status = 0, headers } = response;
      const location = [301, 302, 303, 307, 308].includes(status) ? headers.location : undefined;
      if (location === undefined) return { status, url, headers, body: response };
      response.destroy();
      const target = checkedUrl(location, url);
      if (options.follows?.(target) === false)
        return { status, url, headers, body: response, movedTo: target };
      url = target;
    }
    throw new FetchError('redirects', `redirects more than ${maxRedirects} times`);
  }

  async function hops(start: string | URL, options: GetOptions): Promise<PublicResponse> {
    const { body, ...head } = await opened(start, options);
    return { ...head, body: head.movedTo ? Buffer.alloc(0) : await bodyOf(body, options) };
  }

  function problemOf(error: unknown): FetchError {
    if (error instanceof FetchError) return error;
    const code = (error as NodeJS.ErrnoException).code ?? 'connection failed';
    return new FetchError('unreachable', `cannot be reached (${code})`, { cause: error });
  }

  return {
    async open(url, options = {}) {
      try {
        return await opened(url, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        throw problemOf(error);
      }
    },
    async get(url, options = {}) {
      const whole = AbortSignal.timeout(limits.whole);
      const signal = options.signal ? AbortSignal.any([options.signal, whole]) : whole;
      try {
        return await hops(url, { ...options, signal });
      } catch (error) {
        options.signal?.throwIfAborted();
        if (whole.aborted && !(error instanceof FetchError))
          throw new FetchError('too-slow', 'takes too long to load');
        throw problemOf(error);
      }
    },
    [Symbol.dispose]() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** Absolute, http or https, without credentials. Throws a `FetchError`. */
function checkedUrl(text: string | URL, base?: URL): URL {
  const url = URL.parse(`${text}`, base?.href);
  if (!url) throw new FetchError('refused', 'has an address that cannot be understood');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new FetchError('refused', `has an address that is neither http nor https (${url.protocol})`);
  if (url.username || url.password) throw new FetchError('refused', 'has an address with a user name in it');
  return url;
}

async function bodyOf(response: IncomingMessage, { accepts, maxBytes }: GetOptions): Promise<Buffer> {
  const { statusCode = 0, headers } = response;
  const type = contentType(headers);
  const isWanted = accepts?.(type) ?? true;
  if (statusCode >= 200 && statusCode < 300 && isWanted)
    return readBody(response, maxBytes ?? defaultMaxBytes);
  // A 304 has no body, and the connection serves the next page; an error page may be of any length.
  if (statusCode === 304) response.resume();
  else response.destroy();
  if (isWanted || statusCode < 200 || statusCode >= 300) return Buffer.alloc(0);
  throw new FetchError(
    'wrong-type',
    `is not a web page (${/^[\w.+/-]{1,60}$/.test(type) ? type : 'unknown type'})`,
  );
}

/** Lower case, without parameters. */
export function contentType(headers: IncomingHttpHeaders): string {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
}

async function resolveName(hostname: string): Promise<string[]> {
  const found = await lookupName(hostname, { all: true });
  return found.map(({ address }) => address);
}
