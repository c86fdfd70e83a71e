// Who of the team may do what: one total table. `authorize` stands in every route; there is no other place that decides.
import type { AuditEntry, ChainedEntry, ChainFinding, ChainHead } from './audit-chain.ts';
import { AppError } from './errors.ts';
import type { Person } from './handling.ts';
import type { TenantId } from './tenant.ts';

export const roles = ['admin', 'editor', 'agent', 'viewer'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  /** See conversations, their notes and who looks after them. */
  'inbox:read',
  /** Take over, reply, note, give back. */
  'inbox:work',
  /** Act on what another person owns, and assign it. */
  'inbox:lead',
  /** Articles, sources, answer cards. */
  'knowledge:read',
  'knowledge:edit',
  /** Ask and get an answer that nobody stores: `/v1/chat/completions`, a test question. */
  'answers:ask',
  'users:manage',
  'settings:manage',
  'audit:read',
] as const;
export type Permission = (typeof permissions)[number];

export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  admin: permissions,
  editor: ['inbox:read', 'inbox:work', 'inbox:lead', 'knowledge:read', 'knowledge:edit', 'answers:ask'],
  agent: ['inbox:read', 'inbox:work', 'knowledge:read', 'answers:ask'],
  viewer: ['inbox:read', 'knowledge:read', 'answers:ask'],
};

/** Who makes a request: somebody who signed in, or a script with a key. */
export interface Principal {
  readonly tenantId: TenantId;
  readonly kind: 'user' | 'api-key';
  readonly person: Person;
  readonly permissions: ReadonlySet<Permission>;
  /** Of a user's session. */
  readonly sessionId?: string;
}

/** Throws `not-signed-in` for nobody and `forbidden` for somebody who may not. */
export function authorize(principal: Principal | undefined, permission: Permission): Principal {
  if (!principal) throw new AppError('not-signed-in', 'Nobody is signed in.');
  if (!principal.permissions.has(permission))
    throw new AppError('forbidden', `${principal.kind} ${principal.person.id} lacks ${permission}.`, {
      publicMessage: 'Your role does not allow this.',
    });
  return principal;
}

export interface User {
  readonly id: string;
  readonly tenantId: TenantId;
  /** Lower case; unique within the tenant. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly hasSecondFactor: boolean;
  /** They said that they take no new conversations now. */
  readonly away: boolean;
  /** Names their picture; another picture has another name. */
  readonly picture?: string;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly lastSeenAt?: string;
}

/** What signing in needs to know and nobody else. */
export interface Credentials {
  /** Argon2id, PHC string. Absent for who signs in elsewhere. */
  readonly passwordHash?: string;
  /** Base32 of the TOTP key (RFC 6238), once confirmed. */
  readonly totpKey?: string;
  /** The last time step of a code that was accepted: none is accepted twice (RFC 6238, 5.2). */
  readonly totpStep: number;
  readonly failures: number;
  readonly lockedUntil?: string;
}

export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  /** Such as `Firefox on Linux`; at most 200 characters. */
  readonly device: string;
}

/** Of a session that an identity provider let in. */
export interface ProviderProof {
  /** What the provider is asked with again; opened with the session's token alone. */
  readonly sealedGrant: string;
  /** When it last let them in. */
  readonly confirmedAt: string;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lastUsedAt?: string;
}

/** A link that lets its holder set a password once: of an invitation, or for who lost theirs. */
export interface PasswordLink {
  readonly userId: string;
  readonly expiresAt: string;
}

/** The address of an identity provider, and its unchanging name for a person. */
export interface ProviderIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** Tokens are never kept, only their SHA-256. */
export interface AccessStore {
  /** Throws `conflict` if the address has an account already. */
  createUser(user: User, audit: AuditEntry): Promise<void>;
  user(tenantId: TenantId, id: string): Promise<User | undefined>;
  userByEmail(tenantId: TenantId, email: string): Promise<User | undefined>;
  users(tenantId: TenantId): Promise<User[]>;
  /**
   * Throws `not-found`, or `conflict` if no admin who may sign in would be left. Disabling or a new role ends the user's sessions in the
   * same transaction.
   */
  updateUser(
    tenantId: TenantId,
    id: string,
    change: Partial<Pick<User, 'name' | 'role' | 'disabled'>>,
    audit: AuditEntry,
  ): Promise<User>;
  /** Who signs in at a provider under this name. */
  userByIdentity(tenantId: TenantId, identity: ProviderIdentity): Promise<User | undefined>;
  /** False if the account is linked to another name already. */
  linkIdentity(
    tenantId: TenantId,
    userId: string,
    identity: ProviderIdentity,
    audit: AuditEntry,
  ): Promise<boolean>;
  touchUser(tenantId: TenantId, id: string, at: string): Promise<void>;
  setAway(tenantId: TenantId, id: string, away: boolean): Promise<void>;
  /** In place of the one before, which is gone then; undefined takes it away. `bytes`: WebP. */
  setPicture(
    tenantId: TenantId,
    userId: string,
    picture: { readonly id: string; readonly bytes: Uint8Array } | undefined,
    audit: AuditEntry,
  ): Promise<void>;
  picture(tenantId: TenantId, id: string): Promise<Uint8Array | undefined>;
  credentials(tenantId: TenantId, userId: string): Promise<Credentials | undefined>;
  /** `null` removes. A change of password or second factor ends all sessions but `keepSession`. */
  setCredentials(
    tenantId: TenantId,
    userId: string,
    change: {
      readonly passwordHash?: string;
      readonly totpKey?: string | null;
      readonly keepSession?: string;
    },
    audit: AuditEntry,
  ): Promise<void>;
  /** Counts a failure; from `lockAfter` on the account is locked until `lockedUntil`. */
  signInFailed(tenantId: TenantId, userId: string, lock: { after: number; until: string }): Promise<void>;
  /** Forgets failures. False if a code of this time step was used before: then nobody is signed in. */
  signInSucceeded(tenantId: TenantId, userId: string, totpStep?: number): Promise<boolean>;

  createSession(
    tenantId: TenantId,
    session: Session,
    tokenHash: Uint8Array,
    proof?: ProviderProof,
  ): Promise<void>;
  /** Undefined when it has ended, or its user may not sign in any more. */
  sessionByToken(
    tokenHash: Uint8Array,
    now: string,
  ): Promise<{ session: Session; user: User; proof?: ProviderProof } | undefined>;
  confirmSession(id: string, proof: ProviderProof): Promise<void>;
  touchSession(id: string, at: string): Promise<void>;
  sessions(tenantId: TenantId, userId: string, now: string): Promise<Session[]>;
  /** False if the user has no such session. */
  endSession(tenantId: TenantId, userId: string, id: string): Promise<boolean>;

  createPasswordLink(tenantId: TenantId, link: PasswordLink, tokenHash: Uint8Array): Promise<void>;
  /** Takes the link: it works once. */
  takePasswordLink(
    tokenHash: Uint8Array,
    now: string,
  ): Promise<{ tenantId: TenantId; userId: string } | undefined>;
  /** Without taking it. */
  findPasswordLink(
    tokenHash: Uint8Array,
    now: string,
  ): Promise<{ tenantId: TenantId; userId: string } | undefined>;

  createApiKey(tenantId: TenantId, key: ApiKey, tokenHash: Uint8Array, audit: AuditEntry): Promise<void>;
  apiKeyByToken(tokenHash: Uint8Array): Promise<{ tenantId: TenantId; key: ApiKey } | undefined>;
  touchApiKey(id: string, at: string): Promise<void>;
  apiKeys(tenantId: TenantId): Promise<ApiKey[]>;
  revokeApiKey(tenantId: TenantId, id: string, audit: AuditEntry): Promise<boolean>;

  audit(tenantId: TenantId, entry: AuditEntry): Promise<void>;
  /** Newest first. */
  auditLog(tenantId: TenantId, options: { limit: number; before?: number }): Promise<ChainedEntry[]>;
  /** Whether the log is as it was written, see audit-chain.ts. `expected`: a head that was noted before. */
  verifyAudit(tenantId: TenantId, expected?: ChainHead): Promise<ChainFinding>;
  /** The newest entry; undefined while there is none. */
  auditHead(tenantId: TenantId): Promise<ChainHead | undefined>;
  /** How many entries are older than `before`, at whose first one the log would begin. */
  countAudit(tenantId: TenantId, before: string): Promise<{ readonly old: number; readonly all: number }>;
  /** Removes entries older than `before`, up to the first that is not, and notes with `audit` what went. Returns how many. */
  pruneAudit(tenantId: TenantId, before: string, audit: Omit<AuditEntry, 'action'>): Promise<number>;
}
