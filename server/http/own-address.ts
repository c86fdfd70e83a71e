// The names under which this server is reached. Another site can point a name of its own at this machine (DNS rebinding), and the browser
// then takes the answers for that site's. So only names that are known to be this server's get an answer.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { AppError } from '#core/errors.ts';

export interface AddressSettings {
  /** The address that is listened on. */
  readonly host: string;
  /** Origins that proxies and name servers have for this server. */
  readonly publicUrls: readonly string[];
  /** Number of reverse proxies; with none, X-Forwarded-Proto and -Host are not believed. */
  readonly trustProxy: number;
}

/** Scheme, name and port that the client asked for; undefined if it named none, or nonsense. */
export function requestedUrl(request: IncomingMessage, { trustProxy }: AddressSettings): URL | undefined {
  const last = (name: string) =>
    trustProxy > 0 ? [request.headers[name]].flat().join(',').split(',').at(-1)?.trim() : '';
  const protocol = last('x-forwarded-proto') || ('encrypted' in request.socket ? 'https' : 'http');
  const host = last('x-forwarded-host') || request.headers.host || '';
  // Anything more than a name and a port would be a path or a user to the URL parser.
  return /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host)
    ? (URL.parse(`${protocol}://${host}`) ?? undefined)
    : undefined;
}

/** Undefined if the request names this server, else the refusal. */
export function hostRefusal(request: IncomingMessage, settings: AddressSettings): AppError | undefined {
  const url = requestedUrl(request, settings);
  if (url && isOwnName(url.hostname, settings)) return undefined;
  const publicMessage = url
    ? `This server does not know itself as "${url.hostname}". If that is its name, its operator sets ANSWERDESK_PUBLIC_URL=${url.origin}. ` +
      'If a proxy in front put another name there, the proxy has to pass the Host header on as it came.'
    : 'The request does not name this server in its Host header.';
  return new AppError('host-not-allowed', publicMessage, { publicMessage });
}

/** An IP address cannot be pointed elsewhere, and browsers keep `localhost` and what ends in it to this machine (RFC 6761). */
function isOwnName(hostname: string, { host, publicUrls }: AddressSettings): boolean {
  const name = hostname.replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
    name === host.toLowerCase() ||
    publicUrls.some((url) => new URL(url).hostname === name)
  );
}
