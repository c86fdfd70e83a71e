// Where other systems bring what belongs to conversations: webhooks of the bridge, mails. Each is known by its signature or secret.
import express, { type Request, Router } from 'express';
import type { Doors } from '#app/open-desk.ts';
import { AppError } from '#core/errors.ts';
import { clientAddress } from './client-address.ts';
import type { RateLimits } from './rate-limits.ts';

export interface IncomingRouterOptions {
  readonly doors: Doors;
  readonly rateLimits: Pick<RateLimits, 'request'>;
  readonly trustProxy: number;
}

const mostWebhookBytes = 1024 * 1024;
const mostMailBytes = 25 * 1024 * 1024;
/** Whatever the type: signatures are over the bytes. */
const raw = (limit: number) => express.raw({ type: () => true, limit, inflate: false });

export function incomingRouter({ doors, rateLimits, trustProxy }: IncomingRouterOptions): Router {
  const router = Router();
  const limited = (request: Request) => rateLimits.request(clientAddress(request, trustProxy));

  router.post('/bridges/:name{/:secret}', raw(mostWebhookBytes), async (request, response) => {
    await limited(request);
    const { name, secret } = request.params as { name: string; secret?: string };
    const { challenge } = await doors.bridge.receive(name, {
      headers: request.headers,
      body: bytesOf(request),
      ...(secret === undefined ? {} : { pathSecret: secret }),
    });
    if (challenge === undefined) response.status(204).end();
    else response.type('text/plain').send(challenge);
  });

  router.post('/inbound-mail', raw(mostMailBytes), async (request, response) => {
    await limited(request);
    if (!doors.mail)
      throw new AppError('not-found', 'A mail came in, and replies by mail are not set up.', {
        publicMessage: 'Replies by mail are not set up: ANSWERDESK_REPLY_ADDRESS.',
      });
    const result = await doors.mail.receive(secretOf(request), bytesOf(request));
    response.json({ result });
  });
  return router;
}

function bytesOf({ body }: Request): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** `Bearer SECRET`, or the password of `Basic`: providers take it in the address, as https://mail:SECRET@host/. */
function secretOf({ headers: { authorization = '' } }: Request): string {
  const [, kind, value = ''] = /^(Bearer|Basic) (\S{1,400})$/i.exec(authorization) ?? [];
  if (kind?.toLowerCase() !== 'basic') return value;
  const pair = Buffer.from(value, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}
