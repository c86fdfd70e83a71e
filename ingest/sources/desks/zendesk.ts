// Zendesk: articles of its help centre, and tickets with their comments. Comments name their authors by number; the requester is the
// customer, and who is an agent has to be found out.
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
  optionalId,
  textField,
} from './desk-record.ts';

const articleSchema = z.looseObject({
  id: idField,
  title: textField,
  name: textField,
  body: textField,
  html_url: textField,
  locale: textField,
  source_locale: textField,
  updated_at: anyField,
});

const personSchema = z.looseObject({ id: idField, role: textField }).nullish().catch(undefined);

const commentSchema = z.looseObject({
  author_id: optionalId,
  author: personSchema,
  type: textField,
  public: anyField,
  plain_body: textField,
  html_body: textField,
  body: textField,
  created_at: anyField,
});
type Comment = z.infer<typeof commentSchema>;

const ticketSchema = z.looseObject({
  id: idField,
  status: textField,
  requester_id: optionalId,
  requester: personSchema,
  submitter_id: optionalId,
  assignee_id: optionalId,
  assignee: personSchema,
  collaborator_ids: listOf(idField).nullish().catch(undefined),
  email_cc_ids: listOf(idField).nullish().catch(undefined),
  description: textField,
  created_at: anyField,
  comments: listOf(commentSchema).nullish().catch(undefined),
});
type Ticket = z.infer<typeof ticketSchema>;

export const zendesk: DeskReader = {
  read(record, context) {
    if (isArticle(record)) return readArticle(record, context);
    return isTicket(record) ? readTicket(record, context) : undefined;
  },
};

function isArticle(record: JsonRecord): boolean {
  return (
    'body' in record &&
    !('requester_id' in record) &&
    ('section_id' in record ||
      'user_segment_id' in record ||
      (typeof record.html_url === 'string' && record.html_url.includes('/hc/')))
  );
}

function readArticle(record: JsonRecord, context: DeskContext): readonly SourceItem[] | undefined {
  const article = articleSchema.safeParse(record).data;
  if (!article) return undefined;
  // A translation has the number of its original.
  const isTranslation = article.locale && article.source_locale && article.locale !== article.source_locale;
  return [
    articleItem(
      {
        id: isTranslation ? `${article.id}-${article.locale}` : article.id,
        title: article.title || article.name,
        body: article.body,
        format: 'html',
        // `url` is the address in the API.
        url: article.html_url,
        updated: article.updated_at,
        language: article.locale,
      },
      record,
      context,
    ),
  ];
}

function isTicket(record: JsonRecord): boolean {
  const { comments } = record;
  if (!('requester_id' in record || 'requester' in record)) return false;
  if (Array.isArray(comments) && comments.length > 0)
    return comments.some(
      (one) => typeof one === 'object' && one !== null && ('author_id' in one || 'html_body' in one),
    );
  return 'submitter_id' in record && 'description' in record;
}

function readTicket(record: JsonRecord, context: DeskContext): readonly SourceItem[] | 'later' | undefined {
  const ticket = ticketSchema.safeParse(record).data;
  if (!ticket) return undefined;
  if (ticket.status === 'deleted') return [];
  const comments = (ticket.comments ?? []).filter(({ type }) => !type || /^comment$/i.test(type));
  notePeople(ticket, comments, context);
  const open = comments.filter(isPublic);
  const roles = open.map((comment) => roleOf(comment, { ticket, first: open[0], people: context.people }));
  if (roles.includes('unknown') && !context.isComplete) return 'later';
  const messages = open.map(
    (comment, index): DeskMessage => ({
      // Whose words are not known is quoted to nobody: they count as a customer's.
      role: roles[index] === 'unknown' ? 'customer' : (roles[index] as DeskMessage['role']),
      ...wordsOf(comment),
      time: comment.created_at,
    }),
  );
  // The description is the first comment again, and all that some exports have of the customer.
  if (
    !messages.some(({ role }) => role === 'customer') &&
    !messages.some(({ text }) => isSame(text, ticket.description))
  )
    messages.unshift({ role: 'customer', text: ticket.description, time: ticket.created_at });
  return [conversationItem({ kind: 'ticket', id: ticket.id, messages }, record, context)];
}

/** Agents are assigned tickets, write notes, and open tickets for others. */
function notePeople(ticket: Ticket, comments: readonly Comment[], { people }: DeskContext): void {
  const requester = requesterOf(ticket);
  const note = (id: string | null | undefined, role: 'customer' | 'agent') => {
    if (id && id !== requester && !people.has(id)) people.set(id, role);
  };
  note(ticket.assignee_id ?? ticket.assignee?.id, 'agent');
  note(ticket.submitter_id, 'agent');
  for (const comment of comments) {
    if (!isPublic(comment)) note(authorOf(comment), 'agent');
    const role = comment.author?.role;
    if (role) note(comment.author?.id, role === 'end-user' ? 'customer' : 'agent');
  }
}

interface RoleFacts {
  readonly ticket: Ticket;
  readonly first: Comment | undefined;
  readonly people: DeskContext['people'];
}

function roleOf(comment: Comment, { ticket, first, people }: RoleFacts): DeskMessage['role'] | 'unknown' {
  const author = authorOf(comment);
  // -1 is the system.
  if (!author || author === '-1') return undefined;
  if (author === requesterOf(ticket)) return 'customer';
  const known = people.get(author);
  if (known) return known;
  const copied = [...(ticket.collaborator_ids ?? []), ...(ticket.email_cc_ids ?? [])];
  return comment === first || copied.includes(author) ? 'customer' : 'unknown';
}

function isPublic(comment: Comment): boolean {
  return comment.public !== null && !isPrivateMessage(comment);
}

function wordsOf({
  plain_body: plain,
  html_body: html,
  body,
}: Comment): Pick<DeskMessage, 'text' | 'format'> {
  if (plain?.trim()) return { text: plain, format: 'text' };
  return html?.trim() ? { text: html, format: 'html' } : { text: body };
}

function requesterOf(ticket: Ticket): string | undefined {
  return ticket.requester_id ?? ticket.requester?.id;
}

function authorOf(comment: Comment): string | undefined {
  return comment.author_id ?? comment.author?.id;
}

function isSame(left: string | null | undefined, right: string | null | undefined): boolean {
  const plain = (text: string | null | undefined) => (text ?? '').replace(/\s+/g, ' ').trim();
  return plain(left) === plain(right);
}
