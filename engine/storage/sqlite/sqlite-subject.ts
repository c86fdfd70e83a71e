// One person's rows in the database file, found and erased by its schema: whatever table a later version adds is looked through, too.
// For a process of its own: it works on the thread that calls it.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';

/** Whose address stands where. */
export interface AddressTest {
  isIn(text: string): boolean;
  is(text: string): boolean;
  covered(text: string): string;
}

export interface FoundRow {
  readonly table: string;
  readonly rowKey: Readonly<Record<string, SQLInputValue>>;
  /** Absent: it belongs to no conversation. */
  readonly conversationId?: string;
  readonly columns: readonly string[];
  /** A field holds an address and nothing else. */
  readonly isIdentity: boolean;
}

export interface FoundRows {
  /** Conversations that are the person's: an address is all that a field holds, or the customer wrote it and left no other one. */
  readonly own: readonly string[];
  /** Rows of others that hold an address. */
  readonly mentions: readonly FoundRow[];
  /** Rows of the team's own accounts and of the audit log: they are not the desk's to erase. */
  readonly team: readonly FoundRow[];
}

export interface SubjectTables extends Disposable {
  find(test: AddressTest): FoundRows;
  /** Ids of conversations for which `test` of any text in them is true. */
  conversationsWith(test: (text: string) => boolean): string[];
  /** What `find` finds in all texts but those of the team. */
  collect(find: (text: string) => readonly string[]): Set<string>;
  /** Whether `test` is true of any text in the database. */
  holds(test: (text: string) => boolean): boolean;
  /** All rows of the conversation, by table, without secrets. */
  rowsOf(conversationId: string): Record<string, Record<string, unknown>[]>;
  cellsOf(row: FoundRow): Record<string, unknown>;
  /** Returns how many rows went, by table. Those that are gone already count nothing. */
  deleteConversations(ids: readonly string[]): Record<string, number>;
  /** Removes rows that say who somebody is and belong to no conversation; covers the addresses in the others: a bot's answer that held one is no longer kept piece by piece. Returns how many rows were changed. */
  cover(rows: readonly FoundRow[], test: AddressTest): number;
  /** Writes the file anew, so that no byte of what was deleted is left in it. Rejects with `busy` if others use it too long. */
  rewrite(options?: CallOptions): Promise<void>;
}

/** Of the team: who works here, and what they did. */
const teamTables = new Set(['users', 'user_pictures', 'sessions', 'password_links', 'api_keys', 'audit']);
const secretColumns = new Set(['token_hash', 'password_hash', 'totp_key']);
const writeWaitMs = 30_000;
const retryMs = 100;

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** The column that names the conversation. */
  readonly conversation: string | undefined;
}

type Row = Record<string, SQLInputValue>;

/** Of a file that was migrated before. */
export function openSubjectTables(path: string): SubjectTables {
  const database = new DatabaseSync(path, { timeout: writeWaitMs, enableForeignKeyConstraints: true });
  database.exec('PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY');
  const tables = readTables(database);
  const all = ({ name }: Table) =>
    database.prepare(`SELECT * FROM ${quoted(name)}`).iterate() as Iterable<Row>;
  const textsOf = ({ columns }: Table, row: Row) =>
    columns.flatMap((column) => {
      const value = row[column];
      return typeof value === 'string' ? [[column, value] as const] : [];
    });
  const inTransaction = <Result>(work: () => Result): Result => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    find(test) {
      const own = new Set<string>();
      const said = new Set<string>();
      const contacts = new Map<string, string[]>();
      const mentions: FoundRow[] = [];
      const team: FoundRow[] = [];
      for (const table of tables) {
        for (const row of all(table)) {
          const texts = textsOf(table, row);
          const conversationId = conversationOf(table, row);
          const contact = contactIn(texts);
          if (conversationId && contact)
            contacts.set(conversationId, [...(contacts.get(conversationId) ?? []), contact]);
          const found = texts.filter(([, text]) => test.isIn(text));
          if (found.length === 0) continue;
          const hit: FoundRow = {
            table: table.name,
            rowKey: Object.fromEntries(table.key.map((column) => [column, row[column]!])),
            columns: found.map(([column]) => column),
            isIdentity: found.some(([, text]) => test.is(text)),
            ...(conversationId ? { conversationId } : {}),
          };
          if (teamTables.has(table.name)) {
            team.push(hit);
            continue;
          }
          mentions.push(hit);
          if (!conversationId) continue;
          if (hit.isIdentity || (contact !== undefined && test.is(contact))) own.add(conversationId);
          if (found.some(([, text]) => isByCustomer(text))) said.add(conversationId);
        }
      }
      for (const id of said) if ((contacts.get(id) ?? []).every((contact) => test.is(contact))) own.add(id);
      return {
        own: [...own],
        mentions: mentions.filter(({ conversationId }) => !conversationId || !own.has(conversationId)),
        team,
      };
    },

    conversationsWith(test) {
      const found = new Set<string>();
      for (const table of tables) {
        if (!table.conversation || teamTables.has(table.name)) continue;
        for (const row of all(table)) {
          const id = conversationOf(table, row);
          if (id && !found.has(id) && textsOf(table, row).some(([, text]) => test(text))) found.add(id);
        }
      }
      return [...found];
    },

    collect(find) {
      const found = new Set<string>();
      for (const table of tables) {
        if (teamTables.has(table.name)) continue;
        for (const row of all(table))
          for (const [, text] of textsOf(table, row)) for (const one of find(text)) found.add(one);
      }
      return found;
    },

    holds: (test) =>
      tables.some((table) =>
        someRow(all(table), (row) => textsOf(table, row).some(([, text]) => test(text))),
      ),

    rowsOf(conversationId) {
      return Object.fromEntries(
        tables.flatMap((table) => {
          if (!table.conversation) return [];
          const rows = database
            .prepare(`SELECT * FROM ${quoted(table.name)} WHERE ${quoted(table.conversation)} = ?`)
            .all(conversationId) as Row[];
          return rows.length > 0 ? [[table.name, rows.map(readable)]] : [];
        }),
      );
    },

    cellsOf({ table, rowKey, columns }) {
      const { where, values } = whereOf(rowKey);
      const row = database.prepare(`SELECT * FROM ${quoted(table)} WHERE ${where}`).get(...values) as
        | Row
        | undefined;
      return row ? readable(Object.fromEntries(columns.map((column) => [column, row[column]!]))) : {};
    },

    deleteConversations: (ids) =>
      inTransaction(() => {
        const counts: Record<string, number> = {};
        // Rows that refer to a conversation go before it.
        const ordered = tables
          .filter(({ conversation }) => conversation)
          .sort((a, b) => Number(a.name === 'conversations') - Number(b.name === 'conversations'));
        for (const { name, conversation } of ordered) {
          const statement = database.prepare(
            `DELETE FROM ${quoted(name)} WHERE ${quoted(conversation!)} = ?`,
          );
          for (const id of ids) {
            const changes = Number(statement.run(id).changes);
            if (changes > 0) counts[name] = (counts[name] ?? 0) + changes;
          }
        }
        return counts;
      }),

    cover: (rows, test) =>
      inTransaction(() => {
        for (const { table, rowKey, columns, isIdentity, conversationId } of rows) {
          const { where, values } = whereOf(rowKey);
          if (isIdentity && conversationId === undefined) {
            database.prepare(`DELETE FROM ${quoted(table)} WHERE ${where}`).run(...values);
            continue;
          }
          const row = database.prepare(`SELECT * FROM ${quoted(table)} WHERE ${where}`).get(...values) as
            | Row
            | undefined;
          if (!row) continue;
          const changed = columns.map((column) => [column, test.covered(String(row[column]))] as const);
          const set = changed.map(([column]) => `${quoted(column)} = ?`).join(', ');
          database
            .prepare(`UPDATE ${quoted(table)} SET ${set} WHERE ${where}`)
            .run(...changed.map(([, text]) => text), ...values);
          if (table === 'journal') dropPieces(database, row);
        }
        return rows.length;
      }),

    async rewrite({ signal } = {}) {
      const until = performance.now() + writeWaitMs;
      for (;;) {
        signal?.throwIfAborted();
        if (isRewritten(database)) return;
        if (performance.now() > until)
          throw new AppError(
            'busy',
            `What was erased is out of sight in ${path}, but bytes of it are left: another program, such as a backup, has been reading the file for ${writeWaitMs / 1000} s. Run the same command again when that has ended.`,
          );
        await sleep(retryMs, undefined, { signal });
      }
    },

    [Symbol.dispose]() {
      database.close();
    },
  };
}

function someRow(rows: Iterable<Row>, test: (row: Row) => boolean): boolean {
  for (const row of rows) if (test(row)) return true;
  return false;
}

/** `VACUUM` leaves nothing of deleted rows, and an emptied log nothing of pages as they were. */
function isRewritten(database: DatabaseSync): boolean {
  try {
    database.exec('VACUUM');
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    return busy === 0;
  } catch (error) {
    if (error instanceof Error && /locked|busy/i.test(error.message)) return false;
    throw error;
  }
}

function readTables(database: DatabaseSync): Table[] {
  const names = database
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all() as { name: string }[];
  return names.map(({ name }) => {
    const columns = database.prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid').all(name) as {
      name: string;
      pk: number;
    }[];
    const all = columns.map((column) => column.name);
    const key = columns.filter(({ pk }) => pk > 0).map((column) => column.name);
    return {
      name,
      columns: all,
      key: key.length > 0 ? key : all,
      conversation: name === 'conversations' ? 'id' : all.find((column) => column === 'conversation_id'),
    };
  });
}

function conversationOf({ conversation }: Table, row: Row): string | undefined {
  return conversation === undefined ? undefined : String(row[conversation]);
}

/** The address that a customer left for replies: the field of a hand-over, or the event that says so. */
function contactIn(texts: readonly (readonly [string, string])[]): string | undefined {
  for (const [column, text] of texts) {
    if (column === 'email') return text;
    if (column === 'event' && text.includes('"contact-given"')) {
      const { type, email } = JSON.parse(text) as { type?: string; email?: string };
      if (type === 'contact-given' && email) return email;
    }
  }
  return undefined;
}

function isByCustomer(text: string): boolean {
  return text.startsWith('{"type":"customer-message"');
}

/** Of an answer whose end was changed: its text came in pieces, and an address may be cut by them. */
function dropPieces(database: DatabaseSync, row: Row): void {
  const event = String(row.event);
  if (!event.startsWith('{"type":"answer-end"')) return;
  const { message } = JSON.parse(event) as { message: { id: string } };
  database
    .prepare(
      `UPDATE journal SET event = json_set(event, '$.text', '') WHERE conversation_id = ?
       AND event ->> '$.type' = 'answer-delta' AND event ->> '$.messageId' = ?`,
    )
    .run(row.conversation_id!, message.id);
}

function readable(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (secretColumns.has(name)) return [];
      if (value instanceof Uint8Array) return [[name, Buffer.from(value).toString('base64')]];
      return [[name, name === 'event' && typeof value === 'string' ? JSON.parse(value) : value]];
    }),
  );
}

function whereOf(key: Readonly<Record<string, SQLInputValue>>) {
  return {
    where: Object.keys(key)
      .map((column) => `${quoted(column)} IS ?`)
      .join(' AND '),
    values: Object.values(key),
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
