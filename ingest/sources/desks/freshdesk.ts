// Freshdesk: articles of its solutions, and tickets with their notes (its export) or conversations (its API).
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
  optionalId,
  textField,
} from './desk-record.ts';

const articleSchema = z.looseObject({
  id: idField,
  title: textField,
  description: textField,
  description_text: textField,
  desc_un_html: textField,
  body: textField,
  url: textField,
  language: textField,
  modified_at: anyField,
  updated_at: anyField,
});

const noteSchema = z.preprocess(
  (note) => (isRecord(note) && isRecord(note.helpdesk_note) ? note.helpdesk_note : note),
  z.looseObject({
    body: textField,
    body_html: textField,
    body_text: textField,
    incoming: flagField,
    source: anyField,
    user_id: optionalId,
    created_at: anyField,
  }),
);
type Note = z.infer<typeof noteSchema>;

const ticketSchema = z.looseObject({
  id: idField.nullish(),
  display_id: optionalId,
  requester_id: optionalId,
  description: textField,
  description_html: textField,
  description_text: textField,
  source: anyField,
  deleted: flagField,
  spam: flagField,
  created_at: anyField,
  notes: listOf(noteSchema).nullish().catch(undefined),
  conversations: listOf(noteSchema).nullish().catch(undefined),
});

const statusWords: Readonly<Record<string, string>> = { 1: 'draft', 2: 'published' };
/** Of a folder, on the article itself. */
const visibilityWords: Readonly<Record<string, string>> = { 1: 'public', 2: 'logged-in users', 3: 'agents' };
/** A mail that an agent passed on to somebody else. */
const forwarded = 8;
/** A ticket that an agent began, by writing to the customer. */
const outboundEmail = 10;

export const freshdesk: DeskReader = {
  read(record, context) {
    if (isTicket(record)) return readTicket(record, context);
    return isArticle(record) ? readArticle(record, context) : undefined;
  },
};

function isArticle(record: JsonRecord): boolean {
  return (
    'title' in record &&
    ('description' in record || 'description_text' in record || 'desc_un_html' in record) &&
    [
      'description_text',
      'desc_un_html',
      'folder_id',
      'folder',
      'hierarchy',
      'seo_data',
      'art_type',
      'thumbs_up',
      'article_type',
    ].some((name) => name in record) &&
    // A chat's record may have a title, too.
    !('content' in record || 'messages' in record || 'turns' in record)
  );
}

function readArticle(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const article = articleSchema.safeParse(record).data;
  if (!article) return undefined;
  const { description, body, description_text: text, desc_un_html: plain } = article;
  const html = [description, body].find((one) => one?.trim());
  const { status, folder_visibility: visibility } = record;
  return [
    articleItem(
      {
        id: article.id,
        title: article.title,
        body: html ?? text ?? plain,
        format: html === undefined ? 'text' : 'html',
        url: article.url,
        updated: article.modified_at ?? article.updated_at,
        language: article.language,
      },
      {
        ...record,
        ...(status === undefined ? {} : { status: statusWords[String(status)] ?? status }),
        ...(visibility === undefined
          ? {}
          : { folder_visibility: visibilityWords[String(visibility)] ?? visibility }),
      },
      context,
    ),
  ];
}

function isTicket(record: JsonRecord): boolean {
  const messages = [record.notes, record.conversations].find(Array.isArray);
  return (
    (messages !== undefined &&
      ('requester_id' in record || 'display_id' in record || messages.some(isNote))) ||
    ('requester_id' in record && 'responder_id' in record)
  );
}

function isNote(value: unknown): boolean {
  return isRecord(value) && ('incoming' in value || isRecord(value.helpdesk_note));
}

function readTicket(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const ticket = ticketSchema.safeParse(record).data;
  const id = ticket?.id ?? ticket?.display_id;
  if (!ticket || !id) return undefined;
  if (ticket.deleted || ticket.spam) return [];
  const notes = (ticket.notes ?? ticket.conversations ?? []).filter(
    (note) => !isPrivateMessage(note) && Number(note.source) !== forwarded,
  );
  const messages: DeskMessage[] = [
    {
      role: Number(ticket.source) === outboundEmail ? 'agent' : 'customer',
      ...wordsOf([ticket.description_html, ticket.description], ticket.description_text),
      time: ticket.created_at,
    },
    ...notes.map((note) => ({
      role: roleOf(note, ticket.requester_id),
      ...wordsOf([note.body_html, note.body], note.body_text),
      time: note.created_at,
    })),
  ];
  return [conversationItem({ kind: 'ticket', id, messages }, record, context)];
}

function roleOf(
  { incoming, user_id: author }: Note,
  requester: string | null | undefined,
): DeskMessage['role'] {
  if (typeof incoming === 'boolean') return incoming ? 'customer' : 'agent';
  if (!author || !requester) return undefined;
  return author === requester ? 'customer' : 'agent';
}

/** The API's plain text has lost its line breaks, so what is quoted cannot be told in it. The export's `body` is plain text. */
function wordsOf(
  bodies: readonly (string | null | undefined)[],
  plain: string | null | undefined,
): Pick<DeskMessage, 'text' | 'format'> {
  const text = bodies.find((body) => body?.trim());
  return text === undefined ? { text: plain, format: 'text' } : { text };
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
