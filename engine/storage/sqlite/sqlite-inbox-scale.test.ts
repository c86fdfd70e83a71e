// Ten thousand conversations: what a page of the inbox costs must not grow with them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CompiledQuery, Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FiguresStore } from '#core/figures.ts';
import type { InboxStore, InboxView } from '#core/inbox.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import type { ConversationTables } from '../sql/conversation-tables.ts';
import type { SqlBackend } from '../sql/sql-backend.ts';
import { createSqlFiguresStore } from '../sql/sql-figures-store.ts';
import { createSqlInboxStore } from '../sql/sql-inbox-store.ts';
import { createNodeSqliteDialect } from './node-sqlite-dialect.ts';
import { messageField, openSqliteConversationStore } from './sqlite-conversation-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-scale-'));
const path = join(folder, 'conversations.db');
/** Written by the store; the others are copies of their rows, each a second later: durable writes of them all would take minutes. */
const written = 100;
const conversations = 10_000;
const personId = 'mia';

function copyRows(database: DatabaseSync): void {
  const columnsOf = (table: string) =>
    database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name));
  database.exec(`CREATE TEMP TABLE copies AS
    WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ${conversations / written - 1})
    SELECT copy FROM copies`);
  for (const [table, id] of [
    ['conversations', 'id'],
    ['journal', 'conversation_id'],
    ['handoffs', 'conversation_id'],
  ] as const) {
    const columns = columnsOf(table).filter((name) => name !== 'position');
    const later = (name: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${name}, copy || ' seconds')`;
    const values = columns.map((name) =>
      name === id
        ? `${name} || '-' || copy`
        : ['updated_at', 'waiting_since'].includes(name)
          ? later(name)
          : name,
    );
    database.exec(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table}, temp.copies`,
    );
  }
}

describe('an inbox of ten thousand conversations', () => {
  const queries: CompiledQuery[] = [];
  let database: DatabaseSync;
  let inbox: InboxStore;
  let figures: FiguresStore;

  beforeAll(async () => {
    const store = openSqliteConversationStore(path);
    for (let count = 0; count < written; count++) {
      const key = inDefaultTenant((await store.create(defaultTenant)).conversation.id);
      const message = { id: `message-${count}`, author: 'customer', text: 'Hello', createdAt: '' } as const;
      await store.addMessage(key, message, `answer-${count}`);
      if (count % 4 > 0) await store.recordHandoff(key, { reason: 'unanswered' });
      if (count % 4 === 2)
        await store.changeHandling(key, (handling) => ({
          handling: { ...handling, state: 'person', owner: { id: personId, name: 'Mia' } },
        }));
    }
    await store.close();
    database = new DatabaseSync(path);
    copyRows(database);
    const tables = new Kysely<ConversationTables>({
      dialect: createNodeSqliteDialect(database),
      log: ({ query }) => void queries.push(query),
    });
    inbox = createSqlInboxStore({ tables } as SqlBackend);
    figures = createSqlFiguresStore({ tables, messageField } as SqlBackend);
  });
  afterAll(() => {
    database?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const planOf = ({ sql, parameters }: CompiledQuery) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...(parameters as string[]))
      .map(({ detail }) => String(detail));

  it.each([
    ['waiting', 'conversations_waiting'],
    ['unassigned', 'conversations_waiting'],
    ['mine', 'conversations_of_owner'],
    ['unread', 'conversations_unread'],
    ['snoozed', 'conversations_newest'],
    ['bot', 'conversations_by_update'],
    ['resolved', 'conversations_by_update'],
    ['all', 'conversations_newest'],
  ] as const)('reads a page of "%s" from an index, in its order', async (view: InboxView, index) => {
    const page = { tenantId: defaultTenant, view, personId, limit: 50 };
    const { next } = await inbox.inbox(page);
    if (next !== undefined) await inbox.inbox({ ...page, after: next });
    const asked = queries.splice(0);
    expect(asked).toHaveLength(next === undefined ? 1 : 2);
    for (const query of asked) {
      const plan = planOf(query);
      expect(plan[0]).toContain(`INDEX ${index} `);
      expect(plan.filter((step) => step.startsWith('SCAN'))).toEqual([]);
      // Rows of one and the same instant alone are sorted.
      expect(plan).not.toContain('USE TEMP B-TREE FOR ORDER BY');
    }
  });

  it('reads what is counted from indexes, and of the journal the messages alone', async () => {
    queries.splice(0);
    for await (const _portion of figures.caseFacts(defaultTenant, '2100-01-01')) break;
    for await (const _portion of figures.caseFacts(defaultTenant, '')) break;
    const plans = queries.splice(0).map((query) => planOf(query)[0]);
    expect(plans.length).toBeGreaterThan(5);
    expect(plans.filter((step) => step?.startsWith('SCAN'))).toEqual([]);
    expect(plans.filter((step) => step?.includes('journal'))).toEqual([
      expect.stringContaining('INDEX journal_messages '),
    ]);
  });

  it('gives every page, and no conversation twice', async () => {
    const seen = new Set<string>();
    let after: string | undefined;
    do {
      const page = await inbox.inbox({
        tenantId: defaultTenant,
        view: 'all',
        personId,
        limit: 100,
        ...(after === undefined ? {} : { after }),
      });
      for (const { conversationId } of page.items) seen.add(conversationId);
      after = page.next;
    } while (after !== undefined);
    expect(seen.size).toBe(conversations);
  });
});
