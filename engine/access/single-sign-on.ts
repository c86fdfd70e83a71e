// Signing in at the team's identity provider: OpenID Connect, authorization code flow with PKCE, state and nonce. It says who somebody is
// there; whether they have an account here is for accounts.ts.
import { LRUCache } from 'lru-cache';
import * as oidc from 'openid-client';
import { type Role, roles } from '#core/access.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { AppError, briefly } from '#core/errors.ts';
import type { ProviderGrant } from './provider-check.ts';

export interface SingleSignOnSettings {
  /** Its address, without `/.well-known/openid-configuration`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** On the button: "Sign in with NAME". */
  readonly name: string;
  /** Empty: any. */
  readonly allowedDomains: readonly string[];
  /** The claim with the groups of a person, and which role a group gives. */
  readonly roleClaim?: string | undefined;
  readonly roleOfGroup: Readonly<Record<string, Role>>;
  readonly scopes: readonly string[];
  /** Signing out here signs out there, too. */
  readonly logout: boolean;
}

/** Somebody whom the provider knows, with a verified address. */
export interface Identity {
  readonly issuer: string;
  /** The provider's name for the person: never changes, never given to another. */
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  /** By their groups; undefined: no group says one. */
  readonly role?: Role;
}

export interface SingleSignOn {
  readonly name: string;
  readonly logout: boolean;
  /** `ticket` is for a cookie of this browser: only it may come back. Throws `busy` where the provider is out of reach. */
  start(options: { redirectUri: string; returnTo: string }): Promise<{ url: string; ticket: string }>;
  /**
   * `url`: where the provider sent the browser. Throws `not-signed-in` for anything that is not a fresh answer to `start` in the same
   * browser, `forbidden` for an address that is not verified or not of an allowed domain, `busy` where the provider is out of reach.
   */
  finish(url: URL, ticket: string | undefined): Promise<Finished>;
  /**
   * Whether somebody may still sign in there: the grant to ask with the next time; undefined where the provider says no. Throws `busy` where
   * it is out of reach, or refuses Answerdesk itself.
   */
  confirm(grant: ProviderGrant): Promise<ProviderGrant | undefined>;
  /** Undefined where the provider has no such page. */
  logoutUrl(returnTo: string): Promise<string | undefined>;
}

export interface Finished {
  readonly identity: Identity;
  readonly returnTo: string;
  /** Absent where the provider gives no refresh token. */
  readonly grant?: ProviderGrant;
}

/** From the button to the way back. */
const ticketLastsMs = 10 * 60_000;
const mostTickets = 1_000;

interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
}

export interface SingleSignOnOptions {
  /** Of each request to the provider; default 10. */
  readonly timeoutSeconds?: number;
}

export function createSingleSignOn(
  settings: SingleSignOnSettings,
  { timeoutSeconds: timeout = 10 }: SingleSignOnOptions = {},
): SingleSignOn {
  const pending = new LRUCache<string, Pending>({ max: mostTickets, ttl: ticketLastsMs });
  let discovered: Promise<oidc.Configuration> | undefined;

  /** Asked once; a failure is not kept. */
  function provider(): Promise<oidc.Configuration> {
    discovered ??= discover().catch((thrown: unknown) => {
      discovered = undefined;
      throw unreachable(thrown);
    });
    return discovered;
  }

  async function discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = settings;
    const plain = new URL(issuer).protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
    const found = await oidc.discovery(new URL(issuer), clientId, undefined, undefined, {
      timeout,
      execute: plain,
    });
    const server = found.serverMetadata();
    // Without a list it is the basic one (OpenID Connect Discovery, section 3).
    const isBasic = server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true;
    const configuration = new oidc.Configuration(
      server,
      clientId,
      undefined,
      isBasic ? oidc.ClientSecretBasic(clientSecret) : oidc.ClientSecretPost(clientSecret),
    );
    configuration.timeout = timeout;
    for (const allow of plain) allow(configuration);
    return configuration;
  }

  function identityOf(claims: oidc.IDToken, more: Readonly<Record<string, unknown>>): Identity {
    const facts: Readonly<Record<string, unknown>> = { ...claims, ...more };
    const { email, email_verified: isVerified, name } = facts;
    if (typeof email !== 'string' || isVerified !== true)
      throw new AppError('forbidden', 'The provider gives no verified e-mail address.');
    const domain = email.split('@').at(-1)!.toLowerCase();
    const { allowedDomains } = settings;
    if (allowedDomains.length > 0 && !allowedDomains.includes(domain))
      throw new AppError('forbidden', 'The domain of the e-mail address is not allowed.');
    const role = roleOf(facts);
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email,
      name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 100) : email.split('@')[0]!,
      ...(role ? { role } : {}),
    };
  }

  /** Of several groups the mightiest. */
  function roleOf(facts: Readonly<Record<string, unknown>>): Role | undefined {
    const value = settings.roleClaim === undefined ? undefined : facts[settings.roleClaim];
    const groups = [value].flat().filter((group) => typeof group === 'string');
    const given = groups.map((group) =>
      Object.hasOwn(settings.roleOfGroup, group) ? settings.roleOfGroup[group] : undefined,
    );
    return roles.find((role) => given.includes(role));
  }

  return {
    name: settings.name,
    logout: settings.logout,

    async start({ redirectUri, returnTo }) {
      const configuration = await provider();
      const ticket = newSecret();
      const verifier = oidc.randomPKCECodeVerifier();
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
      pending.set(ticket, { state, nonce, verifier, redirectUri, returnTo });
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, ticket };
    },

    async finish(url, ticket) {
      const begun = ticket === undefined ? undefined : pending.get(ticket);
      // Whatever comes of it: a second try begins anew.
      if (ticket !== undefined) pending.delete(ticket);
      if (!begun) throw new AppError('not-signed-in', 'No sign-in was begun in this browser, or it is over.');
      const configuration = await provider();
      const back = new URL(begun.redirectUri);
      back.search = url.search;
      try {
        const tokens = await oidc.authorizationCodeGrant(configuration, back, {
          pkceCodeVerifier: begun.verifier,
          expectedState: begun.state,
          expectedNonce: begun.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims()!;
        const asksMore = claims.email === undefined && configuration.serverMetadata().userinfo_endpoint;
        const more = asksMore ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
        const { refresh_token: refreshToken } = tokens;
        return {
          identity: identityOf(claims, more),
          returnTo: begun.returnTo,
          ...(refreshToken === undefined ? {} : { grant: { refreshToken, subject: claims.sub } }),
        };
      } catch (thrown) {
        if (thrown instanceof AppError) throw thrown;
        if (isOutOfReach(thrown)) throw unreachable(thrown);
        throw new AppError('not-signed-in', `The provider's answer was refused: ${briefly(thrown)}`, {
          cause: thrown,
        });
      }
    },

    async confirm({ refreshToken, subject }) {
      const configuration = await provider();
      try {
        const tokens = await oidc.refreshTokenGrant(configuration, refreshToken);
        const now = tokens.claims()?.sub ?? subject;
        return now === subject ? { refreshToken: tokens.refresh_token ?? refreshToken, subject } : undefined;
      } catch (thrown) {
        if (thrown instanceof oidc.ResponseBodyError && thrown.error === 'invalid_grant') return undefined;
        throw unreachable(thrown);
      }
    },

    async logoutUrl(returnTo) {
      const configuration = await provider();
      if (!configuration.serverMetadata().end_session_endpoint) return undefined;
      return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
    },
  };
}

function unreachable(thrown: unknown): AppError {
  return new AppError('busy', `The identity provider cannot be reached: ${briefly(thrown)}`, {
    cause: thrown,
  });
}

/** Nothing came, not in time, or the provider itself failed. */
function isOutOfReach(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause as unknown) {
    if (error.name === 'TimeoutError' || error.name === 'TypeError') return true;
    const { code, status } = error as { code?: unknown; status?: unknown };
    if (code === 'OAUTH_TIMEOUT') return true;
    if (typeof status === 'number' && status >= 500) return true;
  }
  return false;
}
