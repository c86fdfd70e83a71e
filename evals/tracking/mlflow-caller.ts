// One request of MLflow's REST API 2.0 (https://mlflow.org/docs/latest/rest-api.html).
import type { CallOptions } from '#core/call-options.ts';
import { AppError, briefly, isAbortError } from '#core/errors.ts';

export interface MlflowServer extends CallOptions {
  readonly trackingUri: string;
  readonly token?: string | undefined;
  readonly timeoutMs?: number;
}

export type MlflowCall = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<unknown>;

/** Rejects with `not-found` for what is not there, with `model-unavailable` where the server cannot be reached or refuses. */
export function createMlflowCaller({
  trackingUri,
  token,
  signal,
  timeoutMs = 30_000,
}: MlflowServer): MlflowCall {
  const base = `${trackingUri.replace(/\/+$/, '')}/api/2.0/`;
  return async (method, path, body) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const isFile = Buffer.isBuffer(body);
    let response: Response;
    try {
      response = await fetch(base + path, {
        method,
        headers: {
          ...(body === undefined
            ? {}
            : { 'content-type': isFile ? 'application/octet-stream' : 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: isFile ? new Uint8Array(body) : JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (cause) {
      if (signal?.aborted || isAbortError(cause)) throw cause;
      throw new AppError(
        'model-unavailable',
        `MLflow at ${trackingUri} cannot be reached (${briefly(cause)}). What was to be logged is stored all the same.`,
        { cause },
      );
    }
    const text = await response.text();
    if (response.ok) return text === '' ? {} : JSON.parse(text);
    if (response.status === 404) throw new AppError('not-found', `MLflow has no ${path}.`);
    throw new AppError(
      'model-unavailable',
      `MLflow refused ${method} ${path}: status ${response.status}. What was to be logged is stored all the same.`,
    );
  };
}
