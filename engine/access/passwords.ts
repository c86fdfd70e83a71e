// Passwords as Argon2id hashes (RFC 9106), computed on threads of the pool.
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '#core/errors.ts';

/** OWASP's second choice for Argon2id: 19 MiB, two passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** NIST SP 800-63B, 5.1.1.2: length counts, kinds of characters do not. UTF-16 code units. */
const fewest = 12;
/** Hashing takes longer for longer ones. */
const most = 256;

/** Of what no password matches: for an address without an account, so that both take the same time. */
let decoy: Promise<string> | undefined;

/** Throws `bad-input` for one that is too short, too long or made of the person's own address. */
export async function hashPassword(password: string, email: string): Promise<string> {
  const text = password.normalize('NFKC');
  const refuse = (why: string) => new AppError('bad-input', why, { publicMessage: why });
  if (text.length < fewest) throw refuse(`The password needs at least ${fewest} characters.`);
  if (text.length > most) throw refuse(`The password has at most ${most} characters.`);
  if (new Set(text).size < 5) throw refuse('The password repeats the same few characters.');
  const [name = ''] = email.split('@');
  if (name.length >= 4 && text.toLowerCase().includes(name) && text.length < name.length + 8)
    throw refuse('The password is mostly your e-mail address.');
  return hash(text, cost);
}

/** `stored` undefined: there is no password to match. Takes the same time then. */
export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  decoy ??= hash('a password that nobody has', cost);
  const text = password.slice(0, most + 1).normalize('NFKC');
  const matches = await verify(stored ?? (await decoy), text);
  return matches && stored !== undefined;
}
