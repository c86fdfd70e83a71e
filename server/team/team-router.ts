// The team's interface over HTTP: finds out who asks, checks that they may, checks what they ask, and answers with what the route returns.
import { type Request, type Response, Router } from 'express';
import { authorize, type Principal } from '#core/access.ts';
import { AppError } from '#core/errors.ts';
import { clientAddress } from '../http/client-address.ts';
import { type AddressSettings, requestedUrl } from '../http/own-address.ts';
import { sendPicture } from '../http/picture-response.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { accountRoutes } from './account-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { deskRoutes } from './desk-routes.ts';
import { figuresRoutes } from './figures-routes.ts';
import { inboxRoutes } from './inbox-routes.ts';
import type { Route, TeamDependencies } from './route.ts';
import { setUpRoutes } from './set-up-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';

export const teamRoutes: readonly Route[] = [
  ...setUpRoutes,
  ...signInRoutes,
  ...accountRoutes,
  ...inboxRoutes,
  ...deskRoutes,
  ...deliveryRoutes,
  ...figuresRoutes,
];

export const sessionCookie = 'answerdesk_session';

/** Comes back with a link from another site, the provider's; a session's does not. */
const ticketCookie = 'answerdesk_sign_in';
const ticketPath = '/api/v1/sign-in';

export interface TeamRouterOptions extends TeamDependencies {
  readonly settings: AddressSettings;
  readonly rateLimits: Pick<RateLimits, 'request' | 'team' | 'signIn'>;
}

/** Bodies are parsed before, the address of this server is checked. */
export function teamRouter({ settings, rateLimits, ...dependencies }: TeamRouterOptions): Router {
  const router = Router();
  for (const route of teamRoutes)
    router[route.method](route.path, async (request, response) => {
      response.set('Cache-Control', 'no-store');
      refuseForeignPage(request, settings);
      const address = clientAddress(request, settings.trustProxy);
      const principal = await principalOf(request, dependencies);
      await (principal ? rateLimits.team(principal.person.id) : rateLimits.request(address));
      // Guessing passwords, codes and links is what a stranger can do here.
      if (route.access === 'anyone') await rateLimits.signIn(address);
      if (route.access !== 'anyone') requireAccess(principal, route);
      const left = new AbortController();
      response.once('close', () => left.abort());
      const result = await route.handle(
        {
          principal,
          params: route.params?.parse(request.params),
          query: route.query?.parse(request.query),
          body: route.body?.parse(request.body),
          file: request,
          url: publicUrlOf(request, settings),
          ticket: cookieOf(request.headers.cookie, ticketCookie),
          setTicket: (ticket: string | undefined) => setTicket(request, response, { ticket, settings }),
          signal: left.signal,
          device: deviceOf(request),
          address,
          setSession: (session: Parameters<typeof setCookie>[2]['session']) =>
            setCookie(request, response, { session, settings }),
        } as never,
        dependencies,
      );
      if (route.redirects) response.redirect(303, result as string);
      else if (route.response === 'picture') sendPicture(response, result as Uint8Array | undefined);
      else if (route.response) response.json(route.response.parse(result));
      else response.status(204).end();
    });
  return router;
}

function requireAccess(principal: Principal | undefined, { access }: Route): void {
  if (access === 'signed-in') {
    if (!principal) throw new AppError('not-signed-in', 'Nobody is signed in.');
  } else if (access !== 'anyone') authorize(principal, access);
}

/** Of a session's cookie, or of an API key in `Authorization: Bearer`. */
export async function principalOf(
  request: { readonly headers: Request['headers'] },
  { accounts }: Pick<TeamDependencies, 'accounts'>,
): Promise<Principal | undefined> {
  const [, bearer] = /^Bearer ([\w-]{1,100})$/.exec(request.headers.authorization ?? '') ?? [];
  const token = bearer ?? cookieOf(request.headers.cookie, sessionCookie);
  return token === undefined ? undefined : accounts.principalOf(token);
}

function cookieOf(header: string | undefined, wanted: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === wanted && value && /^[\w-]{22,44}$/.test(value)) return value;
  }
  return undefined;
}

/**
 * The cookie is `SameSite=Strict`, so other sites cannot make use of it. Browsers that do not know this send `Origin` with whatever
 * changes something: it has to be this server's own. The websites that may show the widget are none of the team's.
 */
function refuseForeignPage(request: Request, settings: AddressSettings): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  if ([requestedUrl(request, settings)?.origin, ...settings.publicUrls].includes(origin)) return;
  throw new AppError('origin-not-allowed', 'The team signs in on this server’s own pages only.', {
    publicMessage: 'This website may not use the interface of the team.',
  });
}

function setCookie(
  request: Request,
  response: Response,
  {
    session,
    settings,
  }: { session: { token: string; expiresAt: string } | undefined; settings: AddressSettings },
): void {
  response.cookie(sessionCookie, session?.token ?? '', {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: requestedUrl(request, settings)?.protocol === 'https:',
    expires: new Date(session?.expiresAt ?? 0),
  });
}

function setTicket(
  request: Request,
  response: Response,
  { ticket, settings }: { ticket: string | undefined; settings: AddressSettings },
): void {
  response.cookie(ticketCookie, ticket ?? '', {
    httpOnly: true,
    sameSite: 'lax',
    path: ticketPath,
    secure: requestedUrl(request, settings)?.protocol === 'https:',
    ...(ticket === undefined ? { expires: new Date(0) } : {}),
  });
}

/** The name to show is the first that the operator gave. */
function publicUrlOf(request: Request, settings: AddressSettings): URL {
  const [origin = requestedUrl(request, settings)?.origin ?? 'http://localhost'] = settings.publicUrls;
  return new URL(request.originalUrl, origin);
}

/** Browser and system alone, as people know them. */
function deviceOf(request: Request): string {
  const agent = request.headers['user-agent'] ?? '';
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS|Linux)/.exec(agent)?.[1];
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };
  return [browser && (names[browser] ?? browser), system].filter(Boolean).join(', ') || 'Another program';
}
