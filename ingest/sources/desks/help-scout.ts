// Help Scout: articles of its Docs, and conversations of its inbox. Its `user` is the agent.
import { z } from 'zod';
import type { SourceItem } from '../../item.ts';
import { isPrivateMessage } from '../../visibility.ts';
import type { JsonRecord } from '../field-map.ts';
import {
  anyField,
  articleItem,
  conversationItem,
  type DeskContext,
  type DeskMessage,
  type DeskReader,
  idField,
  listOf,
  textField,
} from './desk-record.ts';

const articleSchema = z.looseObject({
  id: idField,
  name: textField,
  text: textField,
  publicUrl: textField,
  updatedAt: anyField,
  createdAt: anyField,
});

const threadSchema = z.looseObject({
  type: textField,
  body: textField,
  createdBy: z.looseObject({ type: textField }).nullish().catch(undefined),
  createdAt: anyField,
});
const threadsSchema = listOf(threadSchema);
const conversationSchema = z.looseObject({
  id: idField,
  status: textField,
  state: textField,
  threads: threadsSchema.nullish().catch(undefined),
  _embedded: z.looseObject({ threads: threadsSchema }).nullish().catch(undefined),
});

export const helpScout: DeskReader = {
  read(record, context) {
    if (isArticle(record)) return readArticle(record, context);
    return isConversation(record) ? readConversation(record, context) : undefined;
  },
};

function isArticle(record: JsonRecord): boolean {
  return (
    'text' in record &&
    'name' in record &&
    ['publicUrl', 'collectionId', 'hasDraft', 'lastPublishedAt'].some((name) => name in record)
  );
}

function readArticle(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const article = articleSchema.safeParse(record).data;
  if (!article) return undefined;
  const { id, name, text, publicUrl, updatedAt, createdAt } = article;
  return [
    articleItem(
      { id, title: name, body: text, format: 'html', url: publicUrl, updated: updatedAt ?? createdAt },
      record,
      context,
    ),
  ];
}

function isConversation(record: JsonRecord): boolean {
  const embedded = record._embedded;
  const threads = isRecord(embedded) ? embedded.threads : record.threads;
  return (
    Array.isArray(threads) && (threads.length === 0 || threads.some((one) => isRecord(one) && 'type' in one))
  );
}

function readConversation(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const conversation = conversationSchema.safeParse(record).data;
  if (!conversation) return undefined;
  if (conversation.status === 'spam' || conversation.state === 'deleted' || conversation.state === 'draft')
    return [];
  const threads = conversation._embedded?.threads ?? conversation.threads ?? [];
  const messages = threads
    .filter((thread) => !isPrivateMessage(thread))
    .map(
      ({ type, body, createdBy, createdAt }): DeskMessage => ({
        role: roleOf(type, createdBy?.type),
        text: body,
        format: 'html',
        time: createdAt,
      }),
    );
  return [conversationItem({ kind: 'conversation', id: conversation.id, messages }, record, context)];
}

/** What was forwarded goes to somebody else; `lineitem` says what was done. */
function roleOf(type: string | null | undefined, author: string | null | undefined): DeskMessage['role'] {
  if (type === 'customer') return 'customer';
  if (type === 'message' || type === 'reply') return author === 'customer' ? 'customer' : 'agent';
  if (type !== 'chat' && type !== 'beaconchat' && type !== 'phone') return undefined;
  if (author === 'customer') return 'customer';
  return author === 'user' && type !== 'phone' ? 'agent' : undefined;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
