// The team's interface over HTTP. A refusal becomes a Refusal with the server's sentence; no answer at all an Unreachable.
import type { ErrorBody, WireError } from '#server/protocol.ts';

const requestTimeoutMs = 15_000;

/** The server answered, and said no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: WireError['code'] | '';

  constructor(status: number, error: Partial<WireError> = {}) {
    super(error.message ?? '');
    this.status = status;
    this.code = error.code ?? '';
  }
}

/** Whether the server got it is not known: send the same id again. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const said: Partial<ErrorBody> | undefined = await response.json().catch(() => undefined);
  return new Refusal(response.status, said?.error);
}

/** `path` is below /api/v1. Throws Refusal or Unreachable; an abort of `signal` as it is. */
export async function request<Result = void>(
  path: string,
  { method, body, signal }: RequestOptions = {},
): Promise<Result> {
  const timeout = AbortSignal.timeout(requestTimeoutMs);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Unreachable('The server cannot be reached.', { cause });
  }
  if (!response.ok) throw await refusalOf(response);
  return response.status === 204 ? (undefined as Result) : ((await response.json()) as Result);
}

/** Puts a file as it is. However long it takes: how fast the line is, nobody knows. Throws Refusal or Unreachable. */
export async function upload(path: string, file: File): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: 'PUT',
      body: file,
      headers: { 'content-type': 'application/octet-stream' },
      credentials: 'same-origin',
    });
  } catch (cause) {
    throw new Unreachable('The server cannot be reached.', { cause });
  }
  if (!response.ok) throw await refusalOf(response);
}

/** A POST without anything to say. */
export const post = <Result = void>(path: string, body: unknown = {}) => request<Result>(path, { body });
