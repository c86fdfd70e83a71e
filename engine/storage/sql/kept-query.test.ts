import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { createNodeSqliteDialect } from '../sqlite/node-sqlite-dialect.ts';
import type { ConversationTables } from './conversation-tables.ts';
import { keptQuery } from './kept-query.ts';

function open(settings: string) {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE team_settings (tenant_id TEXT, settings TEXT)');
  database.prepare('INSERT INTO team_settings VALUES (?, ?), (?, ?)').run('a', settings, 'b', 'of b');
  return new Kysely<ConversationTables>({ dialect: createNodeSqliteDialect(database) });
}

it('puts a query together once for each database, and runs it with the values of each call', async () => {
  let built = 0;
  const settingsOf = keptQuery((tables, asked: { readonly tenantId: string; readonly limit: number }) => {
    built += 1;
    return tables
      .selectFrom('team_settings')
      .select('settings')
      .where('tenant_id', '=', asked.tenantId as never)
      .where('settings', '<>', 'not this')
      .limit(asked.limit);
  });
  const [one, other] = [open('of a'), open('of another')];
  const asked = await Promise.all([
    settingsOf(one, { tenantId: 'a', limit: 1 }),
    settingsOf(one, { tenantId: 'b', limit: 1 }),
    settingsOf(one, { tenantId: 'b', limit: 0 }),
    one.transaction().execute((tables) => settingsOf(tables, { tenantId: 'a', limit: 1 })),
    settingsOf(other, { tenantId: 'a', limit: 1 }),
  ]);
  expect(asked.map((rows) => rows.map(({ settings }) => settings))).toEqual([
    ['of a'],
    ['of b'],
    [],
    ['of a'],
    ['of another'],
  ]);
  expect(built).toBe(2);
  await Promise.all([one.destroy(), other.destroy()]);
});
