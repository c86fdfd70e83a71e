// Gives each request an id. When it is over, counts it and writes one line about it.
import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Logger } from '#app/logger.ts';
import type { Metrics } from '#app/metrics.ts';
import type { AppError } from '#core/errors.ts';

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);

/** Sets `response.locals.requestId`; reads `response.locals.error` (set by error-response). */
export function requestRecord({ logger, metrics }: { logger: Logger; metrics: Metrics }): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const requestId = randomBytes(9).toString('base64url');
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const durationMs = performance.now() - startedAt;
      const method = knownMethods.has(request.method) ? request.method : 'other';
      const { statusCode: status } = response;
      const route = routeOf(request);
      metrics.httpRequest({ method, route, status, durationMs });
      const error: AppError | undefined = response.locals.error;
      const conversationId = response.locals.conversationId;
      const line = {
        requestId,
        method,
        route,
        status,
        durationMs: Math.round(durationMs * 10) / 10,
        conversationId,
      };
      // To refuse is no failure, and in a crowd it must not cost much.
      if (error && status >= 500 && error.code !== 'busy')
        logger.error({ ...line, code: error.code, err: error }, 'request failed');
      else if (error?.code === 'origin-not-allowed' || error?.code === 'host-not-allowed')
        logger.warn({ ...line, code: error.code }, error.message);
      else if (error) logger.info({ ...line, code: error.code }, 'request refused');
      else logger.debug(line, 'request answered');
    });
    next();
  };
}

/** As declared, such as `/api/conversations/:id/messages`: paths as sent are without number. */
function routeOf(request: Request): string {
  const path = request.route?.path;
  return typeof path === 'string'
    ? `${request.baseUrl.replace(/\/$/, '')}${path}`.replace(/(?<=.)\/$/, '')
    : 'other';
}
