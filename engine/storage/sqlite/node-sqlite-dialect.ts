// Kysely over Node's own SQLite: its SQLite dialect speaks to better-sqlite3, whose interface differs in a few names.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { LRUCache } from 'lru-cache';

/** A statement is prepared once. Those with lists differ in length, so their number has to end somewhere. */
const keptStatements = 200;

/** Destroying the Kysely instance closes the database. */
export function createNodeSqliteDialect(database: DatabaseSync): Dialect {
  const statements = new LRUCache<string, SqliteStatement>({ max: keptStatements });
  const betterSqlite: SqliteDatabase = {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql) ?? prepare(database, sql);
      statements.set(sql, known);
      return known;
    },
  };
  const dialect = new SqliteDialect({ database: betterSqlite });
  return {
    createDriver: () => new ImmediateDriver(database, betterSqlite),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
}

function prepare(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, betterSqlite: SqliteDatabase) {
    super({ database: betterSqlite });
    this.#database = database;
  }

  /** Transactions are for writing: another writer is met here, where nothing is lost by beginning again. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // Some failures (a full disk) have rolled back already.
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}
