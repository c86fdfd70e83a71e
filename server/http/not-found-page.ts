// A browser that follows a dead link gets a page. Programs get the JSON of every refusal.
import type { ErrorRequestHandler } from 'express';
import { toClientError } from './error-response.ts';

/** `folder` holds 404.html; without it, the JSON has to do. */
export function notFoundPage({ folder }: { folder: string }): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    const error = toClientError(thrown);
    const isPage = ['GET', 'HEAD'].includes(request.method) && !request.path.startsWith('/api');
    if (error.code !== 'not-found' || !isPage || response.headersSent) return next(thrown);
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') return next(thrown);
    response.locals.error = error;
    response
      .status(error.status)
      .set('Cache-Control', 'no-store')
      .sendFile(
        '404.html',
        { root: folder, cacheControl: false, etag: false, lastModified: false },
        (failed) => (failed ? next(thrown) : undefined),
      );
  };
}
