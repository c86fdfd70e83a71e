// Everything that is thrown becomes a refusal with a code and a sentence. Nothing of the error itself leaves the process.
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { AppError, toAppError } from '#core/errors.ts';
import type { ErrorBody, WireError } from '../protocol.ts';
import { RateLimitError } from './rate-limits.ts';

/** Like `toAppError`, for what express, its body parser and zod throw because of what the client sent. */
export function toClientError(thrown: unknown): AppError {
  if (thrown instanceof z.ZodError) {
    // The path names a field of ours; the message of an issue may quote what the customer wrote.
    const field = thrown.issues[0]?.path.join('.');
    return new AppError('bad-request', 'The request does not have the expected shape.', {
      publicMessage: field
        ? `The request is not valid: look at "${field}".`
        : 'The request is not valid: see the documentation for the fields it takes.',
    });
  }
  const status = statusOf(thrown);
  if (status === 413) return new AppError('message-too-long', 'The body of a request is too long.');
  if (status !== undefined) return new AppError('bad-request', 'The request cannot be read.');
  return toAppError(thrown);
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof AppError || !(thrown instanceof Error) || !('status' in thrown)) return undefined;
  const { status } = thrown;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

export function wireError(error: AppError): WireError {
  return {
    code: error.code,
    message: error.publicMessage,
    retryable: error.retryable,
    ...(error instanceof RateLimitError ? { retryAfterMs: error.retryAfterMs } : {}),
  };
}

export const nothingHere: RequestHandler = () => {
  throw new AppError('not-found', 'No such route.');
};

/** `busy` and `shutting-down` pass soon. */
const defaultRetryAfterMs = 2_000;

/** Undefined where waiting does not help. */
export function retryAfterSeconds(error: AppError): number | undefined {
  if (error.status !== 429 && error.status !== 503) return undefined;
  return Math.ceil((error instanceof RateLimitError ? error.retryAfterMs : defaultRetryAfterMs) / 1000);
}

export const errorResponse: ErrorRequestHandler = (thrown, _request, response, next) => {
  const error = toClientError(thrown);
  response.locals.error = error;
  // The status line is out already, in the middle of an event stream: all that is left is to hang up.
  if (response.headersSent) return next(thrown);
  const { requestId } = response.locals;
  const wire = wireError(error);
  const wait = retryAfterSeconds(error);
  if (wait !== undefined) response.set('Retry-After', String(wait));
  response
    .status(error.status)
    .set('Cache-Control', 'no-store')
    .json({ error: { ...wire, requestId } } satisfies ErrorBody);
};
