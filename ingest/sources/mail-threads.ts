// Mails to conversations: which belong together, and who of their senders is the customer.
import { createHash } from 'node:crypto';
import type { MailPart } from '#readers/file-part.ts';
import type { ConversationItem, Origin } from '../item.ts';
import type { Fields } from './field-map.ts';

export interface MailThreads {
  add(mail: MailPart, origin: Origin): void;
  /** In the order of their first mails. */
  finish(): Iterable<ConversationItem>;
}

interface ReadMail {
  readonly mail: MailPart;
  readonly origin: Origin;
}

/** In the languages that mail programs write them in. */
const replyPrefix =
  /^\s*(?:(?:re|aw|antw|sv|vs|ref|rif|rép|odp|res|fwd?|wg|tr|rv|vb|doorst)(?:\[\d+\])?\s*:\s*)+/i;

export function createMailThreads(fields: Fields): MailThreads {
  const mails: ReadMail[] = [];
  return {
    add: (mail, origin) => mails.push({ mail, origin }),
    *finish() {
      for (const thread of threadsOf(mails.splice(0))) yield toConversation(thread, fields);
    },
  };
}

/** By Message-ID, In-Reply-To and References (RFC 5322); a reply without them by its subject and the people in it. */
function threadsOf(mails: readonly ReadMail[]): ReadMail[][] {
  const inTime = mails.toSorted((left, right) => (left.mail.time ?? 0) - (right.mail.time ?? 0));
  const threads = new Set<ReadMail[]>();
  const byId = new Map<string, ReadMail[]>();
  const bySubject = new Map<string, ReadMail[]>();
  const seen = new Set<string>();
  for (const one of inTime) {
    const { messageId, references, subject } = one.mail;
    // The copy in the folder of what was sent.
    if (messageId && seen.has(messageId)) continue;
    if (messageId) seen.add(messageId);
    const ids = [...(messageId ? [messageId] : []), ...references];
    const topic = subject.replace(replyPrefix, '').replace(/\s+/g, ' ').trim().toLowerCase();
    const known = [...new Set(ids.map((id) => byId.get(id)))].filter((thread) => thread !== undefined);
    const sameTopic = references.length === 0 && replyPrefix.test(subject) ? bySubject.get(topic) : undefined;
    if (known.length === 0 && sameTopic && sharesPeople(sameTopic, one)) known.push(sameTopic);
    const [thread = [], ...others] = known;
    for (const other of others) {
      thread.push(...other);
      threads.delete(other);
      for (const [id, owner] of byId) if (owner === other) byId.set(id, thread);
    }
    thread.push(one);
    threads.add(thread);
    for (const id of ids) byId.set(id, thread);
    if (topic !== '') bySubject.set(topic, thread);
  }
  return [...threads];
}

function sharesPeople(thread: readonly ReadMail[], { mail }: ReadMail): boolean {
  const people = new Set(thread.flatMap(({ mail: { from, to } }) => [from, ...to]));
  return people.has(mail.from) && mail.to.some((address) => people.has(address));
}

function toConversation(thread: readonly ReadMail[], fields: Fields): ConversationItem {
  const inTime = thread.toSorted((left, right) => (left.mail.time ?? 0) - (right.mail.time ?? 0));
  const { mail: first, origin } = inTime[0]!;
  const roleOf = createRoles(first, fields);
  const root = first.references[0] ?? first.messageId;
  return {
    type: 'conversation',
    people: [...new Set(inTime.map(({ mail }) => mail.from))].filter((from) => roleOf(from) === 'customer'),
    id: root ? `mail-${createHash('sha256').update(root).digest('hex').slice(0, 16)}` : origin.file,
    origin,
    turns: inTime.map(({ mail }, index) => ({
      role: roleOf(mail.from),
      format: mail.format,
      // The subject of the first one often says what the matter is.
      text: index === 0 && mail.subject !== '' ? `${mail.subject}\n\n${mail.text}` : mail.text,
      ...(mail.time === undefined ? {} : { time: mail.time }),
    })),
  };
}

/**
 * What the map says of an address or its domain. Else who writes first is the customer, and an agent is who writes from where that went to.
 * Anybody else counts as a customer: what customers write is never quoted.
 */
function createRoles(first: MailPart, fields: Fields): (address: string) => 'customer' | 'agent' {
  const said = (address: string) => fields.roleOf(address) ?? fields.roleOf(domainOf(address));
  const domains = new Set(first.to.map(domainOf));
  domains.delete(domainOf(first.from));
  return (address) => {
    const role = said(address);
    if (role === 'customer' || role === 'agent') return role;
    if (address === first.from) return 'customer';
    return first.to.includes(address) || domains.has(domainOf(address)) ? 'agent' : 'customer';
  };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
