import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { permissionsOf, type Role } from '#core/access.ts';
import type { AppError } from '#core/errors.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { codeAt } from './second-factor.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-access-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const password = 'three blue kettles';

function desk() {
  const path = join(folder, `${count++}`, 'conversations.db');
  const store = openSqliteConversationStore(path);
  onTestFinished(() => store.close());
  const clock = { at: Date.UTC(2026, 0, 1) };
  const accounts = createAccounts({
    store: store.access,
    tenantId: defaultTenant,
    now: () => new Date(clock.at),
  });
  return { accounts, clock, path };
}

async function newMember(accounts: Accounts, email: string, role: Role) {
  const { user, token } = await accounts.invite('system', { email, name: email.split('@')[0]!, role });
  await accounts.setPassword(token, password);
  return user;
}

async function signedIn(accounts: Accounts, email: string, code?: string) {
  const done = await accounts.signIn({ email, password, code });
  if (done.result !== 'signed-in') throw new Error(done.result);
  const principal = await accounts.principalOf(done.token);
  if (!principal) throw new Error('the session is not there');
  return { ...done, principal };
}

const refused = (code: string) => expect.objectContaining({ code });

describe('createAccounts', () => {
  it('lets an invited person set a password once and sign in with it', async () => {
    const { accounts } = desk();
    const { user, token } = await accounts.invite('system', {
      email: ' Mia@Example.com ',
      name: 'Mia',
      role: 'agent',
    });
    expect(user.email).toBe('mia@example.com');
    expect((await accounts.linkOwner(token)).id).toBe(user.id);
    await expect(accounts.setPassword(token, 'short')).rejects.toMatchObject({ code: 'bad-input' });
    await accounts.setPassword(token, password);
    await expect(accounts.setPassword(token, password)).rejects.toMatchObject({ code: 'not-found' });
    const { principal } = await signedIn(accounts, 'MIA@example.com');
    expect(principal.person).toEqual({ id: user.id, name: 'Mia' });
    expect([...principal.permissions]).toEqual(permissionsOf.agent);
    await accounts.signOut(principal);
  });

  it.each(['aaaaaaaaaaaaaa', 'mia.long.name1', 'x'.repeat(257), 'too short'])(
    'refuses the password %j',
    async (bad) => {
      const { accounts } = desk();
      const { token } = await accounts.invite('system', {
        email: 'mia.long.name@example.com',
        name: 'M',
        role: 'agent',
      });
      await expect(accounts.setPassword(token, bad)).rejects.toMatchObject({ code: 'bad-input' });
    },
  );

  it('says the same to a wrong address and a wrong password, and locks after ten', async () => {
    const { accounts, clock } = desk();
    await newMember(accounts, 'mia@example.com', 'admin');
    const attempt = (email: string, wrong = 'nothing of the kind') =>
      accounts.signIn({ email, password: wrong }).then(
        () => 'in',
        (error: AppError) => `${error.code}: ${error.publicMessage}`,
      );
    const [unknown, wrong] = [await attempt('eve@example.com'), await attempt('mia@example.com')];
    expect(unknown).toBe(wrong);
    for (let failures = 1; failures < 10; failures++) await attempt('mia@example.com');
    expect(await attempt('mia@example.com', password)).toMatch(/^too-many-requests: .*15 minutes/);
    clock.at += 15 * 60_000 + 1;
    expect(await attempt('mia@example.com', password)).toBe('in');
  });

  it('asks for a code where there is a second factor, and takes each code once', async () => {
    const { accounts, clock } = desk();
    const user = await newMember(accounts, 'mia@example.com', 'admin');
    const { principal } = await signedIn(accounts, 'mia@example.com');
    const { key, uri } = await accounts.startSecondFactor(principal);
    expect(uri).toMatch(/^otpauth:\/\/totp\/Answerdesk:mia%40example\.com\?/);
    await expect(accounts.confirmSecondFactor(principal, { key, code: '000000' })).rejects.toEqual(
      refused('bad-input'),
    );
    await accounts.confirmSecondFactor(principal, { key, code: codeAt(key, new Date(clock.at)) });
    expect(await accounts.signIn({ email: 'mia@example.com', password })).toEqual({ result: 'code-needed' });
    clock.at += 60_000;
    const code = codeAt(key, new Date(clock.at));
    const both = await Promise.allSettled([1, 2].map(() => signedIn(accounts, 'mia@example.com', code)));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await accounts.removeSecondFactor('system', user.id);
    expect((await accounts.signIn({ email: 'mia@example.com', password })).result).toBe('signed-in');
  });

  it('ends sessions that are revoked, idle or too old, and those of who is disabled or gets another role', async () => {
    const { accounts, clock } = desk();
    await newMember(accounts, 'ann@example.com', 'admin');
    const user = await newMember(accounts, 'mia@example.com', 'agent');
    const open = async () => (await signedIn(accounts, 'mia@example.com')).token;
    const isOpen = async (token: string) => (await accounts.principalOf(token)) !== undefined;
    const [first, second] = [await open(), await open()];
    const principal = (await accounts.principalOf(first))!;
    const other = (await accounts.sessions(principal)).find(({ id }) => id !== principal.sessionId)!;
    expect(await accounts.endSession(principal, other.id)).toBe(true);
    expect([await isOpen(first), await isOpen(second)]).toEqual([true, false]);
    await accounts.updateUser('system', user.id, { role: 'viewer' });
    expect(await isOpen(first)).toBe(false);
    const third = await open();
    clock.at += 4 * 24 * 3_600_000;
    expect(await isOpen(third)).toBe(false);
    const fourth = await open();
    await accounts.updateUser('system', user.id, { disabled: true });
    expect(await isOpen(fourth)).toBe(false);
    await expect(open()).rejects.toEqual(refused('not-signed-in'));
  });

  it('keeps the session that changes its password and ends the others', async () => {
    const { accounts } = desk();
    await newMember(accounts, 'mia@example.com', 'agent');
    const [first, second] = [
      await signedIn(accounts, 'mia@example.com'),
      await signedIn(accounts, 'mia@example.com'),
    ];
    const change = (current: string) =>
      accounts.changePassword(first.principal, { current, next: 'four red kettles' });
    await expect(change('wrong')).rejects.toEqual(refused('not-signed-in'));
    await change(password);
    expect(await accounts.principalOf(first.token)).toBeDefined();
    expect(await accounts.principalOf(second.token)).toBeUndefined();
  });

  it('never leaves a team without an admin', async () => {
    const { accounts } = desk();
    const admin = await newMember(accounts, 'ann@example.com', 'admin');
    for (const change of [{ disabled: true }, { role: 'agent' as const }])
      await expect(accounts.updateUser('system', admin.id, change)).rejects.toEqual(refused('conflict'));
    await expect(
      accounts.invite('system', { email: 'ANN@example.com', name: 'x', role: 'agent' }),
    ).rejects.toEqual(refused('conflict'));
  });

  it('gives scripts keys that can do no more than who made them', async () => {
    const { accounts } = desk();
    await newMember(accounts, 'mia@example.com', 'agent');
    const { principal } = await signedIn(accounts, 'mia@example.com');
    await expect(
      accounts.createApiKey(principal, { name: 'x', permissions: ['users:manage'] }),
    ).rejects.toEqual(refused('forbidden'));
    const { key, token } = await accounts.createApiKey(principal, {
      name: 'Export',
      permissions: ['inbox:read'],
    });
    expect(token).toMatch(/^adk_[\w-]{44}$/);
    expect(await accounts.principalOf(token)).toMatchObject({
      kind: 'api-key',
      person: { name: 'Export' },
      permissions: new Set(['inbox:read']),
    });
    expect(await accounts.revokeApiKey(principal, key.id)).toBe(true);
    expect(await accounts.principalOf(token)).toBeUndefined();
  });

  it('writes down who did what, and no secret anywhere', async () => {
    const { accounts, path } = desk();
    await newMember(accounts, 'mia@example.com', 'admin');
    const { principal, token } = await signedIn(accounts, 'mia@example.com');
    const made = await accounts.createApiKey(principal, { name: 'Export', permissions: ['inbox:read'] });
    const log = await accounts.auditLog(defaultTenant, { limit: 10 });
    expect(log.map(({ action }) => action)).toEqual([
      'api-key.created',
      'session.started',
      'user.password-set',
      'user.created',
    ]);
    expect(await accounts.auditLog(defaultTenant, { limit: 10, before: log[1]!.position })).toHaveLength(2);
    const bytes = ['', '-wal'].map((end) => readFileSync(path + end).toString('latin1')).join('');
    for (const secret of [password, token, made.token]) expect(bytes).not.toContain(secret);
  });
});
