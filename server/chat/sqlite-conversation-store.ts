// Conversations in one SQLite file. The journal is the one record of what was said: messages are the entries that carry one.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Conversation, HandoffReason, Message } from '#core/conversation.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEntry, JournalEvent } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';
import { hashToken, newSecret, tokenMatches } from './conversation-secret.ts';
import { journalledAnswer } from './journalled-answer.ts';
import { migrate } from './sqlite-migrations.ts';
import { openWriteAheadLogSync } from './write-ahead-log-sync.ts';

interface ConversationRow {
  readonly id: string;
  readonly created_at: string;
  readonly language: string | null;
  readonly handoff_reason: HandoffReason | null;
  readonly handoff_at: string | null;
  readonly handoff_email: string | null;
}

interface AnswerRow {
  readonly conversation_id: string;
  readonly message_id: string;
  readonly reply_to: string;
  readonly attempts: number;
}

/** Creates the file and its folder if needed. Throws an AppError that says what to do when the file is damaged or of a newer version. */
export function openSqliteConversationStore(
  path: string,
  { now = () => new Date() } = {},
): ConversationStore {
  const database = openDatabase(path);
  const log = openWriteAheadLogSync(`${path}-wal`);
  const prepare = (sql: string) => database.prepare(sql);

  const insertConversation = prepare(
    'INSERT INTO conversations (id, token_hash, created_at, language) VALUES (?, ?, ?, ?)',
  );
  const selectTokenHash = prepare('SELECT token_hash FROM conversations WHERE id = ?');
  const selectConversation = prepare('SELECT * FROM conversations WHERE id = ?');
  const selectMessages = prepare(
    'SELECT event FROM journal WHERE conversation_id = ? AND message_id IS NOT NULL ORDER BY sequence',
  );
  const selectMessage = prepare('SELECT 1 FROM journal WHERE conversation_id = ? AND message_id = ?');
  const selectStoredMessage = prepare(
    `SELECT journal.sequence, answers.message_id FROM journal
     JOIN answers ON answers.conversation_id = journal.conversation_id AND answers.reply_to = journal.message_id
     WHERE journal.conversation_id = ? AND journal.message_id = ?`,
  );
  const insertEntry = prepare(
    `INSERT INTO journal (conversation_id, sequence, message_id, event)
     SELECT id, (SELECT coalesce(max(sequence), 0) + 1 FROM journal WHERE conversation_id = conversations.id), ?, ?
     FROM conversations WHERE id = ? RETURNING sequence`,
  );
  const selectEntries = prepare(
    'SELECT sequence, event FROM journal WHERE conversation_id = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  );
  const insertAnswer = prepare(
    'INSERT INTO answers (conversation_id, message_id, reply_to, promised_at) VALUES (?, ?, ?, ?)',
  );
  const beginAnswer = prepare(
    `UPDATE answers SET state = 'open', attempts = attempts + 1
     WHERE conversation_id = ? AND message_id = ? RETURNING attempts`,
  );
  const setAside = prepare(
    "UPDATE answers SET state = 'set-aside', attempts = 0 WHERE conversation_id = ? AND message_id = ? AND state <> 'ended'",
  );
  const endAnswer = prepare(
    "UPDATE answers SET state = 'ended' WHERE conversation_id = ? AND message_id = ?",
  );
  const selectUnfinished = prepare(
    `SELECT conversation_id, message_id, reply_to, attempts FROM answers WHERE state <> 'ended' ORDER BY promised_at,
     (SELECT sequence FROM journal WHERE conversation_id = answers.conversation_id AND journal.message_id = answers.reply_to)`,
  );
  const updateHandoff = prepare(
    `UPDATE conversations SET handoff_reason = coalesce(handoff_reason, ?), handoff_at = coalesce(handoff_at, ?),
     handoff_email = coalesce(?, handoff_email) WHERE id = ?`,
  );
  const upsertFeedback = prepare(
    `INSERT INTO feedback (conversation_id, message_id, rating, comment, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET rating = excluded.rating, comment = excluded.comment, at = excluded.at`,
  );
  const deleteConversation = prepare('DELETE FROM conversations WHERE id = ?');

  function transaction<T>(work: () => T): T {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  function insert(conversationId: string, event: JournalEvent): JournalEntry {
    const row = insertEntry.get(messageOf(event)?.id ?? null, JSON.stringify(event), conversationId);
    if (!row) throw new AppError('not-found', 'The conversation is not there.');
    return { conversationId, sequence: Number(row.sequence), event };
  }

  return {
    async create({ language } = {}) {
      const token = newSecret();
      const conversation: Conversation = {
        id: newSecret(),
        createdAt: now().toISOString(),
        messages: [],
        ...(language === undefined ? {} : { language }),
      };
      insertConversation.run(conversation.id, hashToken(token), conversation.createdAt, language ?? null);
      await log.flushed();
      return { conversation, token };
    },

    async authenticate(conversationId, token) {
      const row = selectTokenHash.get(conversationId) as { token_hash: Uint8Array } | undefined;
      return tokenMatches(token, row?.token_hash);
    },

    async get(conversationId) {
      const row = selectConversation.get(conversationId) as ConversationRow | undefined;
      if (!row) return undefined;
      const messages = selectMessages
        .all(conversationId)
        .map(({ event }) => messageOf(JSON.parse(String(event)))!);
      return toConversation(row, messages);
    },

    async addMessage(conversationId, message, answerId) {
      const added = transaction(() => {
        if (selectMessage.get(conversationId, message.id)) return false;
        insert(conversationId, { type: 'customer-message', message });
        insertAnswer.run(conversationId, answerId, message.id, now().toISOString());
        return true;
      });
      await log.flushed();
      return added;
    },

    findMessage(conversationId, messageId) {
      const row = selectStoredMessage.get(conversationId, messageId);
      return row && { sequence: Number(row.sequence), answerId: String(row.message_id) };
    },

    append(conversationId, event) {
      const answerId =
        event.type === 'answer-end'
          ? event.message.id
          : event.type === 'answer-error'
            ? event.messageId
            : undefined;
      if (answerId === undefined) return insert(conversationId, event);
      return transaction(() => {
        endAnswer.run(conversationId, answerId);
        return insert(conversationId, event);
      });
    },

    entriesAfter(conversationId, sequence, limit = 1000) {
      return selectEntries.all(conversationId, sequence, limit).map((row) => ({
        conversationId,
        sequence: Number(row.sequence),
        event: JSON.parse(String(row.event)) as JournalEvent,
      }));
    },

    beginAnswer(conversationId, answerId) {
      return Number(beginAnswer.get(conversationId, answerId)?.attempts ?? 0);
    },

    setAnswerAside(conversationId, answerId) {
      setAside.run(conversationId, answerId);
    },

    async unfinishedAnswers() {
      const rows = selectUnfinished.all() as unknown as AnswerRow[];
      return rows.map(({ conversation_id: conversationId, message_id, reply_to, attempts }) => {
        const events = selectEntries
          .all(conversationId, 0, -1)
          .map(({ event }) => JSON.parse(String(event)) as JournalEvent);
        return {
          conversationId,
          messageId: message_id,
          replyTo: reply_to,
          attempts,
          ...journalledAnswer(message_id, events),
        };
      });
    },

    async recordHandoff(conversationId, { reason, email }) {
      updateHandoff.run(reason, now().toISOString(), email ?? null, conversationId);
      await log.flushed();
    },

    async recordFeedback({ conversationId, messageId, rating, comment, at }) {
      upsertFeedback.run(conversationId, messageId, rating, comment ?? null, at);
    },

    async delete(conversationId) {
      deleteConversation.run(conversationId);
      // secure_delete overwrote it in the file; the log still holds the pages as they were.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },

    async close() {
      await log.close();
      database.close();
    },
  };
}

function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let database: DatabaseSync | undefined;
  try {
    // The time-out is for backups and inspection by others; the server itself is the only writer.
    database = new DatabaseSync(path, { timeout: 2_000, enableForeignKeyConstraints: true });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    const [{ quick_check: finding }] = database.prepare('PRAGMA quick_check(1)').all() as [
      { quick_check: string },
    ];
    if (finding !== 'ok') throw new Error(finding);
    migrate(database);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'internal',
      `The conversation database ${path} cannot be used: ${cause instanceof Error ? cause.message : cause}. ` +
        'If it is damaged, restore it from a backup, or move it away to start with an empty one; if the disk is full or not writable, repair that.',
      { cause },
    );
  }
}

function messageOf(event: JournalEvent): Message | undefined {
  return event.type === 'customer-message' || event.type === 'answer-end' ? event.message : undefined;
}

function toConversation(row: ConversationRow, messages: readonly Message[]): Conversation {
  return {
    id: row.id,
    createdAt: row.created_at,
    messages,
    ...(row.language === null ? {} : { language: row.language }),
    ...(row.handoff_reason === null || row.handoff_at === null
      ? {}
      : {
          handoff: {
            reason: row.handoff_reason,
            at: row.handoff_at,
            ...(row.handoff_email === null ? {} : { email: row.handoff_email }),
          },
        }),
  };
}
