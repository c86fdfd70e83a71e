// Whom a request comes from, for rate limits.
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/**
 * The client's address. Each proxy appends the address it saw to X-Forwarded-For, so with `trustedProxies` of them in front it is
 * that many entries from the right; anything further left is the client's own claim. IPv6 is cut to its /64, which one customer
 * has to himself.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown';
  if (trustedProxies === 0) return networkOf(direct);
  const forwarded = request.headers['x-forwarded-for'] ?? '';
  const claimed = [forwarded]
    .flat()
    .join(',')
    .split(',')
    .map((part) => part.trim());
  const chain = [direct, ...claimed.filter(Boolean).reverse()];
  const address = chain[Math.min(trustedProxies, chain.length - 1)]!;
  return networkOf(isIPv4(address) || isIPv6(address) ? address : direct);
}

function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
