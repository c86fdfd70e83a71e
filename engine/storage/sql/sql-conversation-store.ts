// The queries of a ConversationStore, the same for every SQL database. What one database does its own way stands in `SqlBackend`.
import type { Insertable, Kysely } from 'kysely';
import type { Conversation } from '#core/conversation.ts';
import { hashToken, newSecret, tokenMatches } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEvent } from '#core/events.ts';
import { changeHandling, type Handling, type HandlingAction } from '#core/handling.ts';
import { cutMessage, journalledAnswer } from '#core/journalled-answer.ts';
import type { Appended, ConversationStore, StoredMessage, UnfinishedAnswer } from '#core/stores.ts';
import { type ConversationKey, keyText } from '#core/tenant.ts';
import {
  type ConversationTables,
  columnsOf,
  endedAnswer,
  eventColumns,
  fromHandling,
  handlingColumns,
  keyOf,
  messageOf,
  toConversation,
  toEvent,
  toHandling,
} from './conversation-tables.ts';
import { keptQuery } from './kept-query.ts';
import { overwriteText, type TextTable } from './overwrite-text.ts';
import type { SqlBackend } from './sql-backend.ts';
import { tellErasure } from './sql-bridge-store.ts';
import { aboutCustomer } from './sql-customer-store.ts';
import { insertNotices } from './sql-notice-store.ts';

type Tables = Kysely<ConversationTables>;

export interface SqlStoreOptions {
  readonly now?: () => Date;
  /** Where the team is told that a customer waits: names of channels. */
  readonly handoffChannels?: readonly string[];
  /** Where what is said to people has to go, too: names of channels. */
  readonly followChannels?: readonly string[];
}

export function createSqlConversationStore(
  { tables, transaction, durable, overwritten, erase, close }: SqlBackend,
  { now = () => new Date(), handoffChannels = [], followChannels = [] }: SqlStoreOptions = {},
): ConversationStore {
  return {
    async create(tenantId, { language } = {}) {
      const token = newSecret();
      const conversation: Conversation = {
        id: newSecret(),
        createdAt: now().toISOString(),
        messages: [],
        ...(language === undefined ? {} : { language }),
      };
      const row = {
        tenant_id: tenantId,
        id: conversation.id,
        token_hash: hashToken(token),
        created_at: conversation.createdAt,
        updated_at: conversation.createdAt,
        state_since: conversation.createdAt,
        language: language ?? null,
      };
      await transaction((tables) => tables.insertInto('conversations').values(row).execute());
      await durable();
      return { conversation, token };
    },

    async authenticate(key, token) {
      const [row] = await selectTokenHash(tables, key);
      if (tokenMatches(token, row?.token_hash)) return true;
      const further = await tables
        .selectFrom('conversation_tokens')
        .select('token_hash')
        .where((eb) => eb.and(columnsOf(key)))
        .where('token_hash', '=', hashToken(token))
        .executeTakeFirst();
      return tokenMatches(token, further?.token_hash);
    },

    async get(key) {
      const [row] = await selectConversation(tables, key);
      if (!row) return undefined;
      const messages = await selectMessages(tables, key);
      const handoffs = await selectHandoffs(tables, key);
      return {
        ...toConversation(
          row,
          messages.map((message) => messageOf(toEvent(message))!),
          handoffs,
        ),
        ...(await aboutCustomer(tables, key)),
      };
    },

    async newest(tenantId, limit) {
      const rows = await tables
        .selectFrom('conversations')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => ({ tenantId, conversationId: id }));
    },

    async addMessage(key, message, answerId) {
      const stored = await transaction(async (tables) => {
        // Whatever it changes, it locks: no other transaction adds to this conversation meanwhile.
        const [locked] = await lockWithHandling(tables, key);
        if (!locked) throw new AppError('not-found', 'The conversation is not there.');
        if (await hasMessage(tables, key, message.id)) return storedMessage(tables, key, message.id);
        const sequence = locked.last_sequence + 1;
        const event = { type: 'customer-message', message } as const;
        await insertEntry(tables, { ...key, sequence, ...eventColumns(event) });
        const before = toHandling(locked);
        const at = now().toISOString();
        const handling = changeHandling(before, { type: 'customer-wrote' }, at);
        await noteMessage(tables, { ...key, sequence, at });
        if (handling !== before) await writeHandling(tables, key, handling);
        if (handling.state === 'waiting' || handling.state === 'person')
          await insertNotices(tables, key, {
            kind: 'said',
            channels: followChannels,
            about: message.id,
            createdAt: at,
          });
        if (handling.state === 'person' || message.pictures) return { sequence };
        await insertAnswer(tables, { ...key, answerId, replyTo: message.id, at });
        return { sequence, answerId };
      });
      await durable();
      return stored;
    },

    findMessage: (key, messageId) => storedMessage(tables, key, messageId),

    append(events) {
      return transaction(async (tables) => {
        const groups = Map.groupBy(events.keys(), (index) => keyText(events[index]!.key));
        const appended = new Array<Appended>(events.length).fill('gone');
        const rows: Insertable<ConversationTables['journal']>[] = [];
        // In one order for all: transactions that lock several conversations then never wait for each other in a circle.
        for (const [, indexes] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
          const { key } = events[indexes[0]!]!;
          const [locked] = await lock(tables, { ...key, by: indexes.length });
          if (!locked) continue;
          const last = locked.last_sequence;
          const ended =
            locked.cut_answers === 0
              ? new Set()
              : await endedOf(tables, key, new Set(indexes.map((index) => events[index]!.answerId)));
          const late = indexes.filter((index) => ended.has(events[index]!.answerId ?? ''));
          if (late.length > 0) await advance(tables, key, -late.length);
          for (const index of late) appended[index] = 'ended';
          const wanted = late.length === 0 ? indexes : indexes.filter((index) => appended[index] !== 'ended');
          if (wanted.some((index) => messageOf(events[index]!.event))) await touch(tables, key);
          let sequence = last - indexes.length;
          for (const index of wanted) {
            sequence += 1;
            const { event } = events[index]!;
            appended[index] = { conversationId: key.conversationId, sequence, event };
            rows.push({ ...columnsOf(key), sequence, ...eventColumns(event) });
            const answerId = endedAnswer(event);
            if (answerId !== undefined) await endAnswer(tables, key, answerId);
          }
        }
        if (rows.length > 0) await tables.insertInto('journal').values(rows).execute();
        return appended;
      });
    },

    async lastSequence(key) {
      const row = await conversationOf(tables, key).select('last_sequence').executeTakeFirst();
      return row?.last_sequence ?? 0;
    },

    async seenUpTo(key) {
      const [row] = await selectSeen(tables, key);
      return row?.seen_sequence ?? 0;
    },

    async entriesAfter(key, sequence, limit = 1000) {
      const rows = await journalOf(tables, key)
        .select(['sequence', 'event'])
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        conversationId: key.conversationId,
        sequence: row.sequence,
        event: toEvent(row),
      }));
    },

    async beginAnswer(key, answerId) {
      const [begun] = await transaction((tables) => countAttempt(tables, { ...key, answerId }));
      return begun?.attempts;
    },

    async setAnswersAside(answers) {
      await transaction(async (tables) => {
        for (const { key, answerId } of answers)
          await tables
            .updateTable('answers')
            .set({ state: 'set-aside', attempts: 0 })
            .where((eb) => eb.and({ ...columnsOf(key), message_id: answerId }))
            .where('state', '<>', 'ended')
            .execute();
      });
      await durable();
    },

    unfinishedAnswers: () => unfinishedOf(tables),

    async recordHandoff(key, { reason, email }) {
      const isReplaced = await transaction(async (tables) => {
        if ((await advance(tables, key, 0)) === undefined) return false;
        const replaced = email !== undefined && (await overwrite(tables, 'handoffs', columnsOf(key)));
        await tables
          .insertInto('handoffs')
          .values({ ...columnsOf(key), reason, email: email ?? null, at: now().toISOString() })
          .execute();
        await applyAction(tables, key, { type: 'request', reason });
        return replaced;
      });
      await durable();
      if (isReplaced) void erase();
    },

    handling: (key) => readHandling(tables, key),

    async changeHandling(key, change) {
      const changed = await transaction(async (tables) => {
        if ((await advance(tables, key, 0)) === undefined) return undefined;
        const current = (await readHandling(tables, key))!;
        const { handling, events: changes = [], endsAnswers = false, notices = [] } = change(current);
        for (const event of changes) {
          const message = messageOf(event);
          if (message && (await hasMessage(tables, key, message.id)))
            return { handling: current, entries: [], endedAnswers: [] };
        }
        await writeHandling(tables, key, handling);
        const isSilent = endsAnswers || handling.state === 'person';
        const cut = isSilent ? await unfinishedOf(tables, key) : [];
        for (const { messageId } of cut) await endAnswer(tables, key, messageId);
        if (cut.length > 0)
          await tables
            .updateTable('conversations')
            .set(({ eb }) => ({ cut_answers: eb('cut_answers', '+', cut.length) }))
            .where((eb) => eb.and(idColumnsOf(key)))
            .execute();
        const at = now().toISOString();
        const events: JournalEvent[] = [
          ...cut.map(
            (answer) =>
              ({ type: 'answer-end', message: cutMessage(answer, at), reason: 'cancelled' }) as const,
          ),
          ...changes,
        ];
        for (const { kind, channel, about } of notices)
          await insertNotices(tables, key, {
            kind,
            channels: [channel],
            about,
            createdAt: at,
          });
        const last = (await advance(tables, key, events.length))!;
        const entries = events.map((event, index) => ({
          conversationId: key.conversationId,
          sequence: last - events.length + index + 1,
          event,
        }));
        const rows = entries.map(({ sequence, event }) => ({
          ...columnsOf(key),
          sequence,
          ...eventColumns(event),
        }));
        if (rows.length > 0) await tables.insertInto('journal').values(rows).execute();
        return { handling, entries, endedAnswers: cut.map(({ messageId }) => messageId) };
      });
      await durable();
      return changed;
    },

    async recordFeedback(key, { messageId, rating, comment, at }) {
      const isReplaced = await transaction(async (tables) => {
        if ((await advance(tables, key, 0)) === undefined) return false;
        const rated = { ...columnsOf(key), message_id: messageId };
        const replaced = await overwrite(tables, 'feedback', rated);
        await tables
          .insertInto('feedback')
          .values({ ...rated, rating, comment: comment ?? null, at })
          .execute();
        return replaced;
      });
      if (isReplaced) void erase();
    },

    async delete(keys) {
      await transaction(async (tables) => {
        for (const key of keys) {
          await overwrite(tables, 'journal', columnsOf(key));
          await overwrite(tables, 'feedback', columnsOf(key));
          await overwrite(tables, 'handoffs', columnsOf(key));
          await overwrite(tables, 'notes', columnsOf(key));
          await overwrite(tables, 'visitors', columnsOf(key));
          await overwrite(tables, 'ratings', columnsOf(key));
          await overwrite(tables, 'transcripts', columnsOf(key));
          await tables
            .deleteFrom('notices')
            .where((eb) => eb.and(columnsOf(key)))
            .execute();
          await tellErasure(tables, key, now().toISOString());
          await tables
            .deleteFrom('conversations')
            .where('tenant_id', '=', key.tenantId)
            .where('id', '=', key.conversationId)
            .execute();
        }
      });
      await durable();
      return erase();
    },

    close,
  };

  /** Returns the handling that it has then. */
  async function applyAction(
    tables: Tables,
    key: ConversationKey,
    action: HandlingAction,
  ): Promise<Handling> {
    const current = (await readHandling(tables, key))!;
    const handling = changeHandling(current, action, now().toISOString());
    if (handling === current) {
      await touch(tables, key);
      return handling;
    }
    await writeHandling(tables, key, handling);
    const isNewlyDue = handling.reason !== current.reason && action.type === 'request';
    if (isNewlyDue && handling.state === 'waiting')
      await insertNotices(tables, key, {
        kind: 'handoff',
        channels: handoffChannels,
        // A weightier reason is news; the same one again is not.
        about: `${handling.since} ${handling.reason}`,
        createdAt: now().toISOString(),
      });
    return handling;
  }

  async function writeHandling(tables: Tables, key: ConversationKey, handling: Handling): Promise<void> {
    await tables
      .updateTable('conversations')
      .set({ ...fromHandling(handling), updated_at: now().toISOString() })
      .where((eb) => eb.and(idColumnsOf(key)))
      .execute();
  }

  async function touch(tables: Tables, key: ConversationKey): Promise<void> {
    await setUpdatedAt(tables, { ...key, at: now().toISOString() });
  }

  function overwrite(
    tables: Tables,
    table: TextTable,
    row: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    return overwriteText(tables, { table, row, overwritten });
  }
}

function idColumnsOf({ tenantId, conversationId }: ConversationKey) {
  return { tenant_id: tenantId, id: conversationId };
}

async function readHandling(tables: Tables, key: ConversationKey): Promise<Handling | undefined> {
  const row = await conversationOf(tables, key).select(handlingColumns).executeTakeFirst();
  return row && toHandling(row);
}

function conversationOf(tables: Tables, { tenantId, conversationId }: ConversationKey) {
  return tables
    .selectFrom('conversations')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', conversationId);
}

/** Nothing for a deleted conversation, whose rows may still be there, emptied. */
function journalOf(tables: Tables, { tenantId, conversationId }: ConversationKey) {
  return tables
    .selectFrom('journal')
    .where('journal.tenant_id', '=', tenantId)
    .where('journal.conversation_id', '=', conversationId)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('conversations')
          .select('id')
          .whereRef('conversations.tenant_id', '=', 'journal.tenant_id')
          .whereRef('id', '=', 'journal.conversation_id'),
      ),
    );
}

/** The number of the last entry afterwards; undefined if the conversation is gone. Locks it until the transaction ends, also by 0. */
async function advance(tables: Tables, key: ConversationKey, by: number): Promise<number | undefined> {
  const [locked] = await lock(tables, { ...key, by });
  return locked?.last_sequence;
}

/** Answers that were promised and have not ended, of one conversation or of all, oldest first. */
async function unfinishedOf(tables: Tables, only?: ConversationKey): Promise<UnfinishedAnswer[]> {
  let query = tables
    .selectFrom('answers')
    .innerJoin('journal', (join) =>
      join
        .onRef('journal.tenant_id', '=', 'answers.tenant_id')
        .onRef('journal.conversation_id', '=', 'answers.conversation_id')
        .onRef('journal.message_id', '=', 'answers.reply_to'),
    )
    .select(['answers.tenant_id', 'answers.conversation_id', 'answers.message_id', 'reply_to', 'attempts'])
    .where('state', '<>', 'ended')
    .orderBy('promised_at')
    .orderBy('sequence');
  if (only)
    query = query
      .where('answers.tenant_id', '=', only.tenantId)
      .where('answers.conversation_id', '=', only.conversationId);
  const answers: UnfinishedAnswer[] = [];
  for (const row of await query.execute()) {
    const { message_id: messageId, reply_to: replyTo, attempts } = row;
    const key = keyOf(row);
    const events = await journalOf(tables, key).select('event').orderBy('sequence').execute();
    answers.push({
      key,
      messageId,
      replyTo,
      attempts,
      ...journalledAnswer(messageId, events.map(toEvent)),
    });
  }
  return answers;
}

/** Those of the answers that have ended. */
async function endedOf(
  tables: Tables,
  key: ConversationKey,
  answerIds: ReadonlySet<string | undefined>,
): Promise<ReadonlySet<string>> {
  const ids = [...answerIds].filter((id) => id !== undefined);
  if (ids.length === 0) return new Set();
  const rows = await tables
    .selectFrom('answers')
    .select('message_id')
    .where((eb) => eb.and(columnsOf(key)))
    .where('message_id', 'in', ids)
    .where('state', '=', 'ended')
    .execute();
  return new Set(rows.map(({ message_id: id }) => id));
}

async function endAnswer(tables: Tables, key: ConversationKey, answerId: string): Promise<void> {
  await setEnded(tables, { ...key, answerId });
}

async function hasMessage(tables: Tables, key: ConversationKey, messageId: string): Promise<boolean> {
  const [row] = await selectMessage(tables, { ...key, messageId });
  return row !== undefined;
}

async function storedMessage(
  tables: Tables,
  key: ConversationKey,
  messageId: string,
): Promise<StoredMessage | undefined> {
  const row = await journalOf(tables, key)
    .leftJoin('answers', (join) =>
      join
        .onRef('answers.tenant_id', '=', 'journal.tenant_id')
        .onRef('answers.conversation_id', '=', 'journal.conversation_id')
        .onRef('answers.reply_to', '=', 'journal.message_id'),
    )
    .select(['sequence', 'event', 'answers.message_id as answerId'])
    .where('journal.message_id', '=', messageId)
    .executeTakeFirst();
  if (!row || toEvent(row).type !== 'customer-message') return undefined;
  return { sequence: row.sequence, ...(row.answerId === null ? {} : { answerId: row.answerId }) };
}

type Entry = Pick<Insertable<ConversationTables['journal']>, 'sequence' | 'event'> & {
  readonly message_id: string | null;
};

interface OfAnswer extends ConversationKey {
  readonly answerId: string;
}

const selectTokenHash = keptQuery((tables, key: ConversationKey) =>
  conversationOf(tables, key).select('token_hash'),
);

const selectConversation = keptQuery((tables, key: ConversationKey) =>
  conversationOf(tables, key).select(['id', 'created_at', 'language']),
);

const selectMessages = keptQuery((tables, key: ConversationKey) =>
  journalOf(tables, key).select('event').where('journal.message_id', 'is not', null).orderBy('sequence'),
);

const selectMessage = keptQuery((tables, message: ConversationKey & { readonly messageId: string }) =>
  journalOf(tables, message).select('sequence').where('message_id', '=', message.messageId),
);

const selectHandoffs = keptQuery((tables, key: ConversationKey) =>
  tables
    .selectFrom('handoffs')
    .select(['reason', 'email', 'at'])
    .where((eb) => eb.and(columnsOf(key)))
    .orderBy('position'),
);

const selectSeen = keptQuery((tables, key: ConversationKey) =>
  conversationOf(tables, key).select('seen_sequence'),
);

const lock = keptQuery((tables, step: ConversationKey & { readonly by: number }) =>
  tables
    .updateTable('conversations')
    .set(({ eb }) => ({ last_sequence: eb('last_sequence', '+', step.by) }))
    .where((eb) => eb.and(idColumnsOf(step)))
    .returning(['last_sequence', 'cut_answers']),
);

const lockWithHandling = keptQuery((tables, key: ConversationKey) =>
  tables
    .updateTable('conversations')
    .set(({ ref }) => ({ last_sequence: ref('last_sequence') }))
    .where((eb) => eb.and(idColumnsOf(key)))
    .returning(['last_sequence', ...handlingColumns]),
);

const noteMessage = keptQuery(
  (tables, message: ConversationKey & { readonly sequence: number; readonly at: string }) =>
    tables
      .updateTable('conversations')
      .set({ last_sequence: message.sequence, customer_sequence: message.sequence, updated_at: message.at })
      .where((eb) => eb.and(idColumnsOf(message))),
);

const setUpdatedAt = keptQuery((tables, change: ConversationKey & { readonly at: string }) =>
  tables
    .updateTable('conversations')
    .set({ updated_at: change.at })
    .where((eb) => eb.and(idColumnsOf(change))),
);

const insertEntry = keptQuery((tables, entry: ConversationKey & Entry) =>
  tables.insertInto('journal').values({
    ...columnsOf(entry),
    sequence: entry.sequence,
    message_id: entry.message_id,
    event: entry.event,
  }),
);

const insertAnswer = keptQuery(
  (tables, answer: OfAnswer & { readonly replyTo: string; readonly at: string }) =>
    tables.insertInto('answers').values({
      ...columnsOf(answer),
      message_id: answer.answerId,
      reply_to: answer.replyTo,
      promised_at: answer.at,
    }),
);

const countAttempt = keptQuery((tables, answer: OfAnswer) =>
  tables
    .updateTable('answers')
    .set(({ eb }) => ({ state: 'open' as const, attempts: eb('attempts', '+', 1) }))
    .where((eb) => eb.and({ ...columnsOf(answer), message_id: answer.answerId }))
    .where('state', '<>', 'ended')
    .returning('attempts'),
);

const setEnded = keptQuery((tables, answer: OfAnswer) =>
  tables
    .updateTable('answers')
    .set({ state: 'ended' })
    .where((eb) => eb.and({ ...columnsOf(answer), message_id: answer.answerId })),
);
