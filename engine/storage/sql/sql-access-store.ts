// The queries of an AccessStore, the same for every SQL database.
import type { Kysely, Transaction } from 'kysely';
import type { AccessStore, ProviderProof } from '#core/access.ts';
import { type AuditEntry, chainHash, firstHash, prunedAction, verifyChain } from '#core/audit-chain.ts';
import { AppError } from '#core/errors.ts';
import type { TenantId } from '#core/tenant.ts';
import {
  type AccessTables,
  auditColumns,
  toApiKey,
  toAuditEntry,
  toSession,
  toUser,
} from './access-tables.ts';

export interface SqlAccessBackend {
  readonly tables: Kysely<AccessTables>;
  transaction<Result>(work: (tables: Transaction<AccessTables>) => Promise<Result>): Promise<Result>;
  durable(): Promise<void>;
}

type Tables = Kysely<AccessTables>;

export function createSqlAccessStore({ tables, transaction, durable }: SqlAccessBackend): AccessStore {
  const userOf = (tables: Tables, tenantId: TenantId, id: string) =>
    tables.selectFrom('users').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id);
  const auditOf = (tables: Tables, tenantId: TenantId) =>
    tables.selectFrom('audit').where('tenant_id', '=', tenantId);
  const auditHead = (tables: Tables, tenantId: TenantId) =>
    auditOf(tables, tenantId)
      .select(['position', 'hash'])
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
  /** Inside a transaction that writes: between reading the newest entry and writing the next, nobody else may write one. */
  async function log(tables: Tables, tenantId: TenantId, entry: AuditEntry): Promise<void> {
    const { hash: previous = firstHash } = (await auditHead(tables, tenantId)) ?? {};
    const hash = chainHash(entry, { previous, tenantId });
    await tables
      .insertInto('audit')
      .values(auditColumns(tenantId, entry, hash))
      .execute();
  }
  const endSessions = (tables: Tables, tenantId: TenantId, userId: string, keep = '') =>
    tables
      .deleteFrom('sessions')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('id', '<>', keep)
      .execute();
  async function written<Result>(
    work: (tables: Transaction<AccessTables>) => Promise<Result>,
  ): Promise<Result> {
    const result = await transaction(work);
    await durable();
    return result;
  }

  return {
    async createUser({ id, tenantId, email, name, role, disabled, createdAt }, audit) {
      await written(async (tables) => {
        const inserted = await tables
          .insertInto('users')
          .values({
            tenant_id: tenantId,
            id,
            email,
            name,
            role,
            disabled: disabled ? 1 : 0,
            created_at: createdAt,
          })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'email']).doNothing())
          .returning('id')
          .executeTakeFirst();
        if (!inserted)
          throw new AppError('conflict', 'The address has an account already.', {
            publicMessage: 'This address has an account already.',
          });
        await log(tables, tenantId, audit);
      });
    },

    async user(tenantId, id) {
      const row = await userOf(tables, tenantId, id).executeTakeFirst();
      return row && toUser(row);
    },

    async userByEmail(tenantId, email) {
      const row = await tables
        .selectFrom('users')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('email', '=', email)
        .executeTakeFirst();
      return row && toUser(row);
    },

    async users(tenantId) {
      const rows = await tables
        .selectFrom('users')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('name')
        .orderBy('id')
        .execute();
      return rows.map(toUser);
    },

    updateUser: (tenantId, id, { name, role, disabled }, audit) =>
      written(async (tables) => {
        const before = await userOf(tables, tenantId, id).executeTakeFirst();
        if (!before) throw new AppError('not-found', 'There is no such user.');
        const row = await tables
          .updateTable('users')
          .set({
            // A change of nothing is none, and no statement either.
            id,
            ...(name === undefined ? {} : { name }),
            ...(role === undefined ? {} : { role }),
            ...(disabled === undefined ? {} : { disabled: disabled ? 1 : 0 }),
          })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        const admin = await tables
          .selectFrom('users')
          .select('id')
          .where('tenant_id', '=', tenantId)
          .where('role', '=', 'admin')
          .where('disabled', '=', 0)
          .limit(1)
          .executeTakeFirst();
        if (!admin)
          throw new AppError('conflict', 'No admin would be left.', {
            publicMessage: 'This is the last admin: make somebody else one first.',
          });
        if (row.role !== before.role || row.disabled !== before.disabled)
          await endSessions(tables, tenantId, id);
        await log(tables, tenantId, audit);
        return toUser(row);
      }),

    async userByIdentity(tenantId, { issuer, subject }) {
      const row = await tables
        .selectFrom('users')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('issuer', '=', issuer)
        .where('issuer_subject', '=', subject)
        .executeTakeFirst();
      return row && toUser(row);
    },

    linkIdentity: (tenantId, userId, { issuer, subject }, audit) =>
      written(async (tables) => {
        const row = await tables
          .updateTable('users')
          .set({ issuer, issuer_subject: subject })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', userId)
          .where('issuer', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (row) await log(tables, tenantId, audit);
        return row !== undefined;
      }),

    async touchUser(tenantId, id, at) {
      await transaction((tables) =>
        tables
          .updateTable('users')
          .set({ last_seen_at: at })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .execute(),
      );
    },

    async setAway(tenantId, id, away) {
      await written((tables) =>
        tables
          .updateTable('users')
          .set({ away: away ? 1 : 0 })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .execute(),
      );
    },

    setPicture: (tenantId, userId, picture, audit) =>
      written(async (tables) => {
        const user = await userOf(tables, tenantId, userId).executeTakeFirst();
        if (!user) throw new AppError('not-found', 'There is no such user.');
        if (user.picture !== null)
          await tables
            .deleteFrom('user_pictures')
            .where('tenant_id', '=', tenantId)
            .where('id', '=', user.picture)
            .execute();
        if (picture)
          await tables
            .insertInto('user_pictures')
            .values({ tenant_id: tenantId, ...picture })
            .execute();
        await tables
          .updateTable('users')
          .set({ picture: picture?.id ?? null })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', userId)
          .execute();
        await log(tables, tenantId, audit);
      }),

    async picture(tenantId, id) {
      const row = await tables
        .selectFrom('user_pictures')
        .select('bytes')
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.bytes;
    },

    async credentials(tenantId, userId) {
      const row = await userOf(tables, tenantId, userId).executeTakeFirst();
      if (!row) return undefined;
      return {
        totpStep: row.totp_step,
        failures: row.failures,
        ...(row.password_hash === null ? {} : { passwordHash: row.password_hash }),
        ...(row.totp_key === null ? {} : { totpKey: row.totp_key }),
        ...(row.locked_until === null ? {} : { lockedUntil: row.locked_until }),
      };
    },

    async setCredentials(tenantId, userId, { passwordHash, totpKey, keepSession }, audit) {
      await written(async (tables) => {
        await tables
          .updateTable('users')
          .set({
            failures: 0,
            locked_until: null,
            ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
            ...(totpKey === undefined ? {} : { totp_key: totpKey, totp_step: 0 }),
          })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', userId)
          .execute();
        await endSessions(tables, tenantId, userId, keepSession);
        await log(tables, tenantId, audit);
      });
    },

    async signInFailed(tenantId, userId, { after, until }) {
      await written(async (tables) => {
        const row = await tables
          .updateTable('users')
          .set(({ eb }) => ({ failures: eb('failures', '+', 1) }))
          .where('tenant_id', '=', tenantId)
          .where('id', '=', userId)
          .returning('failures')
          .executeTakeFirst();
        if (row && row.failures >= after)
          await tables
            .updateTable('users')
            .set({ failures: 0, locked_until: until })
            .where('tenant_id', '=', tenantId)
            .where('id', '=', userId)
            .execute();
      });
    },

    signInSucceeded: (tenantId, userId, totpStep) =>
      written(async (tables) => {
        const row = await tables
          .updateTable('users')
          .set({
            failures: 0,
            locked_until: null,
            ...(totpStep === undefined ? {} : { totp_step: totpStep }),
          })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', userId)
          .where('totp_step', '<', totpStep ?? Number.MAX_SAFE_INTEGER)
          .returning('id')
          .executeTakeFirst();
        return row !== undefined;
      }),

    async createSession(tenantId, session, tokenHash, proof) {
      const { id, userId, createdAt, lastSeenAt, expiresAt, device } = session;
      await written(async (tables) => {
        // Those that ended need no place.
        await tables.deleteFrom('sessions').where('expires_at', '<', createdAt).execute();
        await tables
          .insertInto('sessions')
          .values({
            id,
            tenant_id: tenantId,
            user_id: userId,
            token_hash: tokenHash,
            created_at: createdAt,
            last_seen_at: lastSeenAt,
            expires_at: expiresAt,
            device,
            ...(proof ? proofColumns(proof) : {}),
          })
          .execute();
      });
    },

    async sessionByToken(tokenHash, now) {
      const row = await tables
        .selectFrom('sessions')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      const user = row && (await userOf(tables, row.tenant_id, row.user_id).executeTakeFirst());
      if (!row || !user || user.disabled !== 0) return undefined;
      const { sealed_grant: sealedGrant, confirmed_at: confirmedAt } = row;
      return {
        session: toSession(row),
        user: toUser(user),
        ...(sealedGrant !== null && confirmedAt !== null ? { proof: { sealedGrant, confirmedAt } } : {}),
      };
    },

    async confirmSession(id, proof) {
      await written((tables) =>
        tables.updateTable('sessions').set(proofColumns(proof)).where('id', '=', id).execute(),
      );
    },

    async touchSession(id, at) {
      await transaction((tables) =>
        tables.updateTable('sessions').set({ last_seen_at: at }).where('id', '=', id).execute(),
      );
    },

    async sessions(tenantId, userId, now) {
      const rows = await tables
        .selectFrom('sessions')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId)
        .where('expires_at', '>', now)
        .orderBy('last_seen_at', 'desc')
        .execute();
      return rows.map(toSession);
    },

    endSession: (tenantId, userId, id) =>
      written(async (tables) => {
        const row = await tables
          .deleteFrom('sessions')
          .where('tenant_id', '=', tenantId)
          .where('user_id', '=', userId)
          .where('id', '=', id)
          .returning('id')
          .executeTakeFirst();
        return row !== undefined;
      }),

    async createPasswordLink(tenantId, { userId, expiresAt }, tokenHash) {
      await written(async (tables) => {
        // A new link takes the place of older ones.
        await tables
          .deleteFrom('password_links')
          .where('tenant_id', '=', tenantId)
          .where('user_id', '=', userId)
          .execute();
        await tables
          .insertInto('password_links')
          .values({ token_hash: tokenHash, tenant_id: tenantId, user_id: userId, expires_at: expiresAt })
          .execute();
      });
    },

    takePasswordLink: (tokenHash, now) =>
      written(async (tables) => {
        const row = await tables
          .deleteFrom('password_links')
          .where('token_hash', '=', tokenHash)
          .where('expires_at', '>', now)
          .returning(['tenant_id as tenantId', 'user_id as userId'])
          .executeTakeFirst();
        return row;
      }),

    findPasswordLink: (tokenHash, now) =>
      tables
        .selectFrom('password_links')
        .select(['tenant_id as tenantId', 'user_id as userId'])
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirst(),

    async createApiKey(tenantId, { id, name, permissions, createdAt, createdBy }, tokenHash, audit) {
      await written(async (tables) => {
        await tables
          .insertInto('api_keys')
          .values({
            id,
            tenant_id: tenantId,
            name,
            token_hash: tokenHash,
            permissions: permissions.join(' '),
            created_at: createdAt,
            created_by: createdBy,
          })
          .execute();
        await log(tables, tenantId, audit);
      });
    },

    async apiKeyByToken(tokenHash) {
      const row = await tables
        .selectFrom('api_keys')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst();
      return row && { tenantId: row.tenant_id, key: toApiKey(row) };
    },

    async touchApiKey(id, at) {
      await transaction((tables) =>
        tables.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute(),
      );
    },

    async apiKeys(tenantId) {
      const rows = await tables
        .selectFrom('api_keys')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at')
        .execute();
      return rows.map(toApiKey);
    },

    revokeApiKey: (tenantId, id, audit) =>
      written(async (tables) => {
        const row = await tables
          .deleteFrom('api_keys')
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .returning('id')
          .executeTakeFirst();
        if (row) await log(tables, tenantId, audit);
        return row !== undefined;
      }),

    async audit(tenantId, entry) {
      await written((tables) => log(tables, tenantId, entry));
    },

    async auditLog(tenantId, { limit, before = Number.MAX_SAFE_INTEGER }) {
      const rows = await tables
        .selectFrom('audit')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('position', '<', before)
        .orderBy('position', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toAuditEntry);
    },

    async verifyAudit(tenantId, expected) {
      const rows = await auditOf(tables, tenantId).selectAll().orderBy('position').execute();
      return verifyChain(rows.map(toAuditEntry), { tenantId, expected });
    },

    auditHead: (tenantId) => auditHead(tables, tenantId),

    async countAudit(tenantId, before) {
      const { old, all } = await auditOf(tables, tenantId)
        .select(({ fn, eb }) => [
          fn.countAll<number>().as('all'),
          fn
            .countAll<number>()
            .filterWhere(eb('at', '<', before))
            .as('old'),
        ])
        .executeTakeFirstOrThrow();
      return { old: Number(old), all: Number(all) };
    },

    pruneAudit: (tenantId, before, { details, ...audit }) =>
      written(async (tables) => {
        const first = await auditOf(tables, tenantId)
          .select('position')
          .where('at', '>=', before)
          .orderBy('position')
          .limit(1)
          .executeTakeFirst();
        // The newest entry stays whatever its age: the chain goes on from it.
        const end = first?.position ?? (await auditHead(tables, tenantId))?.position ?? 0;
        const last = await auditOf(tables, tenantId)
          .select(['position', 'hash'])
          .where('position', '<', end)
          .orderBy('position', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (!last) return 0;
        const { numDeletedRows } = await tables
          .deleteFrom('audit')
          .where('tenant_id', '=', tenantId)
          .where('position', '<=', last.position)
          .executeTakeFirstOrThrow();
        const removed = Number(numDeletedRows);
        await log(tables, tenantId, {
          ...audit,
          action: prunedAction,
          details: { ...details, before: last.hash, entries: String(removed) },
        });
        return removed;
      }),
  };
}

function proofColumns({ sealedGrant, confirmedAt }: ProviderProof) {
  return { sealed_grant: sealedGrant, confirmed_at: confirmedAt };
}
