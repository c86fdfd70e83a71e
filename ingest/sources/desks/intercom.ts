// Intercom: articles with their translations, and conversations, whose first message is their `source`.
import { z } from 'zod';
import type { SourceItem } from '../../item.ts';
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

const contentSchema = z.looseObject({
  title: textField,
  body: textField,
  url: textField,
  state: textField,
  updated_at: anyField,
});
const articleSchema = contentSchema.extend({
  id: idField,
  default_locale: textField,
  translated_content: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});

const authorSchema = z
  .looseObject({ type: textField, from_ai_agent: flagField, is_ai_answer: flagField })
  .nullish()
  .catch(undefined);
const partSchema = z.looseObject({
  part_type: textField,
  body: textField,
  author: authorSchema,
  redacted: flagField,
  created_at: anyField,
});
const partsSchema = z.union([
  listOf(partSchema),
  z.looseObject({ conversation_parts: listOf(partSchema) }).transform((list) => list.conversation_parts),
]);
const conversationSchema = z.looseObject({
  id: idField,
  created_at: anyField,
  source: partSchema.nullish().catch(undefined),
  /** As the API's first version called it. */
  conversation_message: partSchema.nullish().catch(undefined),
  conversation_parts: partsSchema.nullish().catch(undefined),
});

export const intercom: DeskReader = {
  read(record, context) {
    if (isArticle(record)) return readArticle(record, context);
    return isConversation(record) ? readConversation(record, context) : undefined;
  },
};

function isArticle(record: JsonRecord): boolean {
  return (
    (record.type === 'article' || record.type === 'internal_article') && 'body' in record && 'title' in record
  );
}

function readArticle(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const article = articleSchema.safeParse(record).data;
  if (!article) return undefined;
  const { id, default_locale: locale, translated_content: translations, ...content } = article;
  const items = [
    articleItem(
      { ...content, id, format: 'html', updated: content.updated_at, language: locale },
      record,
      context,
    ),
  ];
  for (const [language, translation] of Object.entries(translations ?? {})) {
    const translated = contentSchema.safeParse(translation).data;
    if (!translated?.body || language === locale || language === 'type') continue;
    const own = { ...translated, id: `${id}-${language}`, format: 'html' as const, language };
    items.push(
      articleItem({ ...own, updated: translated.updated_at }, { ...record, ...translated }, context),
    );
  }
  return items;
}

function isConversation(record: JsonRecord): boolean {
  return (
    'conversation_parts' in record ||
    (record.type === 'conversation' && ('source' in record || 'conversation_message' in record))
  );
}

function readConversation(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const conversation = conversationSchema.safeParse(record).data;
  if (!conversation) return undefined;
  const first = conversation.source ?? conversation.conversation_message;
  const parts = (conversation.conversation_parts ?? []).filter((part) => part.part_type === 'comment');
  const messages = [
    ...(first ? [{ ...first, created_at: first.created_at ?? conversation.created_at }] : []),
    ...parts,
  ]
    .filter(({ redacted }) => !redacted)
    .map(
      ({ author, body, created_at }): DeskMessage => ({
        role: roleOf(author),
        text: body,
        format: 'html',
        time: created_at,
      }),
    );
  return [conversationItem({ kind: 'conversation', id: conversation.id, messages }, record, context)];
}

function roleOf(author: z.infer<typeof authorSchema>): DeskMessage['role'] {
  if (author?.from_ai_agent || author?.is_ai_answer) return undefined;
  if (author?.type === 'admin') return 'agent';
  return ['user', 'lead', 'contact', 'visitor'].includes(author?.type ?? '') ? 'customer' : undefined;
}
