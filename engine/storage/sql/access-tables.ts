// The tables of users, sessions and keys as the queries see them.
import type { Generated, Selectable } from 'kysely';
import type { ApiKey, Permission, Role, Session, User } from '#core/access.ts';
import type { AuditEntry, ChainedEntry } from '#core/audit-chain.ts';
import type { TenantId } from '#core/tenant.ts';

interface UsersTable {
  tenant_id: TenantId;
  id: string;
  email: string;
  name: string;
  role: Role;
  disabled: Generated<number>;
  away: Generated<number>;
  created_at: string;
  last_seen_at: string | null;
  password_hash: string | null;
  totp_key: string | null;
  totp_step: Generated<number>;
  failures: Generated<number>;
  locked_until: string | null;
  /** Of an identity provider: its address, and its name for the person. */
  issuer: string | null;
  issuer_subject: string | null;
  picture: string | null;
}

interface UserPicturesTable {
  tenant_id: TenantId;
  id: string;
  /** WebP. */
  bytes: Uint8Array;
}

interface SessionsTable {
  id: string;
  tenant_id: TenantId;
  user_id: string;
  token_hash: Uint8Array;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  device: string;
  /** Both, or neither: see ProviderProof. */
  sealed_grant: string | null;
  confirmed_at: string | null;
}

interface PasswordLinksTable {
  token_hash: Uint8Array;
  tenant_id: TenantId;
  user_id: string;
  expires_at: string;
}

interface ApiKeysTable {
  id: string;
  tenant_id: TenantId;
  name: string;
  token_hash: Uint8Array;
  /** Separated by spaces. */
  permissions: string;
  created_at: string;
  created_by: string;
  last_used_at: string | null;
}

interface AuditTable {
  position: Generated<number>;
  tenant_id: TenantId;
  at: string;
  actor: string;
  action: string;
  subject: string | null;
  /** JSON. */
  details: string | null;
  /** Of this entry and the one before, see core/audit-chain.ts. */
  hash: string;
}

export interface AccessTables {
  users: UsersTable;
  user_pictures: UserPicturesTable;
  sessions: SessionsTable;
  password_links: PasswordLinksTable;
  api_keys: ApiKeysTable;
  audit: AuditTable;
}

export function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    email: row.email,
    name: row.name,
    role: row.role,
    disabled: row.disabled !== 0,
    hasSecondFactor: row.totp_key !== null,
    away: row.away !== 0,
    ...(row.picture === null ? {} : { picture: row.picture }),
    createdAt: row.created_at,
    ...(row.last_seen_at === null ? {} : { lastSeenAt: row.last_seen_at }),
  };
}

export function toSession(row: Selectable<SessionsTable>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    device: row.device,
  };
}

export function toApiKey(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    id: row.id,
    name: row.name,
    permissions: row.permissions.split(' ').filter(Boolean) as Permission[],
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}

export function auditColumns(
  tenantId: TenantId,
  { at, actor, action, subject, details }: AuditEntry,
  hash: string,
) {
  return {
    hash,
    tenant_id: tenantId,
    at,
    actor,
    action,
    subject: subject ?? null,
    details: details ? JSON.stringify(details) : null,
  };
}

export function toAuditEntry(row: Selectable<AuditTable>): ChainedEntry {
  return {
    position: row.position,
    hash: row.hash,
    at: row.at,
    actor: row.actor,
    action: row.action,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.details === null ? {} : { details: JSON.parse(row.details) }),
  };
}
