// JSON over HTTPS, as help desks speak it: patient with rate limits and passing faults, strict about sizes, times and hosts. What is
// sent with a secret goes to one origin only, and redirects are not followed.
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import { AppError, briefly, isAbortError } from '#core/errors.ts';
import { wait } from './wait.ts';

export interface JsonClientOptions {
  /** `https://acme.zendesk.com` */
  readonly origin: string;
  /** Of the system, for messages: `Zendesk`. */
  readonly name: string;
  /** The environment variables with the credentials, for messages. */
  readonly variables: readonly string[];
  /** Headers of each request. `isRefused`: those given before were refused with 401; give others, or the same again. */
  readonly headers: (options: CallOptions & { readonly isRefused: boolean }) => Headers | Promise<Headers>;
  readonly limits?: Partial<HttpLimits>;
  /** Only for tests: plain HTTP. */
  readonly allowHttp?: boolean;
  readonly pause?: typeof wait;
}

export interface HttpLimits {
  /** For one response, headers and body. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Attempts after the first one. */
  readonly retries: number;
  /** A server that wants a longer pause has no more to give today. */
  readonly longestPauseMs: number;
}

type Headers = Readonly<Record<string, string>>;

export const defaultHttpLimits: HttpLimits = {
  timeoutMs: 60_000,
  maxBytes: 64 * 1024 * 1024,
  retries: 6,
  longestPauseMs: 15 * 60_000,
};
/** Before the first retry; twice as long before each further one. */
const firstBackOffMs = 1_000;

const nothingThere = [404, 410];

export interface JsonRequest<T> extends CallOptions {
  /** Below the origin; its variable parts are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON, by POST unless `method` says otherwise. */
  readonly body?: unknown;
  readonly method?: 'POST' | 'PUT' | 'PATCH';
  /** Besides those of every request. */
  readonly headers?: Headers;
  /** Statuses that say that there is nothing any more; default 404 and 410. */
  readonly gone?: readonly number[];
  readonly schema: z.ZodType<T>;
}

export interface JsonClient {
  /**
   * The response's JSON. Rejects with `bad-input` for refused credentials, an address that is not there and answers of another shape, with
   * `internal` when the system cannot be reached or has no more to give now, and with the signal's reason on abort.
   */
  request<T>(request: JsonRequest<T>): Promise<T>;
  /** The same; undefined where there is nothing any more. */
  find<T>(request: JsonRequest<T>): Promise<T | undefined>;
}

export function createJsonClient(options: JsonClientOptions): JsonClient {
  const { origin, name, allowHttp = false, pause = wait } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const base = new URL(origin);
  if (base.protocol !== 'https:' && !allowHttp)
    throw new AppError(
      'bad-input',
      `${name}: ${origin} is no https address, and a secret would be sent to it.`,
    );

  async function attempt<T>(request: JsonRequest<T>, isRefused: boolean): Promise<Response> {
    const url = new URL(request.path, base);
    if (url.origin !== base.origin)
      throw new AppError('bad-input', `${name}: a path leads to another host than ${base.host}.`);
    for (const [key, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const headers = await options.headers({ isRefused, signal });
    const response = await fetch(url, {
      method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'manual',
      signal,
    });
    const text = await readBody(response, limits.maxBytes);
    return { status: response.status, headers: response.headers, text };
  }

  /** Undefined: not there. */
  async function send<T>(request: JsonRequest<T>): Promise<T | undefined> {
    let wasRefused = false;
    for (let retry = 0; ; retry += 1) {
      request.signal?.throwIfAborted();
      const result = await attempt(request, wasRefused).catch((thrown: unknown) => {
        request.signal?.throwIfAborted();
        if (thrown instanceof AppError) throw thrown;
        return thrown;
      });
      const parsed =
        isResponse(result) && isSuccess(result.status) ? parse(result, request.schema) : undefined;
      if (parsed?.success) return parsed.data;
      if (isResponse(result)) {
        if ((request.gone ?? nothingThere).includes(result.status)) return undefined;
        if (result.status === 401 && !wasRefused) {
          wasRefused = true;
          continue;
        }
        if (!isPassing(result.status) && !parsed?.isDamaged) throw refusal(result.status, options);
      }
      if (retry >= limits.retries) throw unavailable(result, options);
      const pauseMs = pauseBefore(result, retry);
      if (pauseMs > limits.longestPauseMs)
        throw new AppError(
          'internal',
          `${name} allows no further request for ${Math.ceil(pauseMs / 60_000)} minutes. Run it again then.`,
        );
      await pause(pauseMs, { signal: request.signal });
    }
  }

  return {
    async request(request) {
      const found = await send(request);
      if (found !== undefined) return found;
      throw new AppError(
        'bad-input',
        `${name} has nothing at ${base.host}${request.path.split('?')[0]} (404). Check the name of the account, and that it has this part of ${name}.`,
      );
    },
    find: send,
  };
}

interface Response {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly text: string;
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'status' in value && 'text' in value;
}

class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

async function readBody(response: globalThis.Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > maxBytes) throw new TooLargeError('the response is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const isSuccess = (status: number) => status >= 200 && status < 300;

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly isDamaged: boolean };

/**
 * `isDamaged`: it ends in the middle. JSON of another shape will be of that shape at the next attempt, too. Of an empty answer only the id
 * of what was made is read, from `Resource-ID`.
 */
function parse<T>({ status, text, headers }: Response, schema: z.ZodType<T>): Parsed<T> {
  try {
    const isEmpty = status !== 200 && text.trim() === '';
    const parsed = schema.safeParse(isEmpty ? { id: headers.get('resource-id') } : JSON.parse(text));
    return parsed.success ? parsed : { success: false, isDamaged: false };
  } catch {
    return { success: false, isDamaged: true };
  }
}

/** Rate limits, and faults of a server or of what stands before it. */
function isPassing(status: number): boolean {
  return status === 429 || status === 408 || status === 425 || (status >= 500 && status !== 501);
}

/** What the server asks for, or longer each time. */
function pauseBefore(result: unknown, retry: number): number {
  return (isResponse(result) ? wantedPauseMs(result) : undefined) ?? firstBackOffMs * 2 ** retry;
}

/** How long the server wants to be left alone, if it says so. */
function wantedPauseMs({ status, headers }: Response): number | undefined {
  if (!isPassing(status)) return undefined;
  const after = headers.get('retry-after') ?? headers.get('x-ratelimit-retry-after');
  if (after !== null) {
    const ms = /^\s*\d+(?:\.\d+)?\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
    if (ms >= 0) return ms;
  }
  // Seconds since 1970, as Intercom writes it.
  const reset = Number(headers.get('x-ratelimit-reset')) * 1000 - Date.now();
  return status === 429 && reset > 0 ? reset : undefined;
}

function refusal(status: number, { name, variables, origin }: JsonClientOptions): AppError {
  const { host } = new URL(origin);
  if (status === 401 || status === 403)
    return new AppError(
      'bad-input',
      `${name} at ${host} refuses the credentials (${status}). Check ${variables.join(' and ')}, and what they are allowed to do.`,
    );
  if (status >= 300 && status < 400)
    return new AppError(
      'bad-input',
      `${name}: ${host} sends on to another address (${status}). Check the name of the account.`,
    );
  if (isSuccess(status))
    return new AppError(
      'bad-input',
      `${name} at ${host} answers with something else than its documentation says.`,
    );
  return new AppError('bad-input', `${name} at ${host} refuses the request (${status}).`);
}

function unavailable(result: unknown, { name, origin }: JsonClientOptions): AppError {
  const { host } = new URL(origin);
  const problem = isResponse(result)
    ? isSuccess(result.status)
      ? 'its answers end too early'
      : `status ${result.status}`
    : result instanceof TooLargeError
      ? result.message
      : (result as Error)?.name === 'TimeoutError'
        ? 'no answer in time'
        : briefly(result);
  return new AppError(
    'internal',
    `${name} at ${host} cannot be reached now (${problem}). Run it again later.`,
    {
      ...(isResponse(result) || isAbortError(result) ? {} : { cause: result }),
      retryAfterMs: isResponse(result) ? wantedPauseMs(result) : undefined,
    },
  );
}

/** A record of the system: its reader looks at what is in it. */
export const jsonObject = z.record(z.string(), z.unknown());
export type JsonObject = Readonly<Record<string, unknown>>;

/** Part of a path. */
export const segment = (id: string | number) => encodeURIComponent(String(id));

export function basicAuthorization(user: string, password: string): Headers {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
