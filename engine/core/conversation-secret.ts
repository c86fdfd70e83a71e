// Ids and tokens that cannot be guessed, and the check of a token against its stored hash.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 128 random bits, base64url: 22 characters. */
export function newSecret(): string {
  return randomBytes(16).toString('base64url');
}

/** A fast hash is enough: what it protects has 128 random bits, there is nothing to try out. */
export function hashToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

const hashOfNoToken = new Uint8Array(32);

/** `storedHash` undefined: no such conversation. Takes the same time then. */
export function tokenMatches(token: string, storedHash: Uint8Array | undefined): boolean {
  const equal = timingSafeEqual(hashToken(token), storedHash ?? hashOfNoToken);
  return equal && storedHash !== undefined;
}
