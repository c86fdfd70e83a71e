// Which websites may use the chat: their own host always, others by the list. CORS does not guard WebSockets, so both
// transports and the HTTP interface ask here.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { AppError } from '#core/errors.ts';

export interface OriginSettings {
  readonly allowedOrigins: readonly string[];
  /** Number of reverse proxies; with none, X-Forwarded-Proto and -Host are not believed. */
  readonly trustProxy: number;
}

/**
 * A request without `Origin` is allowed: browsers send it with everything that could do harm here (WebSocket handshakes, and any
 * fetch across origins), so its absence means a client that is no browser, which could claim any origin anyway.
 */
export function isAllowedOrigin(request: IncomingMessage, settings: OriginSettings): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  // RFC 6454: browsers send it in canonical form; anything else (`null`, lists, upper case, a path) matches nothing.
  return settings.allowedOrigins.includes(origin) || origin === ownOrigin(request, settings);
}

function ownOrigin(request: IncomingMessage, { trustProxy }: OriginSettings): string | undefined {
  const last = (name: string) =>
    trustProxy > 0 ? [request.headers[name]].flat().join(',').split(',').at(-1)?.trim() : '';
  const protocol = last('x-forwarded-proto') || ('encrypted' in request.socket ? 'https' : 'http');
  const host = last('x-forwarded-host') || request.headers.host;
  const address = `${protocol}://${host}`;
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

/** CORS for the listed origins, a 403 for the others. */
export function allowedOrigin(settings: OriginSettings): RequestHandler {
  return (request, response, next) => {
    response.vary('Origin');
    const { origin } = request.headers;
    if (!isAllowedOrigin(request, settings)) {
      throw new AppError(
        'origin-not-allowed',
        'A website that is not listed was refused: add it to ANSWERDESK_ALLOWED_ORIGINS. Behind a proxy that ends TLS, set ANSWERDESK_TRUST_PROXY.',
      );
    }
    if (origin !== undefined) {
      response.set('Access-Control-Allow-Origin', origin);
      response.set('Access-Control-Expose-Headers', 'Retry-After, X-Request-Id');
    }
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'Access-Control-Allow-Methods': 'GET, POST, DELETE',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, Last-Event-ID',
      'Access-Control-Max-Age': '7200',
    });
    response.status(204).end();
  };
}
