// Signing in at the team's identity provider. A browser goes through here: every answer is an address to go to.
import { z } from 'zod';
import { AppError, type ErrorCode, toAppError } from '#core/errors.ts';
import { type Route, route, type SignInWays } from './route.ts';

const callbackPath = '/api/v1/sign-in/callback';
const consolePath = '/console/inbox';
/** Below /console, and nothing that a URL parser could read as another host. */
const returnTo = z.string().regex(/^\/console\/[\w./-]{0,200}$/);

/** Why it did not work, for the sign-in page: behind `#`, which no log sees. */
const problems: Partial<Readonly<Record<ErrorCode, string>>> = {
  forbidden: 'sign-in-refused',
  busy: 'sign-in-unreachable',
};

function problemPage(thrown: unknown): string {
  const { code } = toAppError(thrown);
  return `${consolePath}#${problems[code] ?? 'sign-in-failed'}`;
}

function providerOf(signIn: SignInWays | undefined) {
  if (!signIn?.provider) throw new AppError('not-found', 'No identity provider is set.');
  return { ...signIn, provider: signIn.provider };
}

export const signInRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/sign-in/start',
    summary: 'Sends the browser to the identity provider.',
    access: 'anyone',
    query: z.strictObject({ returnTo: returnTo.default(consolePath) }),
    redirects: true,
    response: z.string(),
    async handle({ url, query, setTicket }, { signIn, logger }) {
      const { provider } = providerOf(signIn);
      try {
        const redirectUri = new URL(callbackPath, url).href;
        const started = await provider.start({ redirectUri, returnTo: query.returnTo });
        setTicket(started.ticket);
        return started.url;
      } catch (thrown) {
        logger?.warn({ err: toAppError(thrown) }, 'a sign-in at the identity provider could not be begun');
        return problemPage(thrown);
      }
    },
  }),
  route({
    method: 'get',
    path: '/sign-in/callback',
    summary: 'Where the identity provider sends the browser back. Sets the session’s cookie.',
    access: 'anyone',
    redirects: true,
    response: z.string(),
    async handle({ url, ticket, device, setTicket, setSession }, { signIn, accounts, logger }) {
      const { provider, newRole } = providerOf(signIn);
      setTicket(undefined);
      try {
        const { identity, returnTo, grant } = await provider.finish(url, ticket);
        if (!grant)
          logger?.info(
            'The identity provider gave no refresh token: it cannot be asked again, and the session is a short one. See docs/console.md#single-sign-on.',
          );
        setSession(await accounts.signInAs(identity, { newRole, device, grant }));
        return returnTo;
      } catch (thrown) {
        const error = toAppError(thrown);
        logger?.warn({ err: error }, 'a sign-in at the identity provider failed');
        // Of somebody whom the provider knows: strangers could fill the log with the rest.
        if (error.code === 'forbidden') await accounts.audit('system', { action: 'sign-in.refused' });
        return problemPage(error);
      }
    },
  }),
  route({
    method: 'get',
    path: '/sign-in/end',
    summary: 'Sends a browser that has signed out here to the provider’s own page for signing out.',
    access: 'anyone',
    redirects: true,
    response: z.string(),
    async handle({ url }, { signIn }) {
      const { provider } = providerOf(signIn);
      const back = new URL(consolePath, url).href;
      const there = provider.logout ? await provider.logoutUrl(back).catch(() => undefined) : undefined;
      return there ?? back;
    },
  }),
];
