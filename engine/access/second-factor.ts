// Codes of an authenticator app (TOTP, RFC 6238): SHA-1, six digits, thirty seconds, as all apps know them.
import { Secret, TOTP } from 'otpauth';

const periodSeconds = 30;
/** Clocks of phones are off: a code of the step before or after is taken, too. */
const stepsOff = 1;

export interface SecondFactor {
  /** Base32, 160 bits. */
  readonly key: string;
  /** For a QR code: `otpauth://totp/…`. */
  readonly uri: string;
}

export function newSecondFactor(issuer: string, email: string): SecondFactor {
  const secret = new Secret({ size: 20 });
  return { key: secret.base32, uri: totp(secret.base32, { issuer, label: email }).toString() };
}

/** The time step whose code it is; undefined if it is none of now. Whoever takes it keeps the step: a code works once. */
export function timeStepOf(code: string, key: string, now: Date): number | undefined {
  const digits = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return undefined;
  const delta = totp(key).validate({ token: digits, timestamp: now.getTime(), window: stepsOff });
  return delta === null ? undefined : Math.floor(now.getTime() / 1000 / periodSeconds) + delta;
}

/** For tests and for people who set one up on the command line. */
export function codeAt(key: string, now: Date): string {
  return totp(key).generate({ timestamp: now.getTime() });
}

function totp(key: string, { issuer = 'Answerdesk', label = '' } = {}): TOTP {
  return new TOTP({ issuer, label, secret: Secret.fromBase32(key), period: periodSeconds });
}
