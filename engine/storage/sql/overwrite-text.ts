// Customers' own words: where they stand, and how they go.
import { type Kysely, sql } from 'kysely';
import type { ConversationTables } from './conversation-tables.ts';
import type { SqlBackend } from './sql-backend.ts';

const textColumns = {
  journal: 'event',
  feedback: 'comment',
  handoffs: 'email',
  notes: 'text',
  visitors: 'visitor',
  ratings: 'comment',
  transcripts: 'email',
} as const;

export type TextTable = keyof typeof textColumns;

export interface TextToOverwrite extends Pick<SqlBackend, 'overwritten'> {
  readonly table: TextTable;
  /** Columns that say which rows. */
  readonly row: Readonly<Record<string, string>>;
}

/** True if there was text to overwrite. It is gone from the files once `erase` of the backend has ended. */
export async function overwriteText(
  tables: Kysely<ConversationTables>,
  { table, row, overwritten }: TextToOverwrite,
): Promise<boolean> {
  const column = sql.ref(textColumns[table]);
  const isRow = sql.join(
    Object.entries(row).map(([name, value]) => sql`${sql.ref(name)} = ${value}`),
    sql` AND `,
  );
  const { numAffectedRows = 0n } = await sql`
    UPDATE ${sql.table(table)} SET ${column} = ${overwritten(textColumns[table])}
    WHERE ${isRow} AND ${column} IS NOT NULL`.execute(tables);
  return numAffectedRows > 0n;
}
