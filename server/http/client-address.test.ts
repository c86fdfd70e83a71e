import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const from = (direct: string, forwarded?: string) =>
  ({
    socket: { remoteAddress: direct },
    headers: { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('clientAddress', () => {
  it.each<[string, IncomingMessage, number, string]>([
    ['believes no header without a proxy', from('198.51.100.1', '203.0.113.9'), 0, '198.51.100.1'],
    ['takes what the one proxy saw', from('10.0.0.1', '6.6.6.6, 203.0.113.9'), 1, '203.0.113.9'],
    ['counts proxies from the right', from('10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2'), 2, '203.0.113.9'],
    [
      'takes the leftmost where there are fewer entries than proxies',
      from('10.0.0.1', '203.0.113.9'),
      3,
      '203.0.113.9',
    ],
    ['falls back to the connection without the header', from('10.0.0.1'), 1, '10.0.0.1'],
    ['falls back to the connection for what is no address', from('10.0.0.1', 'unknown'), 1, '10.0.0.1'],
    ['reads IPv4 out of IPv6', from('::ffff:198.51.100.1'), 0, '198.51.100.1'],
    ['cuts IPv6 to the network of one customer', from('2001:db8:1:2:3:4:5:6'), 0, '2001:db8:1:2::/64'],
    ['writes a network in one way', from('2001:0DB8::0006'), 0, '2001:db8:0:0::/64'],
    ['ignores the zone', from('fe80::1%eth0'), 0, 'fe80:0:0:0::/64'],
  ])('%s', (_name, request, proxies, address) => {
    expect(clientAddress(request, proxies)).toBe(address);
  });
});
