// A browser that follows a dead link gets a page. Programs get the JSON of every refusal.
import type { ErrorRequestHandler } from 'express';
import { toClientError } from './error-response.ts';

export interface NotFoundOptions {
  /** Holds 404.html of the sample company; without it, the JSON has to do. */
  readonly folder: string;
  /** The team's own page, once it has one. */
  readonly teamPage?: () => Promise<string | undefined>;
}

export function notFoundPage({ folder, teamPage }: NotFoundOptions): ErrorRequestHandler {
  return async (thrown, request, response, next) => {
    const error = toClientError(thrown);
    const isPage = ['GET', 'HEAD'].includes(request.method) && !request.path.startsWith('/api');
    if (error.code !== 'not-found' || !isPage || response.headersSent) return next(thrown);
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') return next(thrown);
    response.locals.error = error;
    const own = await teamPage?.();
    response.status(error.status).set('Cache-Control', 'no-store');
    if (own !== undefined) response.type('html').send(own);
    else
      response.sendFile(
        '404.html',
        { root: folder, cacheControl: false, etag: false, lastModified: false },
        (failed) => (failed ? next(thrown) : undefined),
      );
  };
}
