import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ChainHead, headText, parseHead } from '#core/audit-chain.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from './sqlite-conversation-store.ts';
import { migrate } from './sqlite-migrations.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newPath = () => join(folder, `${count++}.db`);
/** The number of the step before audit entries were chained. */
const unchained = 7;

const day = (number: number) => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

async function withLog<Result>(
  path: string,
  use: (access: ReturnType<typeof openSqliteConversationStore>['access']) => Promise<Result>,
): Promise<Result> {
  const store = openSqliteConversationStore(path);
  try {
    return await use(store.access);
  } finally {
    await store.close();
  }
}

async function filled(path: string, entries: number): Promise<ChainHead> {
  return withLog(path, async (access) => {
    for (let number = 0; number < entries; number++)
      await access.audit(defaultTenant, {
        at: day(number),
        actor: 'system',
        action: 'test.done',
        ...(number % 2 ? { subject: `s${number}` } : { details: { b: '2', a: `${number}` } }),
      });
    return (await access.auditHead(defaultTenant))!;
  });
}

const verified = (path: string, expected?: ChainHead) =>
  withLog(path, (access) => access.verifyAudit(defaultTenant, expected));

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('the audit log as a chain', () => {
  it('is intact as it was written, and says its head', async () => {
    const path = newPath();
    const head = await filled(path, 5);
    expect(await verified(path)).toEqual({ intact: true, entries: 5, head });
    expect(parseHead(headText(head))).toEqual(head);
    expect(parseHead('5:nothing')).toBeUndefined();
  });

  it('names the first entry that was changed, removed or put in', async () => {
    const path = newPath();
    await filled(path, 9);
    const edits = {
      changed: ["UPDATE audit SET actor = 'nobody' WHERE position = 4", 4],
      removed: ['DELETE FROM audit WHERE position = 4', 5],
      beheaded: ['DELETE FROM audit WHERE position < 3', 3],
      swapped: [
        'UPDATE audit SET position = 99 WHERE position = 4; UPDATE audit SET position = 4 WHERE position = 5; UPDATE audit SET position = 5 WHERE position = 99',
        4,
      ],
      inserted: [
        'INSERT INTO audit SELECT 100, tenant_id, at, actor, action, subject, details, hash FROM audit WHERE position = 2',
        100,
      ],
    } as const;
    for (const [sql, position] of Object.values(edits)) {
      const copy = newPath();
      change(path, `VACUUM INTO '${copy}'`);
      change(copy, sql);
      expect(await verified(copy)).toMatchObject({ intact: false, position });
    }
  });

  it('shows by a head that was noted that the newest entries were cut off, or all was written anew', async () => {
    const path = newPath();
    const head = await filled(path, 4);
    change(path, 'DELETE FROM audit WHERE position = 4');
    expect(await verified(path)).toMatchObject({ intact: true, entries: 3 });
    expect(await verified(path, head)).toMatchObject({ intact: false, position: 4 });
    await filled(path, 2);
    expect(await verified(path)).toMatchObject({ intact: true });
    expect(await verified(path, head)).toMatchObject({ intact: false, position: 4 });
  });

  it('finds any single change of any entry', async () => {
    const path = newPath();
    await filled(path, 6);
    const columns = ['at', 'actor', 'action', 'subject', 'details', 'tenant_id'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...columns),
        fc.integer({ min: 1, max: 6 }),
        async (column, position) => {
          const copy = newPath();
          change(path, `VACUUM INTO '${copy}'`);
          const value = column === 'details' ? `'{"c":"3"}'` : `'other'`;
          change(copy, `UPDATE audit SET ${column} = ${value} WHERE position = ${position}`);
          const finding = await verified(copy, { position: 6, hash: (await head(path)).hash });
          expect(finding.intact).toBe(false);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('chains what a version before it has written', async () => {
    const path = newPath();
    const old = new DatabaseSync(path);
    migrate(old, { until: unchained });
    for (let number = 1; number <= 3; number++)
      old.exec(
        `INSERT INTO audit (tenant_id, at, actor, action, details) VALUES ('default', '${day(number)}', 'system', 'old', '{"a":"${number}"}')`,
      );
    old.close();
    expect(await verified(path)).toMatchObject({ intact: true, entries: 3 });
    await filled(path, 1);
    expect(await verified(path)).toMatchObject({ intact: true, entries: 4 });
    change(path, "UPDATE audit SET action = 'new' WHERE position = 2");
    expect(await verified(path)).toMatchObject({ intact: false, position: 2 });
  });

  it('goes on behind what retention took, which an entry says', async () => {
    const path = newPath();
    const head = await filled(path, 10);
    const prune = (before: string) =>
      withLog(path, (access) => access.pruneAudit(defaultTenant, before, { at: day(50), actor: 'system' }));
    expect(await withLog(path, (access) => access.countAudit(defaultTenant, day(6)))).toEqual({
      old: 6,
      all: 10,
    });
    expect(await prune(day(6))).toBe(6);
    expect(await verified(path, head)).toMatchObject({ intact: true, entries: 5 });
    expect(await prune(day(6))).toBe(0);
    await filled(path, 2);
    expect(await prune(day(80))).toBe(6);
    expect(await verified(path)).toMatchObject({ intact: true, entries: 2 });
    change(path, 'DELETE FROM audit WHERE position = (SELECT min(position) FROM audit)');
    expect(await verified(path)).toMatchObject({ intact: false });
  });
});

const head = (path: string) => withLog(path, async (access) => (await access.auditHead(defaultTenant))!);
