// All conversations that a desk has, one at a time: those that were ingested, and its own. Texts are redacted before anything sees them.
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
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';

/** Read from the database at once. */
const pageSize = 200;
/** UTF-16 code units of a problem: enough to tell what it is about. */
const longestProblem = 400;

/** `documents`: of the knowledge base in use. */
export async function* readConversations(
  dataDir: string,
  documents: readonly Document[],
): AsyncGenerator<ConversationRecord> {
  for (const document of documents)
    if (document.metadata.kind === 'transcript') yield pastConversation(document);
  const path = join(dataDir, 'conversations.db');
  if (!existsSync(path)) return;
  const store = openSqliteConversationStore(path);
  try {
    yield* ownConversations(store);
  } finally {
    await store.close();
  }
}

export async function* ownConversations(
  store: Pick<ConversationStore, 'get'> & Pick<InboxStore, 'inbox'>,
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
      const record = await ownConversation(store, item);
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
  store: Pick<ConversationStore, 'get'>,
  { conversationId, handling, visitor, email }: InboxItem,
): Promise<ConversationRecord | undefined> {
  const conversation = await store.get(inDefaultTenant(conversationId));
  if (!conversation) return undefined;
  const turns = conversation.messages.map(toTurn);
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
    ...(rating ? { rating: rating.rating } : {}),
    handling: handling.state,
    ...(handoff ? { handoff: { reason: handoff.reason, at: handoff.at } } : {}),
  };
}

function toTurn({
  author,
  text,
  createdAt,
  decision,
  citations,
}: Message): ConversationRecord['turns'][number] {
  return {
    author,
    text: redactor.redact(text, 'transcript').text,
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
