// Chatwoot: articles of its portals, and conversations with their messages. Its `User` is the agent, its `Contact` the customer.
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
  flagField,
  idField,
  listOf,
  textField,
} from './desk-record.ts';

const articleSchema = z.looseObject({
  id: idField,
  title: textField,
  content: textField,
  url: textField,
  locale: textField,
  updated_at: anyField,
});

const messageSchema = z.looseObject({
  content: textField,
  message_type: z.union([z.string(), z.number()]).nullish().catch(undefined),
  content_type: textField,
  sender_type: textField,
  sender: z.looseObject({ type: textField }).nullish().catch(undefined),
  content_attributes: z.looseObject({ deleted: flagField }).nullish().catch(undefined),
  created_at: anyField,
});
type Message = z.infer<typeof messageSchema>;

const conversationSchema = z.looseObject({ id: idField, messages: listOf(messageSchema) });

const statusWords: Readonly<Record<string, string>> = { 0: 'draft', 1: 'published', 2: 'archived' };
/** Cards, forms and surveys are no one's words. */
const spokenTypes = ['text', 'incoming_email', ''];

export const chatwoot: DeskReader = {
  read(record, context) {
    if (isArticle(record)) return readArticle(record, context);
    return isConversation(record) ? readConversation(record, context) : undefined;
  },
};

function isArticle(record: JsonRecord): boolean {
  return (
    'content' in record &&
    'title' in record &&
    'status' in record &&
    ['portal', 'portal_id', 'account_id', 'associated_articles', 'associated_article_id', 'category_id'].some(
      (name) => name in record,
    )
  );
}

function readArticle(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const article = articleSchema.safeParse(record).data;
  if (!article) return undefined;
  const { id, title, content, url, updated_at: updated } = article;
  const status = statusWords[String(record.status)] ?? record.status;
  const category = isRecord(record.category) ? record.category.locale : undefined;
  const language = article.locale ?? (typeof category === 'string' ? category : undefined);
  return [
    articleItem(
      { id, title, body: content, format: 'markdown', url, updated, language },
      // The portal is the help centre as a whole: its own facts are none of the article's.
      { ...record, status, portal: undefined, meta: undefined },
      context,
    ),
  ];
}

/** A message by itself is told by its fields, too: exports of the database have one a row. */
export function isChatwootMessage(record: JsonRecord): boolean {
  return (
    'message_type' in record &&
    ['sender_type', 'content_type', 'content_attributes'].some((name) => name in record)
  );
}

function isConversation(record: JsonRecord): boolean {
  const { messages } = record;
  return (
    Array.isArray(messages) &&
    messages.some((one) => isRecord(one) && 'message_type' in one && 'content' in one)
  );
}

function readConversation(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const conversation = conversationSchema.safeParse(record).data;
  if (!conversation) return undefined;
  const messages = conversation.messages.map(
    (message): DeskMessage => ({
      role: chatwootRole(message),
      text: message.content,
      format: 'text',
      time: message.created_at,
    }),
  );
  return [conversationItem({ kind: 'conversation', id: conversation.id, messages }, record, context)];
}

/** Undefined for notes, activities, greetings of the system and bots. */
export function chatwootRole(record: JsonRecord): DeskMessage['role'] {
  const message: Message | undefined = messageSchema.safeParse(record).data;
  if (!message || message.content_attributes?.deleted || !spokenTypes.includes(message.content_type ?? ''))
    return undefined;
  if (isPrivateMessage(record)) return undefined;
  const type = String(message.message_type ?? '').toLowerCase();
  if (!['0', '1', 'incoming', 'outgoing', ''].includes(type)) return undefined;
  const sender = (message.sender_type ?? message.sender?.type ?? '').toLowerCase();
  if (sender === 'contact') return 'customer';
  if (sender === 'user') return 'agent';
  // Bots have names of their own, and automations have none.
  if (sender !== '' || ('sender_type' in record && type !== '0' && type !== 'incoming')) return undefined;
  return type === '0' || type === 'incoming' ? 'customer' : type === '' ? undefined : 'agent';
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
