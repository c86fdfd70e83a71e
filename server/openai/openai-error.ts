// Refusals in the shape that clients of OpenAI's API read.
import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { AppError, type ErrorCode } from '#core/errors.ts';
import { retryAfterSeconds, toClientError } from '../http/error-response.ts';

/** Names of OpenAI where it has one for the same thing. */
const codes: Partial<Readonly<Record<ErrorCode, string>>> = {
  'not-signed-in': 'invalid_api_key',
  forbidden: 'insufficient_permissions',
  'not-found': 'not_found',
  'message-too-long': 'context_length_exceeded',
  'too-many-requests': 'rate_limit_exceeded',
};

const kinds: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** A model of another name, told as OpenAI tells it. */
export class NoSuchModel extends AppError {
  constructor(model: string) {
    super('not-found', 'A model was asked for that is not there.', {
      publicMessage: `There is no model "${model.slice(0, 100)}" here: GET /v1/models lists what there is.`,
    });
  }
}

export function openAiErrorOf(thrown: unknown) {
  const error = toClientError(thrown);
  const isModel = thrown instanceof NoSuchModel;
  const kind = kinds[error.status] ?? (error.status < 500 ? 'invalid_request_error' : 'server_error');
  const param =
    thrown instanceof z.ZodError ? (thrown.issues[0]?.path.join('.') ?? null) : isModel ? 'model' : null;
  const code = isModel ? 'model_not_found' : (codes[error.code] ?? error.code.replaceAll('-', '_'));
  return { error, body: { error: { message: error.publicMessage, type: kind, param, code } } };
}

export const openAiErrorResponse: ErrorRequestHandler = (thrown, _request, response, next) => {
  const { error, body } = openAiErrorOf(thrown);
  response.locals.error = error;
  if (response.headersSent) return next(thrown);
  const wait = retryAfterSeconds(error);
  if (wait !== undefined) response.set('Retry-After', String(wait));
  response.status(error.status).set('Cache-Control', 'no-store').json(body);
};
