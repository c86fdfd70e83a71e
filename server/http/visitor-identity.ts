// Who a website says that its visitor is: a token that its server signed (JWT, HS256). Whatever is wrong with one, its bearer is anonymous.
import { z } from 'zod';
import type { Logger } from '#app/logger.ts';
import type { Visitor } from '#core/conversation.ts';
import type { TenantId } from '#core/tenant.ts';

/** Undefined for no token, and for one that is forged, expired, too old, or meant for somebody else. */
export type VisitorIdentity = (token: string | undefined) => Promise<Visitor | undefined>;

export interface VisitorIdentityOptions {
  /** Shared with the website's server; undefined: nobody is known. */
  readonly secret: string | undefined;
  readonly tenantId: TenantId;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now?: () => Date;
}

/** A token that was stolen is of no use after this, whatever expiry it names. */
const longestLife = '24h';
/** Seconds that the clocks of two servers may differ. */
const clockTolerance = 30;

const line = (most: number) =>
  z
    .string()
    .transform((value) =>
      value
        .toWellFormed()
        .replace(/\p{Cc}/gu, ' ')
        .trim(),
    )
    .pipe(z.string().min(1).max(most));
const claims = z.object({
  sub: line(200),
  name: line(100).optional(),
  email: z.email().max(254).optional(),
});

/** What stands in the token's `aud`: a token for another desk is none for this one. */
export const audienceOf = (tenantId: TenantId) => `answerdesk/${tenantId}`;

export function createVisitorIdentity({
  secret,
  tenantId,
  logger,
  now = () => new Date(),
}: VisitorIdentityOptions): VisitorIdentity {
  const key = secret === undefined ? undefined : new TextEncoder().encode(secret);
  return async (token) => {
    if (token === undefined) return undefined;
    if (!key) {
      logger.warn({ reason: 'no-secret' }, 'a visitor is anonymous: ANSWERDESK_IDENTITY_SECRET is not set');
      return undefined;
    }
    // Only a desk that knows visitors pays for loading it.
    const { errors, jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        audience: audienceOf(tenantId),
        requiredClaims: ['sub', 'exp', 'iat'],
        maxTokenAge: longestLife,
        clockTolerance,
        currentDate: now(),
      });
      const { sub: id, name, email } = claims.parse(payload);
      return { id, ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
    } catch (thrown) {
      logger.warn(
        { reason: reasonOf(thrown, errors) },
        'a visitor is anonymous: the identity token is not valid',
      );
      return undefined;
    }
  };
}

/** Kind of the fault and name of the claim; nothing that the token holds. */
function reasonOf(thrown: unknown, errors: typeof import('jose').errors): string {
  if (thrown instanceof errors.JWTExpired) return 'expired';
  if (thrown instanceof errors.JWTClaimValidationFailed) return `claim-${thrown.claim}`;
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'forged';
  if (thrown instanceof errors.JOSEError) return thrown.code;
  return thrown instanceof z.ZodError ? `claim-${thrown.issues[0]?.path.join('.')}` : 'unreadable';
}
