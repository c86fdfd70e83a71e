// Which addresses may be connected to. Everything that is not plainly an address of the public internet is refused: a page, a redirect
// or a name server could otherwise lead the reader to services of the company's own network, or to the keys of its cloud.
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Inside the public ranges, but a service of the host's own cloud: Azure's. Those of other clouds are link-local or private. */
const cloudServices: ReadonlySet<string> = new Set(['168.63.129.16']);

/** The part of IPv6 that is handed out to the public internet; special ranges within it have names of their own. */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** IPv4 addresses for networks that have only IPv6 (NAT64). */
const nat64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];

/** IPv4 or IPv6 as a name server writes it, without brackets. False for anything else. */
export function isPublicAddress(address: string): boolean {
  const parsed = parse(address);
  if (parsed?.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' ? !cloudServices.has(parsed.toString()) : parsed.match(globalUnicast);
}

/** Of a company's own network, or of this machine. Never link-local: that is where clouds keep their keys. */
export function isIntranetAddress(address: string): boolean {
  const range = parse(address)?.range() ?? '';
  return ['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'].includes(range);
}

/** What an IPv6 address merely wraps counts as the IPv4 address that it is. */
function parse(address: string): Address | undefined {
  // The library also reads "0x7f.1" and "fe80::1%eth0", which no name server answers.
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]+(?:\d{1,3}(?:\.\d{1,3}){3})?)$/i.test(address)) return undefined;
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4' || !parsed.match(nat64)) return parsed;
  return ipaddr.fromByteArray(parsed.toByteArray().slice(12));
}
