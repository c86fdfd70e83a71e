// The tables of the conversation database, as a list of steps that only grows: `PRAGMA user_version` counts those taken.
import type { DatabaseSync } from 'node:sqlite';
import { chainHash, firstHash } from '#core/audit-chain.ts';
import { AppError } from '#core/errors.ts';
import type { TenantId } from '#core/tenant.ts';
import { toAuditEntry } from '../sql/access-tables.ts';

/** SQL, or what SQL alone cannot do; either runs inside the step's transaction. */
type Step = string | ((database: DatabaseSync) => void);

const steps: readonly Step[] = [
  `
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    language TEXT,
    handoff_reason TEXT,
    handoff_at TEXT,
    handoff_email TEXT
  ) WITHOUT ROWID, STRICT;

  -- Every event, as JSON. Entries that carry a message (customer-message, answer-end) name it, so that they are found again
  -- and none is stored twice.
  CREATE TABLE journal (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    message_id TEXT,
    event TEXT NOT NULL,
    PRIMARY KEY (conversation_id, sequence)
  ) WITHOUT ROWID, STRICT;
  CREATE UNIQUE INDEX journal_messages ON journal (conversation_id, message_id) WHERE message_id IS NOT NULL;

  -- One row for each customer message: the answer promised to it. state: open (promised or being written), set-aside
  -- (its process was stopped in an orderly way), ended.
  CREATE TABLE answers (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    promised_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation_id, message_id)
  ) WITHOUT ROWID, STRICT;
  CREATE UNIQUE INDEX answers_by_question ON answers (conversation_id, reply_to);
  CREATE INDEX answers_unfinished ON answers (promised_at) WHERE state <> 'ended';

  CREATE TABLE feedback (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    rating TEXT NOT NULL,
    comment TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (conversation_id, message_id)
  ) WITHOUT ROWID, STRICT;
  `,
  // Who wrote a message was its role, customer or agent; every agent was the bot.
  `
  UPDATE journal SET event = json_set(
    json_remove(event, '$.message.role'),
    '$.message.author', iif(event ->> '$.message.role' = 'customer', 'customer', 'bot')
  ) WHERE message_id IS NOT NULL AND event ->> '$.message.role' IS NOT NULL;
  `,
  // A greeting was stored as a question back that offers no topics, not even an empty list of them.
  `
  UPDATE journal SET event = json_set(event, '$.message.decision', 'small-talk')
  WHERE message_id IS NOT NULL AND event ->> '$.message.decision' = 'clarify' AND event -> '$.message.topics' IS NULL;
  `,
  // Every key begins with the tenant. What customers write stands only in tables that nothing but appends to (see
  // sqlite-erasure.ts): the journal's position, the feedback's, the handoffs' grow, and no row changes its length.
  `
  ALTER TABLE conversations RENAME TO old_conversations;
  ALTER TABLE journal RENAME TO old_journal;
  ALTER TABLE answers RENAME TO old_answers;
  ALTER TABLE feedback RENAME TO old_feedback;
  DROP INDEX journal_messages;
  DROP INDEX answers_by_question;
  DROP INDEX answers_unfinished;

  CREATE TABLE conversations (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    language TEXT,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    message_id TEXT,
    event TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX journal_entries ON journal (tenant_id, conversation_id, sequence);
  CREATE UNIQUE INDEX journal_messages ON journal (tenant_id, conversation_id, message_id) WHERE message_id IS NOT NULL;

  CREATE TABLE answers (
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    promised_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, conversation_id, message_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
  ) WITHOUT ROWID, STRICT;
  CREATE UNIQUE INDEX answers_by_question ON answers (tenant_id, conversation_id, reply_to);
  CREATE INDEX answers_unfinished ON answers (promised_at) WHERE state <> 'ended';

  CREATE TABLE feedback (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    rating TEXT NOT NULL,
    comment TEXT,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX feedback_by_message ON feedback (tenant_id, conversation_id, message_id);

  CREATE TABLE handoffs (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    email TEXT,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX handoffs_by_conversation ON handoffs (tenant_id, conversation_id);

  INSERT INTO conversations
    SELECT 'default', id, token_hash, created_at, language,
      (SELECT coalesce(max(sequence), 0) FROM old_journal WHERE conversation_id = id)
    FROM old_conversations;
  INSERT INTO journal (tenant_id, conversation_id, sequence, message_id, event)
    SELECT 'default', conversation_id, sequence, message_id, event FROM old_journal;
  INSERT INTO answers
    SELECT 'default', conversation_id, message_id, reply_to, promised_at, state, attempts FROM old_answers;
  INSERT INTO feedback (tenant_id, conversation_id, message_id, rating, comment, at)
    SELECT 'default', conversation_id, message_id, rating, comment, at FROM old_feedback;
  INSERT INTO handoffs (tenant_id, conversation_id, reason, email, at)
    SELECT 'default', id, handoff_reason, handoff_email, handoff_at FROM old_conversations
    WHERE handoff_reason IS NOT NULL AND handoff_at IS NOT NULL;

  DROP TABLE old_feedback;
  DROP TABLE old_answers;
  DROP TABLE old_journal;
  DROP TABLE old_conversations;
  `,
  // Who looks after a conversation. Nothing here is a customer's own words, so rows may change their length. What was handed over
  // before waits since then.
  `
  ALTER TABLE conversations ADD COLUMN state TEXT NOT NULL DEFAULT 'bot';
  ALTER TABLE conversations ADD COLUMN state_since TEXT;
  ALTER TABLE conversations ADD COLUMN owner_id TEXT;
  ALTER TABLE conversations ADD COLUMN owner_name TEXT;
  ALTER TABLE conversations ADD COLUMN reason TEXT;
  ALTER TABLE conversations ADD COLUMN waiting_since TEXT;
  ALTER TABLE conversations ADD COLUMN snoozed_until TEXT;
  ALTER TABLE conversations ADD COLUMN updated_at TEXT;
  ALTER TABLE conversations ADD COLUMN customer_sequence INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE conversations ADD COLUMN seen_sequence INTEGER NOT NULL DEFAULT 0;
  UPDATE conversations SET updated_at = created_at, state_since = created_at, customer_sequence = coalesce((
    SELECT max(sequence) FROM journal WHERE journal.tenant_id = conversations.tenant_id
    AND conversation_id = id AND message_id IS NOT NULL AND event ->> '$.type' = 'customer-message'), 0);
  UPDATE conversations SET state = 'waiting', reason = handed.reason, state_since = handed.at, waiting_since = handed.at
    FROM (SELECT tenant_id AS tenant, conversation_id, reason, min(at) AS at FROM handoffs GROUP BY tenant_id, conversation_id) AS handed
    WHERE handed.tenant = conversations.tenant_id AND handed.conversation_id = conversations.id;
  CREATE INDEX conversations_by_update ON conversations (tenant_id, state, updated_at);
  CREATE INDEX conversations_waiting ON conversations (tenant_id, waiting_since) WHERE waiting_since IS NOT NULL;

  CREATE TABLE notes (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX notes_by_id ON notes (tenant_id, conversation_id, id);
  `,
  // The team. An audit entry is never changed.
  `
  CREATE TABLE users (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    last_seen_at TEXT,
    password_hash TEXT,
    totp_key TEXT,
    totp_step INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    PRIMARY KEY (tenant_id, id)
  ) WITHOUT ROWID, STRICT;
  CREATE UNIQUE INDEX users_by_email ON users (tenant_id, email);

  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    device TEXT NOT NULL,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id);

  CREATE TABLE password_links (
    token_hash BLOB PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    last_used_at TEXT
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE audit (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    details TEXT
  ) STRICT;
  CREATE INDEX audit_of_tenant ON audit (tenant_id, position);
  `,
  // What has to reach somebody outside. No words of a customer: those are read from the conversation when it is delivered.
  `
  CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    about TEXT NOT NULL,
    created_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending',
    next_at TEXT NOT NULL,
    error TEXT,
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
  ) WITHOUT ROWID, STRICT;
  CREATE UNIQUE INDEX notices_about ON notices (tenant_id, conversation_id, kind, channel, about);
  CREATE INDEX notices_due ON notices (next_at) WHERE state = 'pending';
  CREATE INDEX notices_of_tenant ON notices (tenant_id, created_at);
  `,
  // Who signs in at an identity provider.
  `
  ALTER TABLE users ADD COLUMN issuer TEXT;
  ALTER TABLE users ADD COLUMN issuer_subject TEXT;
  CREATE UNIQUE INDEX users_by_issuer ON users (tenant_id, issuer, issuer_subject) WHERE issuer IS NOT NULL;
  `,
  // The customer's side of a hand-over. Who somebody is, what they say of the conversation and where they want it sent are their own
  // words: they stand in tables that are only appended to. Found again is a visitor by the hash of their id.
  `
  ALTER TABLE conversations ADD COLUMN visitor_hash BLOB;
  ALTER TABLE conversations ADD COLUMN returned_by TEXT;
  CREATE INDEX conversations_of_visitor ON conversations (tenant_id, visitor_hash, updated_at) WHERE visitor_hash IS NOT NULL;

  CREATE TABLE visitors (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    visitor TEXT NOT NULL
  ) STRICT;
  CREATE INDEX visitors_by_conversation ON visitors (tenant_id, conversation_id);

  CREATE TABLE ratings (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    rating TEXT NOT NULL,
    comment TEXT,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ratings_by_conversation ON ratings (tenant_id, conversation_id);

  CREATE TABLE transcripts (
    position INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX transcripts_by_conversation ON transcripts (tenant_id, conversation_id);

  -- Of a visitor's other devices.
  CREATE TABLE conversation_tokens (
    token_hash BLOB PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX conversation_tokens_of ON conversation_tokens (tenant_id, conversation_id, created_at);
  `,
  // What the team sets for its work. Lists of conversations come from indexes, however many there are.
  `
  ALTER TABLE users ADD COLUMN away INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE team_settings (
    tenant_id TEXT PRIMARY KEY,
    settings TEXT NOT NULL
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE canned_replies (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    shortcut TEXT NOT NULL,
    text TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by_id TEXT NOT NULL,
    updated_by_name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
  ) WITHOUT ROWID, STRICT;
  CREATE UNIQUE INDEX canned_replies_by_shortcut ON canned_replies (tenant_id, shortcut);

  CREATE TABLE blocks (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    visitor_hash BLOB,
    created_at TEXT NOT NULL,
    until TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX blocks_by_end ON blocks (tenant_id, until);

  CREATE INDEX conversations_newest ON conversations (tenant_id, updated_at);
  CREATE INDEX conversations_of_owner ON conversations (tenant_id, owner_id, updated_at) WHERE owner_id IS NOT NULL;
  CREATE INDEX conversations_unread ON conversations (tenant_id, updated_at) WHERE customer_sequence > seen_sequence;
  `,
  // Cases that bridges opened elsewhere. They and their notices outlive the conversation: whoever has a copy is told that it was erased.
  `
  CREATE TABLE bridge_cases (
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    bridge TEXT NOT NULL,
    round INTEGER NOT NULL,
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    case_id TEXT,
    url TEXT,
    sent_sequence INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX bridge_cases_there ON bridge_cases (bridge, case_id) WHERE case_id IS NOT NULL;

  DROP INDEX notices_about;
  DROP INDEX notices_due;
  DROP INDEX notices_of_tenant;
  ALTER TABLE notices RENAME TO old_notices;
  CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    about TEXT NOT NULL,
    created_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending',
    next_at TEXT NOT NULL,
    error TEXT
  ) WITHOUT ROWID, STRICT;
  INSERT INTO notices SELECT id, tenant_id, conversation_id, kind, channel, about, created_at, attempts, state, next_at, error FROM old_notices;
  DROP TABLE old_notices;
  CREATE UNIQUE INDEX notices_about ON notices (tenant_id, conversation_id, kind, channel, about);
  CREATE INDEX notices_due ON notices (channel, next_at) WHERE state = 'pending';
  CREATE INDEX notices_of_tenant ON notices (tenant_id, created_at);
  `,
  // The audit log becomes a hash chain (core/audit-chain.ts); what was written before is chained as it stands. Entries go only by
  // retention, and an entry of the log itself says so.
  (database) => {
    database.exec("ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''");
    const rows = database.prepare('SELECT * FROM audit ORDER BY position').all() as unknown as StoredAudit[];
    const update = database.prepare('UPDATE audit SET hash = ? WHERE position = ?');
    const heads = new Map<string, string>();
    for (const row of rows) {
      const { tenant_id: tenantId, position } = row;
      const hash = chainHash(toAuditEntry(row), { previous: heads.get(tenantId) ?? firstHash, tenantId });
      heads.set(tenantId, hash);
      update.run(hash, position);
    }
  },
  // Answers that ended because a person took over: only where there are some, what comes late has to be looked for. Of a session that an
  // identity provider let in: what it is asked with again, and when it was asked last.
  `
  ALTER TABLE conversations ADD COLUMN cut_answers INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN sealed_grant TEXT;
  ALTER TABLE sessions ADD COLUMN confirmed_at TEXT;
  `,
  // Pictures of the team. A name is never used again, so whoever has a picture by its name has the right one.
  `
  ALTER TABLE users ADD COLUMN picture TEXT;
  CREATE TABLE user_pictures (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, id)
  ) STRICT;
  `,
];

type StoredAudit = Parameters<typeof toAuditEntry>[0] & { readonly tenant_id: TenantId };

/**
 * Each step in a transaction of its own; `until` stops earlier, for tests of the steps behind it. True if tables that held something were
 * changed. Refuses a database written by a newer version of this program.
 */
export function migrate(database: DatabaseSync, { until = steps.length } = {}): boolean {
  const { user_version: done } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (done > steps.length) {
    throw new AppError(
      'config-invalid',
      `The conversation database has version ${done}, this program knows up to ${steps.length}. ` +
        'Run the newer version of Answerdesk that wrote it, or set ANSWERDESK_DATA_DIR to another folder.',
    );
  }
  for (let step = done; step < until; step++) {
    take(database, steps[step]!, step + 1);
  }
  return done > 0 && done < until;
}

function take(database: DatabaseSync, step: Step, version: number): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process opens the same file, and was first.
    const { user_version: done } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (done >= version) {
      database.exec('ROLLBACK');
      return;
    }
    if (typeof step === 'string') database.exec(step);
    else step(database);
    database.exec(`PRAGMA user_version = ${version}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
