// Whether the identity provider still lets somebody in whom it let in once: asked again and again while their session is used, by the refresh
// token that came with the sign-in. What is kept of that token can be opened with the session's token alone, which only the browser has.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { AccessStore, ProviderProof, Session } from '#core/access.ts';
import { toAppError } from '#core/errors.ts';

/** What the provider is asked with. */
export interface ProviderGrant {
  readonly refreshToken: string;
  /** The provider's name for the person. */
  readonly subject: string;
}

export interface ProviderCheckOptions {
  readonly store: Pick<AccessStore, 'confirmSession'>;
  /** The grant for the next time; undefined where the provider does not let them in any more. Throws where it cannot be asked. */
  readonly confirm: (grant: ProviderGrant) => Promise<ProviderGrant | undefined>;
  /** A session is used this long until the provider is asked again. */
  readonly everyMs: number;
  readonly now: () => Date;
}

export interface ProviderCheck {
  /** To keep with a new session of this token. */
  proofOf(grant: ProviderGrant, token: string): ProviderProof;
  /** `revoked`: the provider said so. `unknown`: it has been out of reach for too long to go on. */
  check(
    session: Pick<Session, 'id'>,
    proof: ProviderProof,
    token: string,
  ): Promise<'valid' | 'revoked' | 'unknown'>;
}

/** A provider that is down does not stop the team at once. */
const outageMs = 60 * 60_000;
/** And not each request waits for it. */
const askAgainMs = 30_000;
const mostSessions = 10_000;
const cipher = 'aes-256-gcm';
const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16];

const grantSchema = z.object({ refreshToken: z.string(), subject: z.string() });

export function createProviderCheck({ store, confirm, everyMs, now }: ProviderCheckOptions): ProviderCheck {
  /** By session: many providers take a refresh token once, and the requests of a page come together. */
  const asking = new Map<string, ReturnType<ProviderCheck['check']>>();
  /** By session, when: a request may have read what is kept before another one renewed it. */
  const confirmed = new LRUCache<string, number>({ max: mostSessions });
  let outOfReachUntil = 0;

  function proofOf(grant: ProviderGrant, token: string): ProviderProof {
    return { sealedGrant: sealed(JSON.stringify(grant), token), confirmedAt: now().toISOString() };
  }

  async function ask(
    id: string,
    { sealedGrant, confirmedAt }: ProviderProof,
    token: string,
  ): ReturnType<ProviderCheck['check']> {
    const ageMs = now().getTime() - Date.parse(confirmedAt);
    const unasked = ageMs < everyMs + outageMs ? 'valid' : 'unknown';
    if (now().getTime() < outOfReachUntil) return unasked;
    try {
      const grant = await confirm(grantSchema.parse(JSON.parse(opened(sealedGrant, token))));
      if (!grant) return 'revoked';
      await store.confirmSession(id, proofOf(grant, token));
      confirmed.set(id, now().getTime());
      return 'valid';
    } catch (thrown) {
      if (toAppError(thrown).code !== 'busy') throw thrown;
      outOfReachUntil = now().getTime() + askAgainMs;
      return unasked;
    }
  }

  return {
    proofOf,

    async check({ id }, proof, token) {
      const at = Math.max(Date.parse(proof.confirmedAt), confirmed.get(id) ?? 0);
      if (now().getTime() - at < everyMs) return 'valid';
      const asked = asking.get(id) ?? ask(id, proof, token).finally(() => asking.delete(id));
      asking.set(id, asked);
      return asked;
    },
  };
}

const keyOf = (token: string) =>
  Buffer.from(hkdfSync('sha256', token, '', 'answerdesk provider grant', keyBytes));

function sealed(text: string, token: string): string {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, keyOf(token), nonce);
  const parts = [sealing.update(text, 'utf8'), sealing.final()];
  return Buffer.concat([nonce, sealing.getAuthTag(), ...parts]).toString('base64url');
}

function opened(text: string, token: string): string {
  const bytes = Buffer.from(text, 'base64url');
  const opening = createDecipheriv(cipher, keyOf(token), bytes.subarray(0, nonceBytes));
  opening.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  const body = bytes.subarray(nonceBytes + tagBytes);
  return Buffer.concat([opening.update(body), opening.final()]).toString('utf8');
}
