// What one SQL database does its own way; the queries of all stores are the same.
import type { Kysely, RawBuilder, SqlBool, Transaction } from 'kysely';
import type { Erasure } from '#core/stores.ts';
import type { ConversationTables } from './conversation-tables.ts';

export interface SqlBackend {
  readonly tables: Kysely<ConversationTables>;
  /** Runs `work` in one transaction; begins it again by itself when that is how the database wants it. */
  transaction<Result>(work: (tables: Transaction<ConversationTables>) => Promise<Result>): Promise<Result>;
  /** Resolves when everything committed before the call survives a power cut. */
  durable(): Promise<void>;
  /** What a text column is set to when its text has to go. */
  overwritten(column: string): RawBuilder<string>;
  /** Whether the text of a journal entry's message holds the words, in any case. */
  messageContains(words: string): RawBuilder<SqlBool>;
  /** What a journal entry's message has under this name. */
  messageField(name: 'author' | 'createdAt' | 'decision'): RawBuilder<string | null>;
  /** Resolves when what was overwritten and deleted is gone from the files, or after a while. */
  erase(): Promise<Erasure>;
  close(): Promise<void>;
}
