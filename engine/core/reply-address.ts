// Addresses that a reply by mail goes to: `reply+TOKEN@inbound.example.com`. The token says whose conversation it is and who replies, until
// when, signed. Mail servers change the case of letters, so it is base 32, and a local part has at most 64 characters (RFC 5321).
import { createHmac, timingSafeEqual } from 'node:crypto';

/** `customer`: who the conversation is with; `team`: somebody who reads the mails of hand-overs. */
export type Replier = 'customer' | 'team';

export interface ReplyToken {
  readonly conversationId: string;
  readonly replier: Replier;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const repliers: readonly Replier[] = ['customer', 'team'];
/** Of a conversation's id: 128 bits. */
const idBytes = 16;
const macBytes = 12;
const dayMs = 86_400_000;
/** Who replies later writes anew. */
const validDays = 90;

export interface ReplyAddresses {
  address(token: ReplyToken): string;
  /** Of the first address that is one of ours. Undefined: none is; `forged`, `expired`: one is, and does not count. */
  read(addresses: readonly string[]): ReplyToken | 'forged' | 'expired' | undefined;
}

/** Throws a RangeError for an address without `@`. */
export function createReplyAddresses(
  { base, secret }: { readonly base: string; readonly secret: string },
  { now = () => new Date() } = {},
): ReplyAddresses {
  const at = base.lastIndexOf('@');
  if (at < 1) throw new RangeError(`${base} is no address`);
  const [name, domain] = [base.slice(0, at).toLowerCase(), base.slice(at + 1).toLowerCase()];
  const key = createHmac('sha256', secret).update('reply addresses').digest();
  const macOf = (facts: Uint8Array) => createHmac('sha256', key).update(facts).digest().subarray(0, macBytes);
  const today = () => Math.floor(now().getTime() / dayMs);

  return {
    address({ conversationId, replier }) {
      const facts = Buffer.alloc(idBytes + 3);
      Buffer.from(conversationId, 'base64url').copy(facts);
      facts.writeUInt16BE(today() + validDays, idBytes);
      facts.writeUInt8(repliers.indexOf(replier), idBytes + 2);
      return `${name}+${toBase32(Buffer.concat([facts, macOf(facts)]))}@${domain}`;
    },

    read(addresses) {
      const ours = addresses
        .map((address) => address.toLowerCase())
        .find((address) => address.startsWith(`${name}+`) && address.endsWith(`@${domain}`));
      if (ours === undefined) return undefined;
      const bytes = fromBase32(ours.slice(name.length + 1, -domain.length - 1));
      if (bytes.length !== idBytes + 3 + macBytes) return 'forged';
      const facts = bytes.subarray(0, idBytes + 3);
      if (!timingSafeEqual(macOf(facts), bytes.subarray(idBytes + 3))) return 'forged';
      if (facts.readUInt16BE(idBytes) < today()) return 'expired';
      const replier = repliers[facts.readUInt8(idBytes + 2)];
      if (!replier) return 'forged';
      return { conversationId: facts.subarray(0, idBytes).toString('base64url'), replier };
    },
  };
}

function toBase32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** Empty for what is none. */
function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    const digit = alphabet.indexOf(letter);
    if (digit === -1) return Buffer.alloc(0);
    value = (value << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bytes.push((value >>> (bits - 8)) & 255);
      bits -= 8;
    }
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
