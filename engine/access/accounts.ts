// Accounts of the team: who is there, how they sign in, what ends a session. Knows no HTTP; its routes and the command line call it.
import {
  type AccessStore,
  type ApiKey,
  type Permission,
  type Principal,
  permissionsOf,
  type Role,
  type Session,
  type User,
} from '#core/access.ts';
import type { AuditEntry } from '#core/audit-chain.ts';
import { hashToken, newSecret } from '#core/conversation-secret.ts';
import { AppError, toAppError } from '#core/errors.ts';
import type { TenantId } from '#core/tenant.ts';
import { hashPassword, passwordMatches } from './passwords.ts';
import { createProviderCheck, type ProviderCheckOptions, type ProviderGrant } from './provider-check.ts';
import { newSecondFactor, type SecondFactor, timeStepOf } from './second-factor.ts';
import type { Identity } from './single-sign-on.ts';

export interface SignIn {
  readonly email: string;
  readonly password: string;
  /** Six digits, of who has a second factor. */
  readonly code?: string | undefined;
  readonly device?: string;
}

export type SignedIn =
  | { readonly result: 'signed-in'; readonly user: User; readonly token: string; readonly expiresAt: string }
  /** The password is right; ask for the code. */
  | { readonly result: 'code-needed' };

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

export interface Accounts {
  /** An account without a password, and the token of the link that sets one. Throws `conflict`, `bad-input`. */
  invite(by: Principal | 'system', user: NewUser): Promise<{ user: User; token: string; expiresAt: string }>;
  /** An account with its password, for the set-up. Throws `conflict`, `bad-input`. */
  createAdmin(admin: { email: string; name: string; password: string }): Promise<User>;
  /** Another link, for who lost the password or the first link. Ends nothing before it is used. */
  passwordLink(by: Principal | 'system', userId: string): Promise<{ token: string; expiresAt: string }>;
  /** Whose link it is; throws `not-found` for one that is used or too old. */
  linkOwner(token: string): Promise<User>;
  /** Sets the password by a link, which works once; ends all sessions. Throws `not-found`, `bad-input`. */
  setPassword(token: string, password: string): Promise<User>;
  /** The same `not-signed-in` for a wrong address, password or code; `too-many-requests` while the account is locked. */
  signIn(attempt: SignIn): Promise<SignedIn>;
  /**
   * Who was let in by the identity provider: the account of this name there, else the one of the verified address, else a new one with the
   * role of their groups or `newRole`. Throws `forbidden` where there is none of these, or it is disabled. The second factor is the provider's.
   * With `grant` the provider is asked again while the session is used, and ends it by saying no; without, the session is a short one.
   */
  signInAs(
    identity: Identity,
    options: {
      readonly newRole?: Role | undefined;
      readonly device?: string;
      readonly grant?: ProviderGrant | undefined;
    },
  ): Promise<Extract<SignedIn, { result: 'signed-in' }>>;
  signOut(principal: Principal): Promise<void>;
  /** Who holds this token of a session or an API key; undefined: nobody. */
  principalOf(token: string): Promise<Principal | undefined>;
  changePassword(by: Principal, change: { current: string; next: string }): Promise<void>;
  /** A key to show once; it counts when `confirmSecondFactor` has seen a code of it. */
  startSecondFactor(by: Principal): Promise<SecondFactor>;
  confirmSecondFactor(by: Principal, confirm: { key: string; code: string }): Promise<void>;
  /** Of oneself with the password, or of somebody else who lost the phone. */
  removeSecondFactor(by: Principal | 'system', userId: string, password?: string): Promise<void>;
  updateUser(
    by: Principal | 'system',
    userId: string,
    change: Partial<Pick<User, 'name' | 'role' | 'disabled'>>,
  ): Promise<User>;
  users(tenantId: TenantId): Promise<User[]>;
  /** Whether somebody takes new conversations. */
  setAway(by: Principal, away: boolean): Promise<void>;
  /** The own picture, as colleagues and customers see it. `bytes`: WebP that is safe to show; undefined takes it away. Throws `forbidden` for a key. */
  setPicture(by: Principal, bytes: Uint8Array | undefined): Promise<void>;
  /** By the name that a user has for it. */
  picture(tenantId: TenantId, id: string): Promise<Uint8Array | undefined>;
  userByEmail(email: string): Promise<User | undefined>;
  sessions(principal: Principal): Promise<Session[]>;
  endSession(principal: Principal, id: string): Promise<boolean>;
  /** The token is shown once. Throws `forbidden` for a permission that its maker does not have. */
  createApiKey(
    by: Principal,
    key: { name: string; permissions: readonly Permission[] },
  ): Promise<{ key: ApiKey; token: string }>;
  apiKeys(tenantId: TenantId): Promise<ApiKey[]>;
  revokeApiKey(by: Principal, id: string): Promise<boolean>;
  auditLog: AccessStore['auditLog'];
  audit(by: Principal | 'system', entry: Pick<AuditEntry, 'action' | 'subject' | 'details'>): Promise<void>;
}

export interface AccountsOptions {
  readonly store: AccessStore;
  readonly tenantId: TenantId;
  /** Shown in authenticator apps. */
  readonly issuer?: string;
  /** Asks the identity provider again, see provider-check.ts; without, no session that it let in goes on. */
  readonly confirm?: ProviderCheckOptions['confirm'] | undefined;
  /** A session of single sign-on is used this long until the provider is asked again. */
  readonly recheckMs?: number;
  readonly now?: () => Date;
}

const hour = 3_600_000;
const linkLastsMs = 72 * hour;
const sessionLastsMs = 14 * 24 * hour;
/** Of a session whose provider cannot be asked again: about a working day. */
const unconfirmedLastsMs = 8 * hour;
/** A session that nobody used for this long has ended. */
const sessionIdlesMs = 3 * 24 * hour;
/** Wrong passwords or codes after which an account is locked, and for how long. */
const lockAfter = 10;
const lockLastsMs = 15 * 60_000;
/** How exact "last seen" is: not a write for each request. */
const touchEveryMs = 60_000;
/** So that a key is told from a session's token, and found by scanners of secrets. */
const apiKeyPrefix = 'adk_';

export function createAccounts({
  store,
  tenantId,
  issuer = 'Answerdesk',
  confirm = async () => undefined,
  recheckMs = 15 * 60_000,
  now = () => new Date(),
}: AccountsOptions): Accounts {
  const providerCheck = createProviderCheck({ store, confirm, everyMs: recheckMs, now });
  const inMs = (milliseconds: number) => new Date(now().getTime() + milliseconds).toISOString();
  const entry = (
    by: Principal | 'system',
    action: string,
    { subject, details }: Pick<AuditEntry, 'subject' | 'details'> = {},
  ): AuditEntry => ({
    at: now().toISOString(),
    actor: by === 'system' ? 'system' : by.kind === 'user' ? by.person.id : `key:${by.person.id}`,
    action,
    ...(subject === undefined ? {} : { subject }),
    ...(details === undefined ? {} : { details }),
  });
  const failed = () =>
    new AppError('not-signed-in', 'A sign-in failed.', {
      publicMessage: 'The e-mail address, the password or the code is wrong.',
    });
  const noUser = () => new AppError('not-found', 'There is no such user.');
  const noLink = () =>
    new AppError('not-found', 'The link is used or too old.', {
      publicMessage: 'This link was used already or is too old. Ask for a new one.',
    });

  async function newLink(userId: string) {
    const token = newSecret() + newSecret();
    const expiresAt = inMs(linkLastsMs);
    await store.createPasswordLink(tenantId, { userId, expiresAt }, hashToken(token));
    return { token, expiresAt };
  }

  async function requireUser(id: string): Promise<User> {
    const user = await store.user(tenantId, id);
    if (!user) throw noUser();
    return user;
  }

  /** Counts a failure before it says so. */
  async function checkPassword(user: User, password: string): Promise<void> {
    const known = await store.credentials(user.tenantId, user.id);
    refuseLocked(known?.lockedUntil);
    if (!(await passwordMatches(password, known?.passwordHash))) {
      await store.signInFailed(user.tenantId, user.id, { after: lockAfter, until: inMs(lockLastsMs) });
      throw failed();
    }
  }

  function refuseLocked(lockedUntil: string | undefined): void {
    if (lockedUntil !== undefined && lockedUntil > now().toISOString())
      throw new AppError('too-many-requests', 'An account is locked after failed sign-ins.', {
        publicMessage: `Too many failed attempts. Try again in ${lockLastsMs / 60_000} minutes.`,
      });
  }

  async function startSession(
    user: User,
    {
      device,
      provider,
    }: { readonly device: string; readonly provider?: { grant: ProviderGrant | undefined } },
  ): Promise<Extract<SignedIn, { result: 'signed-in' }>> {
    const at = now().toISOString();
    const token = newSecret() + newSecret();
    const isShort = provider !== undefined && provider.grant === undefined;
    const expiresAt = inMs(isShort ? unconfirmedLastsMs : sessionLastsMs);
    const session = {
      id: newSecret(),
      userId: user.id,
      createdAt: at,
      lastSeenAt: at,
      expiresAt,
      device: device.slice(0, 200),
    };
    const proof = provider?.grant && providerCheck.proofOf(provider.grant, token);
    await store.createSession(tenantId, session, hashToken(token), proof);
    await store.touchUser(tenantId, user.id, at);
    await store.audit(tenantId, {
      at,
      actor: user.id,
      action: 'session.started',
      subject: session.id,
      ...(provider ? { details: { by: 'single-sign-on' } } : {}),
    });
    return { result: 'signed-in', user, token, expiresAt };
  }

  const notAllowed = (why: string) => new AppError('forbidden', why);

  async function accountOf(
    { issuer, subject, email, name, role }: Identity,
    newRole: Role | undefined,
  ): Promise<{ user: User; role: Role | undefined }> {
    const known = await store.userByIdentity(tenantId, { issuer, subject });
    if (known) return { user: known, role };
    const there = await store.userByEmail(tenantId, normalEmail(email));
    if (!there && (role ?? newRole) === undefined) throw notAllowed('Nobody has invited this person.');
    const user = there ?? newUser({ email, name, role: role ?? newRole! });
    if (!there)
      await store.createUser(
        user,
        entry('system', 'user.created', {
          subject: user.id,
          details: { role: user.role, by: 'single-sign-on' },
        }),
      );
    if (user.disabled) throw notAllowed('The account is disabled.');
    const link = entry('system', 'user.identity-linked', { subject: user.id, details: { issuer } });
    if (!(await store.linkIdentity(tenantId, user.id, { issuer, subject }, link)))
      throw notAllowed('The account of this address belongs to another identity.');
    return { user, role };
  }

  const newUser = ({ email, name, role }: NewUser): User => ({
    id: newSecret(),
    tenantId,
    email: normalEmail(email),
    name: name.trim(),
    role,
    disabled: false,
    hasSecondFactor: false,
    away: false,
    createdAt: now().toISOString(),
  });

  return {
    async createAdmin({ email, name, password }) {
      const user = newUser({ email, name, role: 'admin' });
      // A password that is refused must not leave an account behind.
      const passwordHash = await hashPassword(password, user.email);
      await store.createUser(
        user,
        entry('system', 'user.created', { subject: user.id, details: { role: 'admin' } }),
      );
      await store.setCredentials(
        tenantId,
        user.id,
        { passwordHash },
        entry('system', 'user.password-set', { subject: user.id }),
      );
      return user;
    },

    async invite(by, { email, name, role }) {
      const user = newUser({ email, name, role });
      await store.createUser(user, entry(by, 'user.created', { subject: user.id, details: { role } }));
      return { user, ...(await newLink(user.id)) };
    },

    async passwordLink(by, userId) {
      await requireUser(userId);
      await store.audit(tenantId, entry(by, 'user.password-link', { subject: userId }));
      return newLink(userId);
    },

    async linkOwner(token) {
      const found = await store.findPasswordLink(hashToken(token), now().toISOString());
      const user = found && (await store.user(found.tenantId, found.userId));
      if (!user || user.disabled) throw noLink();
      return user;
    },

    async setPassword(token, password) {
      const at = now().toISOString();
      const found = await store.findPasswordLink(hashToken(token), at);
      const user = found && (await store.user(found.tenantId, found.userId));
      if (!user || user.disabled) throw noLink();
      // A password that is refused must not cost the link.
      const passwordHash = await hashPassword(password, user.email);
      if (!(await store.takePasswordLink(hashToken(token), at))) throw noLink();
      await store.setCredentials(
        user.tenantId,
        user.id,
        { passwordHash },
        { at, actor: user.id, action: 'user.password-set', subject: user.id },
      );
      return user;
    },

    async signIn({ email, password, code, device = '' }) {
      const user = await store.userByEmail(tenantId, normalEmail(email));
      if (!user || user.disabled) {
        await passwordMatches(password, undefined);
        throw failed();
      }
      await checkPassword(user, password);
      const { totpKey } = (await store.credentials(tenantId, user.id)) ?? {};
      let step: number | undefined;
      if (totpKey !== undefined) {
        if (code === undefined) return { result: 'code-needed' };
        step = timeStepOf(code, totpKey, now());
      }
      const isRight = totpKey === undefined || step !== undefined;
      if (!isRight || !(await store.signInSucceeded(tenantId, user.id, step))) {
        await store.signInFailed(tenantId, user.id, { after: lockAfter, until: inMs(lockLastsMs) });
        throw failed();
      }
      return startSession(user, { device });
    },

    async signInAs(identity, { newRole, device = '', grant }) {
      const { user, role } = await accountOf(identity, newRole);
      if (user.disabled) throw notAllowed('The account is disabled.');
      const by = { action: 'user.changed', subject: user.id, at: now().toISOString(), actor: user.id };
      // Groups decide as long as they say something. The last admin stays one.
      const current =
        role === undefined || role === user.role
          ? user
          : await store
              .updateUser(tenantId, user.id, { role }, { ...by, details: { role, by: 'single-sign-on' } })
              .catch((thrown: unknown) => {
                if (toAppError(thrown).code === 'conflict') return user;
                throw thrown;
              });
      return startSession(current, { device, provider: { grant } });
    },

    async signOut({ person, sessionId }) {
      if (sessionId !== undefined) await store.endSession(tenantId, person.id, sessionId);
    },

    async principalOf(token) {
      const at = now();
      if (token.startsWith(apiKeyPrefix)) {
        const found = await store.apiKeyByToken(hashToken(token));
        if (!found) return undefined;
        const { key } = found;
        if (isStale(key.lastUsedAt, at)) await store.touchApiKey(key.id, at.toISOString());
        return {
          tenantId: found.tenantId,
          kind: 'api-key',
          person: { id: key.id, name: key.name },
          permissions: new Set(key.permissions),
        };
      }
      const found = await store.sessionByToken(hashToken(token), at.toISOString());
      if (!found) return undefined;
      const { session, user, proof } = found;
      if (at.getTime() - Date.parse(session.lastSeenAt) > sessionIdlesMs) {
        await store.endSession(user.tenantId, user.id, session.id);
        return undefined;
      }
      const standing = proof ? await providerCheck.check(session, proof, token) : 'valid';
      // Of several requests at once, one ends it.
      if (standing === 'revoked' && (await store.endSession(user.tenantId, user.id, session.id)))
        await store.audit(
          user.tenantId,
          entry('system', 'session.revoked', { subject: user.id, details: { by: 'single-sign-on' } }),
        );
      if (standing !== 'valid') return undefined;
      if (isStale(session.lastSeenAt, at)) {
        await store.touchSession(session.id, at.toISOString());
        await store.touchUser(user.tenantId, user.id, at.toISOString());
      }
      return {
        tenantId: user.tenantId,
        kind: 'user',
        person: { id: user.id, name: user.name },
        permissions: new Set(permissionsOf[user.role]),
        sessionId: session.id,
      };
    },

    async changePassword(by, { current, next }) {
      const user = await requireUser(by.person.id);
      await checkPassword(user, current);
      await store.setCredentials(
        tenantId,
        user.id,
        {
          passwordHash: await hashPassword(next, user.email),
          ...(by.sessionId === undefined ? {} : { keepSession: by.sessionId }),
        },
        entry(by, 'user.password-set', { subject: user.id }),
      );
    },

    async startSecondFactor(by) {
      return newSecondFactor(issuer, (await requireUser(by.person.id)).email);
    },

    async confirmSecondFactor(by, { key, code }) {
      const user = await requireUser(by.person.id);
      const wrong = new AppError('bad-input', 'The code is not of this key.', {
        publicMessage: 'This code is wrong. Look whether the clock of your phone is right.',
      });
      if (!/^[A-Z2-7]{32}$/.test(key) || timeStepOf(code, key, now()) === undefined) throw wrong;
      await store.setCredentials(
        tenantId,
        user.id,
        { totpKey: key, ...(by.sessionId === undefined ? {} : { keepSession: by.sessionId }) },
        entry(by, 'user.second-factor-set', { subject: user.id }),
      );
    },

    async removeSecondFactor(by, userId, password) {
      const user = await requireUser(userId);
      const isOwn = by !== 'system' && by.person.id === userId;
      if (isOwn) await checkPassword(user, password ?? '');
      await store.setCredentials(
        tenantId,
        userId,
        { totpKey: null, ...(isOwn && by.sessionId !== undefined ? { keepSession: by.sessionId } : {}) },
        entry(by, 'user.second-factor-removed', { subject: userId }),
      );
    },

    updateUser(by, userId, change) {
      const details = {
        ...(change.role === undefined ? {} : { role: change.role }),
        ...(change.disabled === undefined ? {} : { disabled: String(change.disabled) }),
      };
      return store.updateUser(
        tenantId,
        userId,
        change,
        entry(by, 'user.changed', { subject: userId, details }),
      );
    },

    users: (tenantId) => store.users(tenantId),
    userByEmail: (email) => store.userByEmail(tenantId, normalEmail(email)),
    sessions: ({ person }) => store.sessions(tenantId, person.id, now().toISOString()),
    endSession: ({ person }, id) => store.endSession(tenantId, person.id, id),

    async createApiKey(by, { name, permissions }) {
      const missing = permissions.find((permission) => !by.permissions.has(permission));
      if (missing)
        throw new AppError('forbidden', `A key cannot be given ${missing}: its maker does not have it.`);
      const token = apiKeyPrefix + newSecret() + newSecret();
      const key: ApiKey = {
        id: newSecret(),
        name: name.trim(),
        permissions: [...new Set(permissions)],
        createdAt: now().toISOString(),
        createdBy: by.person.id,
      };
      await store.createApiKey(
        tenantId,
        key,
        hashToken(token),
        entry(by, 'api-key.created', {
          subject: key.id,
          details: { permissions: key.permissions.join(' ') },
        }),
      );
      return { key, token };
    },

    apiKeys: (tenantId) => store.apiKeys(tenantId),
    revokeApiKey: (by, id) => store.revokeApiKey(tenantId, id, entry(by, 'api-key.revoked', { subject: id })),
    auditLog: (tenantId, options) => store.auditLog(tenantId, options),
    async setPicture(by, bytes) {
      if (by.kind !== 'user')
        throw new AppError('forbidden', 'A key has no picture.', {
          publicMessage: 'Only people have a picture.',
        });
      const picture = bytes && { id: newSecret(), bytes };
      const action = picture ? 'user.picture-set' : 'user.picture-removed';
      await store.setPicture(tenantId, by.person.id, picture, entry(by, action, { subject: by.person.id }));
    },
    picture: (tenantId, id) => store.picture(tenantId, id),
    setAway: (by, away) => store.setAway(tenantId, by.person.id, away),
    audit: (by, { action, ...facts }) => store.audit(tenantId, entry(by, action, facts)),
  };
}

function normalEmail(email: string): string {
  return email.trim().toLowerCase().normalize('NFC');
}

function isStale(at: string | undefined, now: Date): boolean {
  return at === undefined || now.getTime() - Date.parse(at) > touchEveryMs;
}
