// Which websites may use the chat: this server's own pages always, others by the list. CORS does not guard WebSockets, so both
// transports and the HTTP interface ask here.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { AppError } from '#core/errors.ts';
import { type AddressSettings, hostRefusal, requestedUrl } from './own-address.ts';

export interface OriginSettings extends AddressSettings {
  readonly allowedOrigins: readonly string[];
}

/** Undefined if the request names this server and comes from a website that may use it, else the refusal. */
export function accessRefusal(request: IncomingMessage, settings: OriginSettings): AppError | undefined {
  return hostRefusal(request, settings) ?? originRefusal(request, settings);
}

/**
 * A request without `Origin` is allowed: browsers send it with everything that could do harm here (WebSocket handshakes, and any
 * fetch across origins), so its absence means a client that is no browser, which could claim any origin anyway.
 */
function originRefusal(request: IncomingMessage, settings: OriginSettings): AppError | undefined {
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  // RFC 6454: browsers send it in canonical form; anything else (`null`, lists, upper case, a path) matches nothing.
  const own = [requestedUrl(request, settings)?.origin, ...settings.publicUrls];
  if (own.includes(origin) || settings.allowedOrigins.includes(origin)) return undefined;
  // Not the text itself where it is none: it goes into the log, and into the developer's console.
  const site = URL.parse(origin)?.origin === origin ? origin : 'its origin';
  const publicMessage =
    `This website may not use the chat. Its operator adds ${site} to ANSWERDESK_ALLOWED_ORIGINS, ` +
    "or to ANSWERDESK_PUBLIC_URL if it is this server's own address behind a proxy.";
  return new AppError('origin-not-allowed', publicMessage, { publicMessage });
}

/**
 * CORS and the refusals, in one place because each rests on the other: whoever asks may read the answer, since whoever may not ask gets
 * no answer but the refusal. So a widget on a website that is not listed can say what is wrong instead of trying again for ever.
 */
export function allowedOrigin(settings: OriginSettings): RequestHandler {
  return (request, response, next) => {
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin !== undefined) {
      response.set('Access-Control-Allow-Origin', origin);
      response.set('Access-Control-Expose-Headers', 'Retry-After, X-Message-Limit, X-Request-Id');
    }
    // Asks only what may be asked; the request that follows is refused if it has to be.
    if (request.method === 'OPTIONS') {
      response.set({
        'Access-Control-Allow-Methods': 'GET, POST, DELETE',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, Last-Event-ID',
        'Access-Control-Max-Age': '7200',
      });
      return void response.status(204).end();
    }
    const refusal = accessRefusal(request, settings);
    if (refusal) throw refusal;
    next();
  };
}

/** For pages: everything that is not for programs. */
export function ownHost(settings: AddressSettings): RequestHandler {
  return (request, _response, next) => {
    const refusal = hostRefusal(request, settings);
    if (refusal) throw refusal;
    next();
  };
}
