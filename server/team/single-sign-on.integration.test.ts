// Signing in at a real identity provider, as a browser does it, against the real server.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Provider, { type Configuration } from 'oidc-provider';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAccounts } from '#access/accounts.ts';
import { createSingleSignOn, type SingleSignOnSettings } from '#access/single-sign-on.ts';
import type { Role } from '#core/access.ts';
import { defaultTenant } from '#core/tenant.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { openTeam, password } from '../testing/open-team.ts';

type Claims = Readonly<Record<string, unknown>>;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** Lets everybody in who is in `people`, by name. */
async function openProvider(
  people: Readonly<Record<string, Claims>>,
  { redirectUri, refreshes }: { redirectUri: string; refreshes: boolean },
) {
  const server = createServer();
  const issuer = await listen(server);
  const configuration: Configuration = {
    clients: [
      {
        client_id: 'answerdesk',
        client_secret: 'a secret of the tests',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        post_logout_redirect_uris: [new URL('/console/inbox', redirectUri).href],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    issueRefreshToken: async () => refreshes,
    // Each is taken once; one that comes again ends them all.
    rotateRefreshToken: true,
    findAccount: (_context, sub) => {
      const claims = people[sub];
      return claims && { accountId: sub, claims: () => ({ sub, ...claims }) };
    },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client!.clientId,
        accountId: oidc.session!.accountId!,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', () => {});
  const asked: string[] = [];
  server.on('request', ({ url = '' }) => asked.push(url));
  server.on('request', provider.callback());
  return { issuer, server, asked };
}

/** Keeps cookies by host and goes where it is sent, as a browser does. */
function openBrowser() {
  const jars = new Map<string, Map<string, string>>();
  async function get(address: string, body?: URLSearchParams): Promise<Response> {
    const { host } = new URL(address);
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(body ? { method: 'POST', body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
  const next = (response: Response, from: string) => new URL(response.headers.get('location')!, from).href;
  return { get, next, cookies: (host: string) => jars.get(host) ?? new Map<string, string>() };
}

interface DeskOptions {
  readonly people?: Readonly<Record<string, Claims>>;
  readonly settings?: Partial<SingleSignOnSettings>;
  readonly newRole?: Role;
  readonly passwords?: boolean;
  /** The provider gives refresh tokens; default true. */
  readonly refreshes?: boolean;
  /** Of each request to the provider. */
  readonly timeoutSeconds?: number;
}

const ann = { email: 'ann@example.com', email_verified: true, name: 'Ann' };

const minuteMs = 60_000;

async function open({
  people = { ann },
  settings = {},
  newRole,
  passwords = true,
  refreshes = true,
  timeoutSeconds = patienceMs / 1_000,
}: DeskOptions = {}) {
  // The provider has to know the way back before the server knows the provider.
  const signIn: { passwords: boolean; provider?: ReturnType<typeof createSingleSignOn>; newRole?: Role } = {
    passwords,
    ...(newRole ? { newRole } : {}),
  };
  const clock = { passedMs: 0 };
  const desk = await openTeam({
    team: { signIn },
    accounts: {
      confirm: (grant) => signIn.provider!.confirm(grant),
      recheckMs: 15 * minuteMs,
      now: () => new Date(Date.now() + clock.passedMs),
    },
  });
  onTestFinished(() => desk[Symbol.asyncDispose]());
  const redirectUri = `${desk.base}/sign-in/callback`;
  const provider = await openProvider(people, { redirectUri, refreshes });
  signIn.provider = createSingleSignOn(
    {
      issuer: provider.issuer,
      clientId: 'answerdesk',
      clientSecret: 'a secret of the tests',
      name: 'Example',
      scopes: ['openid', 'email', 'profile'],
      allowedDomains: [],
      roleOfGroup: {},
      logout: true,
      ...settings,
    },
    { timeoutSeconds },
  );
  const browser = openBrowser();

  /** From the button to where the provider sends the browser back to; it is not gone there yet. */
  async function toCallback(login = 'ann', through = browser): Promise<string> {
    let address = `${desk.base}/sign-in/start?returnTo=/console/account`;
    for (let hops = 0; hops < 12; hops += 1) {
      let response = await through.get(address);
      if (response.status === 200) {
        await response.text();
        response = await through.get(address, new URLSearchParams({ prompt: 'login', login, password: 'x' }));
      }
      address = through.next(response, address);
      if (address.includes('/sign-in/callback') || address.includes('#sign-in')) return address;
    }
    throw new Error('The provider does not send the browser back.');
  }

  const signInAs = async (login = 'ann', through = browser) => {
    const address = await toCallback(login, through);
    const end = address.includes('#') ? address : through.next(await through.get(address), address);
    return end.slice(desk.url.length);
  };
  const me = async (through = browser) => {
    const response = await through.get(`${desk.base}/me`);
    return response.status === 200
      ? ((await response.json()) as { account: { email: string; role: Role } })
      : undefined;
  };
  const audit = async () =>
    (await desk.accounts.auditLog(defaultTenant, { limit: 50 })).map(({ action }) => action);
  const pass = (ms: number) => {
    clock.passedMs += ms;
  };
  return { ...desk, provider, browser, toCallback, signInAs, me, audit, pass };
}

describe('single sign-on', () => {
  it('signs in who was invited, by the verified address, and leads where they wanted', async () => {
    const { signInAs, me, accounts, audit, browser, base } = await open();
    const { user } = await accounts.invite('system', {
      email: 'ann@example.com',
      name: 'Ann',
      role: 'editor',
    });
    expect(await signInAs()).toBe('/console/account');
    expect((await me())!.account).toMatchObject({ email: 'ann@example.com', role: 'editor' });
    expect(await audit()).toEqual(
      expect.arrayContaining(['user.identity-linked', 'session.started', 'user.created']),
    );
    // From here on it is the provider's name for them that counts.
    expect((await accounts.users(defaultTenant)).map(({ id }) => id)).toEqual([user.id]);
    const end = await browser.get(`${base}/sign-in/end`);
    expect(browser.next(end, base)).toMatch(/\/session\/end\?.*post_logout_redirect_uri=/);
  });

  it('makes an account for a stranger only where a role is set for them', async () => {
    const closed = await open();
    expect(await closed.signInAs()).toBe('/console/inbox#sign-in-refused');
    expect(await closed.me()).toBeUndefined();
    expect(await closed.audit()).toEqual(['sign-in.refused']);
    const inviting = await open({ newRole: 'viewer' });
    expect(await inviting.signInAs()).toBe('/console/account');
    expect((await inviting.me())!.account.role).toBe('viewer');
  });

  it('takes the role from the groups, at every sign-in, and leaves the last admin one', async () => {
    const people = { ann: { ...ann, groups: ['staff', 'leads'] } };
    const settings = { roleClaim: 'groups', roleOfGroup: { staff: 'agent', leads: 'admin' } as const };
    const { signInAs, me, accounts } = await open({ people, settings });
    await signInAs();
    expect((await me())!.account.role).toBe('admin');
    people.ann = { ...ann, groups: ['staff'] };
    await signInAs();
    expect((await me())!.account.role).toBe('admin');
    await accounts.invite('system', { email: 'tom@example.com', name: 'Tom', role: 'admin' });
    await signInAs();
    expect((await me())!.account.role).toBe('agent');
  });

  it('lets nobody in whose address is not verified, or of another domain', async () => {
    const unverified = { ann: { ...ann, email_verified: false } };
    const first = await open({ people: unverified, newRole: 'agent' });
    await first.accounts.invite('system', { email: 'ann@example.com', name: 'Ann', role: 'admin' });
    expect(await first.signInAs()).toBe('/console/inbox#sign-in-refused');
    const second = await open({ newRole: 'agent', settings: { allowedDomains: ['example.org'] } });
    expect(await second.signInAs()).toBe('/console/inbox#sign-in-refused');
    expect(await second.accounts.users(defaultTenant)).toEqual([]);
  });

  it('does not give the account of an address to a second person who has it', async () => {
    const people = { ann, other: { ...ann, name: 'Another Ann' } };
    const { signInAs, me } = await open({ people, newRole: 'agent' });
    expect(await signInAs('ann')).toBe('/console/account');
    const second = openBrowser();
    expect(await signInAs('other', second)).toBe('/console/inbox#sign-in-refused');
    expect(await me(second)).toBeUndefined();
  });

  it('refuses a wrong state, another issuer, and an answer that another browser began', async () => {
    for (const [name, value] of [
      ['state', 'x'],
      ['iss', 'https://evil.example'],
      ['code', 'x'],
    ] as const) {
      const { toCallback, browser, me } = await open({ newRole: 'agent' });
      const address = new URL(await toCallback());
      address.searchParams.set(name, value);
      const response = await browser.get(address.href);
      expect([name, browser.next(response, address.href)]).toEqual([
        name,
        expect.stringMatching(/#sign-in-failed$/),
      ]);
      expect(await me()).toBeUndefined();
    }
    const { toCallback, me } = await open({ newRole: 'agent' });
    const address = await toCallback();
    const stranger = openBrowser();
    expect(stranger.next(await stranger.get(address), address)).toMatch(/#sign-in-failed$/);
    expect(await me(stranger)).toBeUndefined();
  });

  it('takes a code once', async () => {
    const { toCallback, browser } = await open({ newRole: 'agent' });
    const used = await toCallback();
    expect(browser.next(await browser.get(used), used)).toMatch(/\/console\/account$/);
    expect(browser.next(await browser.get(used), used)).toMatch(/#sign-in-failed$/);
    // The old code in the answer to a new question.
    const fresh = new URL(await toCallback());
    fresh.searchParams.set('code', new URL(used).searchParams.get('code')!);
    expect(browser.next(await browser.get(fresh.href), fresh.href)).toMatch(/#sign-in-failed$/);
  });

  it('keeps out who was disabled here', async () => {
    const people: Record<string, Claims> = { ann };
    const { signInAs, me, accounts } = await open({ people, newRole: 'agent' });
    await accounts.invite('system', { email: 'tom@example.com', name: 'Tom', role: 'admin' });
    await signInAs();
    const { id } = (await accounts.userByEmail('ann@example.com'))!;
    await accounts.updateUser('system', id, { disabled: true });
    expect(await me()).toBeUndefined();
    expect(await signInAs()).toBe('/console/inbox#sign-in-refused');
    expect(await me()).toBeUndefined();
  });

  it('says so when the provider is down or does not answer, and works once it is back', async () => {
    const { signInAs, provider, me } = await open({ newRole: 'agent' });
    const address = new URL(provider.issuer);
    provider.server.closeAllConnections();
    await new Promise((resolve) => provider.server.close(resolve));
    expect(await signInAs()).toBe('/console/inbox#sign-in-unreachable');
    await new Promise<void>((resolve) => provider.server.listen(Number(address.port), '127.0.0.1', resolve));
    expect(await signInAs()).toBe('/console/account');
    expect(await me()).toBeDefined();

    const hanging = await listen(createServer(() => {}));
    const stuck = await open({ settings: { issuer: hanging }, timeoutSeconds: 1 });
    const response = await stuck.browser.get(`${stuck.base}/sign-in/start`);
    expect(stuck.browser.next(response, stuck.base)).toMatch(/#sign-in-unreachable$/);
  });

  it('can be the only way in', async () => {
    const { base, accounts } = await open({ passwords: false });
    const { token } = await accounts.invite('system', {
      email: 'ann@example.com',
      name: 'Ann',
      role: 'admin',
    });
    await accounts.setPassword(token, password);
    const response = await fetch(`${base}/session`, {
      method: 'POST',
      body: JSON.stringify({ email: 'ann@example.com', password }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(403);
    expect(await (await fetch(`${base}/setup`)).json()).toMatchObject({
      passwords: false,
      provider: { name: 'Example' },
    });
  });
});

describe('a session of single sign-on', () => {
  it('ends when the provider does not let them in any more, at the latest after the time that is set', async () => {
    const people: Record<string, Claims> = { ann };
    const { signInAs, me, audit, pass } = await open({ people, newRole: 'agent' });
    await signInAs();
    delete people.ann;
    pass(14 * minuteMs);
    expect(await me()).toBeDefined();
    pass(2 * minuteMs);
    expect(await Promise.all([me(), me(), me()])).toEqual([undefined, undefined, undefined]);
    people.ann = ann;
    expect(await me()).toBeUndefined();
    expect((await audit()).filter((action) => action === 'session.revoked')).toHaveLength(1);
  });

  it('goes on as long as the provider says yes, and asks it once however many requests come together', async () => {
    const { signInAs, me, pass, provider } = await open({ newRole: 'agent' });
    await signInAs();
    const asked = () => provider.asked.filter((url) => url === '/token').length;
    const before = asked();
    for (let round = 1; round <= 3; round += 1) {
      pass(16 * minuteMs);
      const seen = await Promise.all(Array.from({ length: 8 }, () => me()));
      expect(seen.every((one) => one !== undefined)).toBe(true);
      expect(asked()).toBe(before + round);
    }
  });

  it('goes on for an hour when the provider is down, and then waits for it', async () => {
    const { signInAs, me, pass, provider } = await open({ newRole: 'agent' });
    await signInAs();
    const address = new URL(provider.issuer);
    provider.server.closeAllConnections();
    await new Promise((resolve) => provider.server.close(resolve));
    pass(70 * minuteMs);
    expect(await me()).toBeDefined();
    pass(10 * minuteMs);
    expect(await me()).toBeUndefined();
    await new Promise<void>((resolve) => provider.server.listen(Number(address.port), '127.0.0.1', resolve));
    pass(minuteMs);
    expect(await me()).toBeDefined();
  });

  it('is a short one where the provider gives nothing to ask with', async () => {
    const { signInAs, me, pass } = await open({ newRole: 'agent', refreshes: false });
    await signInAs();
    pass(7 * 60 * minuteMs);
    expect(await me()).toBeDefined();
    pass(61 * minuteMs);
    expect(await me()).toBeUndefined();
  });

  it('keeps nothing in the database with which the provider could be asked', async () => {
    const { signInAs, folder } = await open({ newRole: 'agent' });
    await signInAs();
    const file = new DatabaseSync(join(folder, 'conversations.db'), { readOnly: true });
    const [row] = file.prepare('SELECT sealed_grant FROM sessions').all() as { sealed_grant: string }[];
    file.close();
    expect(Buffer.from(row!.sealed_grant, 'base64url').toString('latin1')).not.toContain('refreshToken');
    expect(row!.sealed_grant.length).toBeGreaterThan(60);
  });

  it('does not outlive the provider being taken out of the settings', async () => {
    const { signInAs, me, pass, provider, store, browser, base } = await open({ newRole: 'agent' });
    await signInAs();
    expect(await me()).toBeDefined();
    pass(16 * minuteMs);
    const without = createAccounts({
      store: store.access,
      tenantId: defaultTenant,
      now: () => new Date(Date.now() + 16 * minuteMs),
    });
    const token = browser.cookies(new URL(base).host).get('answerdesk_session')!;
    expect(await without.principalOf(token)).toBeUndefined();
    expect(provider.asked.filter((url) => url === '/token')).toHaveLength(1);
  });
});
