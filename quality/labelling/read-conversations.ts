// All conversations that a desk has, one at a time: those that were ingested, and its own. Texts are redacted before anything sees them:
// those of the desk's own by patterns, and by the model of names as well where `redact` brings it.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '#core/conversation.ts';
import { type Document, transcriptTitle } from '#core/document.ts';
import type { InboxItem, InboxStore } from '#core/inbox.ts';
import type { ConversationStore } from '#core/stores.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { shippedReader } from '#learning/dialogue-acts/shipped-reader.ts';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import { redactConversation } from '#redact/redact-conversation.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';

/** Read from the database at once. */
const pageSize = 200;
/** UTF-16 code units of a problem: enough to tell what it is about. */
const longestProblem = 400;

/** Turns of one conversation, in order, to the same without what is personal. */
export type RedactTurns = (texts: readonly string[]) => Promise<readonly string[]>;

/** By patterns alone: what machines read and nobody sees needs no more, and the model takes a hundred times as long. */
const byPatterns: RedactTurns = async (texts) => redactConversation(texts, { redactor }).texts;

/** `documents`: of the knowledge base in use. `ids`: only those of the desk's own conversations are read. */
export async function* readConversations(
  dataDir: string,
  documents: readonly Document[],
  { redact = byPatterns, ids }: { readonly redact?: RedactTurns; readonly ids?: ReadonlySet<string> } = {},
): AsyncGenerator<ConversationRecord> {
  for (const document of documents)
    if (document.metadata.kind === 'transcript') yield pastConversation(document);
  const path = join(dataDir, 'conversations.db');
  if (!existsSync(path)) return;
  const store = openSqliteConversationStore(path);
  try {
    yield* ownConversations(store, { redact, ids });
  } finally {
    await store.close();
  }
}

export async function* ownConversations(
  store: Pick<ConversationStore, 'get'> & Pick<InboxStore, 'inbox' | 'ratings'>,
  {
    redact = byPatterns,
    ids,
  }: { readonly redact?: RedactTurns; readonly ids?: ReadonlySet<string> | undefined } = {},
): AsyncGenerator<ConversationRecord> {
  const seen = new Set<string>();
  let after: string | undefined;
  do {
    const page = await store.inbox({
      tenantId: defaultTenant,
      view: 'all',
      personId: '',
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const item of page.items) {
      // One that a customer writes to meanwhile moves to the front: it is not met again, and is not read twice.
      if (seen.has(item.conversationId)) continue;
      seen.add(item.conversationId);
      if (ids && !ids.has(item.conversationId)) continue;
      const record = await ownConversation(store, item, redact);
      if (record) yield record;
    }
    after = page.next;
  } while (after !== undefined);
}

/** The heading is what the customer asked; what follows is the agent's alone. */
export function pastConversation({ id, pageContent, metadata }: Document): ConversationRecord {
  const heading = /^## (.*)\n/.exec(pageContent);
  const problem = heading && heading[1] !== transcriptTitle ? heading[1]!.trim() : '';
  const resolution = pageContent.slice(heading?.[0].length ?? 0).trim();
  return {
    id,
    origin: 'past',
    source: metadata.source,
    ...(metadata.updated === undefined ? {} : { at: metadata.updated }),
    statedLanguage: metadata.language,
    problem: problem.slice(0, longestProblem),
    turns: [
      ...(problem === '' ? [] : [{ author: 'customer' as const, text: problem }]),
      { author: 'person', text: resolution },
    ],
    ...(metadata.subjects?.[0] === undefined ? {} : { customer: metadata.subjects[0] }),
  };
}

const redactor = createDefaultRedactor();

async function ownConversation(
  store: Pick<ConversationStore, 'get'> & Pick<InboxStore, 'ratings'>,
  { conversationId, handling, visitor, email }: InboxItem,
  redact: RedactTurns,
): Promise<ConversationRecord | undefined> {
  const key = inDefaultTenant(conversationId);
  const conversation = await store.get(key);
  if (!conversation) return undefined;
  const answersRated = (await store.ratings(key))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ rating }) => rating);
  const texts = await redact(conversation.messages.map(({ text }) => text));
  const turns = conversation.messages.map((message, at) => toTurn(message, texts[at]!));
  const { id, createdAt, language, handoff, rating } = conversation;
  const customer = visitor?.id ?? email?.toLowerCase();
  return {
    id,
    origin: 'chat',
    source: 'chat',
    at: createdAt,
    ...(language === undefined ? {} : { statedLanguage: language }),
    problem: problemOf(turns),
    turns,
    ...(customer === undefined ? {} : { customer: createHash('sha256').update(customer).digest('hex') }),
    handling: handling.state,
    ...(rating ? { rated: rating.rating } : {}),
    ...(answersRated.length > 0 ? { answersRated } : {}),
    ...(handoff ? { handoff: { reason: handoff.reason, at: handoff.at } } : {}),
  };
}

function toTurn(
  { author, createdAt, decision, citations }: Message,
  text: string,
): ConversationRecord['turns'][number] {
  return {
    author,
    text,
    at: createdAt,
    ...(decision === undefined ? {} : { decision }),
    ...(citations === undefined ? {} : { citations: citations.length }),
  };
}

/** The first turn that asks something. */
function problemOf(turns: ConversationRecord['turns']): string {
  const asked = turns
    .filter(({ author }) => author === 'customer')
    .map(({ text }) => text.replace(/\s+/g, ' ').trim());
  const question = asked.find((text) => shippedReader().read(text).act === 'question' && text.length > 3);
  return (question ?? '').slice(0, longestProblem);
}
