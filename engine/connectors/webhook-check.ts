// Whether a webhook comes from where it says: signatures compared in constant time, time stamps near now, bodies of the documented shape.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import type { IncomingWebhook } from '#core/bridges.ts';
import { AppError } from '#core/errors.ts';

/** A signed request that is older may have been recorded by somebody. */
const longestAgeMs = 5 * 60_000;

export function headerOf({ headers }: IncomingWebhook, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

export interface Signing {
  readonly algorithm: 'sha1' | 'sha256';
  readonly secret: string;
  readonly encoding: 'hex' | 'base64';
}

export function hmac({ algorithm, secret, encoding }: Signing, parts: readonly (string | Buffer)[]): string {
  const sum = createHmac(algorithm, secret);
  for (const part of parts) sum.update(part);
  return sum.digest(encoding);
}

/** Throws `forbidden` unless both are the same. */
export function requireSame(given: string, expected: string, desk: string): void {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  if (!timingSafeEqual(left!, right!))
    throw new AppError(
      'forbidden',
      `A webhook that says it is of ${desk} has a wrong signature or secret: check ANSWERDESK_BRIDGE_SECRET.`,
    );
}

/** Throws `forbidden` unless `time`, in milliseconds since 1970, is near now. */
export function requireFresh(time: number, { desk, now }: { desk: string; now: () => Date }): void {
  if (!(Math.abs(now().getTime() - time) <= longestAgeMs))
    throw new AppError(
      'forbidden',
      `A webhook of ${desk} is too old, or from the future: check the clock of this machine.`,
    );
}

/** Undefined for a body of another shape: desks send events of many kinds. */
export function readBody<T>({ body }: IncomingWebhook, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** An id for events that come without one: the same for the same content. */
export function digestOf(...parts: readonly (string | Buffer)[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\n');
  return sum.digest('base64url').slice(0, 32);
}
