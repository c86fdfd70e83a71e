// Records (JSON objects or CSV rows) to articles and conversations. Those of a help desk are told by their shape and read by its own
// reader (`desks/`); of all others the fields' names say what they mean.
import { createHash } from 'node:crypto';
import type { ArticleItem, ConversationItem, Origin, SourceItem, TranscriptTurn } from '../item.ts';
import {
  articleVisibility,
  conversationVisibility,
  isPrivateMessage,
  type Visibility,
} from '../visibility.ts';
import { chatwoot, chatwootRole, isChatwootMessage } from './desks/chatwoot.ts';
import { type DeskReader, inOrder } from './desks/desk-record.ts';
import { freshdesk } from './desks/freshdesk.ts';
import { helpScout } from './desks/help-scout.ts';
import { intercom } from './desks/intercom.ts';
import { createPlaces } from './desks/places.ts';
import { unwrap } from './desks/unwrap.ts';
import { zendesk } from './desks/zendesk.ts';
import type { Fields, JsonRecord } from './field-map.ts';
import { peopleIn } from './people-in.ts';
import { readTime, readTimes } from './read-time.ts';

export interface RecordReader {
  /** What this record is by itself; message rows yield nothing until `finish`. */
  read(record: JsonRecord, origin: Origin): Iterable<SourceItem>;
  /** The conversations whose messages came one row each, and those whose authors are known only now. */
  finish(): Iterable<SourceItem>;
}

const desks: readonly DeskReader[] = [zendesk, intercom, freshdesk, helpScout, chatwoot];

/** A turn whose time is read when all times of the conversation are known. */
interface RawTurn {
  readonly turn: TranscriptTurn;
  readonly time: unknown;
}

interface OpenConversation {
  readonly origin: Origin;
  readonly turns: RawTurn[];
  readonly language: string | undefined;
  readonly people: Set<string>;
}

export function createRecordReader(fields: Fields): RecordReader {
  const conversations = new Map<string, OpenConversation>();
  const beside = { places: createPlaces(), people: new Map<string, 'customer' | 'agent'>() };
  const later: { readonly record: JsonRecord; readonly origin: Origin }[] = [];

  function* readMessage(record: JsonRecord, conversationId: string, origin: Origin): Iterable<SourceItem> {
    const turn = readTurn(record, fields);
    if (turn === 'ignored') return;
    if (typeof turn === 'string') {
      yield { type: 'problem', origin, reason: turn };
      return;
    }
    let conversation = conversations.get(conversationId);
    if (!conversation) {
      conversation = {
        origin,
        turns: [],
        language: asText(fields.get(record, 'language')),
        people: new Set(),
      };
      conversations.set(conversationId, conversation);
    }
    conversation.turns.push(turn);
    if (turn.turn.role === 'customer')
      for (const address of peopleIn(record)) conversation.people.add(address);
  }

  /** Undefined: of no desk. */
  function readDesk(
    record: JsonRecord,
    origin: Origin,
    isComplete = false,
  ): readonly SourceItem[] | undefined {
    // A map is somebody's own word on what the fields mean.
    if (fields.isMapped) return undefined;
    for (const desk of desks) {
      const items = desk.read(record, { ...beside, origin, isComplete });
      if (items === 'later') later.push({ record, origin });
      if (items !== undefined) return items === 'later' ? [] : items;
    }
    return undefined;
  }

  function* readOne(record: JsonRecord, origin: Origin): Iterable<SourceItem> {
    const items = readDesk(record, origin);
    if (items) {
      yield* items;
      return;
    }
    const turns = fields.get(record, 'turns');
    const conversationId = asId(fields.get(record, 'conversation'));
    if (Array.isArray(turns)) yield* readConversation(record, turns, fields, origin);
    else if (conversationId !== undefined && fields.get(record, 'text') !== undefined)
      yield* readMessage(record, conversationId, origin);
    else if (conversationId !== undefined && fields.get(record, 'role') !== undefined) {
      if (!hasAttachment(record)) yield { type: 'problem', origin, reason: 'message without text' };
    } else if (isSolvedProblem(record, fields)) yield* readConversation(record, [], fields, origin);
    else yield readArticle(record, fields, origin);
  }

  return {
    *read(record, origin) {
      const whole = withParsedTurns(record, fields);
      const records = isMappedRecord(whole, fields) ? [whole] : unwrap(whole, beside);
      for (const [index, inner] of records.entries()) {
        // A file that is one page has one line; the place in its list is what a person can look for.
        const line = records.length > 1 && origin.line === 1 ? { line: index + 1 } : {};
        for (const item of readOne(inner, { ...origin, ...line })) yield withPeople(item, peopleIn(inner));
      }
    },
    *finish() {
      for (const { record, origin } of later.splice(0))
        for (const item of readDesk(record, origin, true) ?? []) yield withPeople(item, peopleIn(record));
      for (const [id, { origin, turns, language, people }] of conversations) {
        const item = {
          type: 'conversation',
          id,
          origin,
          turns: timed(turns),
          ...(language ? { language } : {}),
        } as const;
        yield withPeople(item, [...people]);
      }
      conversations.clear();
    },
  };
}

function withPeople(item: SourceItem, people: readonly string[]): SourceItem {
  return item.type === 'conversation' && people.length > 0 ? { ...item, people } : item;
}

function isMappedRecord(record: JsonRecord, fields: Fields): boolean {
  return (
    fields.isMapped &&
    (['id', 'conversation', 'turns'] as const).some((field) => fields.get(record, field) !== undefined)
  );
}

/** Tables hold the messages of a ticket as JSON in a cell. */
function withParsedTurns(record: JsonRecord, fields: Fields): JsonRecord {
  const name = fields.nameOf(record, 'turns');
  const value = name === undefined ? undefined : record[name];
  if (name === undefined || typeof value !== 'string' || !/^\s*\[\s*\{/.test(value)) return record;
  try {
    return { ...record, [name]: JSON.parse(value) };
  } catch {
    return record;
  }
}

/** One row that says what the matter was and how it was solved. */
function isSolvedProblem(record: JsonRecord, fields: Fields): boolean {
  return (
    fields.get(record, 'body') === undefined &&
    typeof fields.get(record, 'problem') === 'string' &&
    typeof fields.get(record, 'lastReply') === 'string'
  );
}

function* readConversation(
  record: JsonRecord,
  rows: readonly unknown[],
  fields: Fields,
  origin: Origin,
): Iterable<SourceItem> {
  const id = asId(fields.get(record, 'conversation')) ?? asId(fields.get(record, 'id'));
  if (id === undefined) {
    yield { type: 'problem', origin, reason: 'conversation without an id' };
    return;
  }
  const turns: RawTurn[] = [];
  const problems = new Map<string, number>();
  for (const row of rows) {
    const turn = isRecord(row) ? readTurn(row, fields) : 'turn that is not an object';
    if (typeof turn !== 'string') turns.push(turn);
    else if (turn !== 'ignored') problems.set(turn, (problems.get(turn) ?? 0) + 1);
  }
  for (const [reason, count] of problems)
    yield {
      type: 'problem',
      origin,
      reason: `${reason} (${count} of ${rows.length} turns, the others are kept)`,
    };
  const problem = asText(fields.get(record, 'problem'))?.trim();
  if (problem && !turns.some(({ turn }) => turn.role === 'customer'))
    turns.unshift({ turn: { role: 'customer', text: problem }, time: undefined });
  const reply = fields.get(record, 'lastReply');
  const last = isRecord(reply)
    ? readTurn({ role: 'agent', ...reply }, fields)
    : readTurn({ role: 'agent', text: reply }, fields);
  if (typeof last !== 'string') turns.push(last);
  if (turns.length === 0) {
    yield { type: 'problem', origin, reason: 'conversation without a readable turn' };
    return;
  }
  const { url, language } = linkAndLanguage(record, fields);
  const visibility = conversationVisibility(withMappedAudience(record, fields));
  yield {
    type: 'conversation',
    id,
    origin,
    turns: timed(turns),
    ...url,
    ...language,
    ...audienceFacts(visibility),
  };
}

/** The turn, `ignored`, or why it cannot be read. */
function readTurn(record: JsonRecord, fields: Fields): RawTurn | string {
  // A note between agents is no answer, whoever wrote it.
  if (isPrivateMessage(record)) return 'ignored';
  const speaker = speakerOf(record, fields);
  if (speaker === undefined) return 'message without a speaker';
  const role = ['customer', 'agent', 'ignored'].find((known) => known === speaker) ?? fields.roleOf(speaker);
  if (role === 'ignored') return 'ignored';
  if (role === undefined) return 'speaker is neither customer nor agent (name the roles in a --map file)';
  const text = asText(fields.get(record, 'text'));
  if (text === undefined || text.trim() === '')
    return hasAttachment(record) ? 'ignored' : 'message without text';
  const time = fields.get(record, 'time');
  if (time !== undefined && readTime(time) === undefined && readTime(time, 'month-first') === undefined)
    return 'impossible time';
  const isHtml = fields.nameOf(record, 'text')?.toLowerCase().includes('html');
  return {
    turn: { role: role as TranscriptTurn['role'], text, ...(isHtml ? { format: 'html' } : {}) },
    time,
  };
}

/** Who says it: by the rule of the desk where a row shows whose it is, else by the field that names a role. */
function speakerOf(record: JsonRecord, fields: Fields): unknown {
  if (!fields.isMapped) {
    if (isChatwootMessage(record)) return chatwootRole(record) ?? 'ignored';
    const { incoming, author_id: author, requester_id: requester } = record;
    if (typeof incoming === 'boolean' || /^(?:true|false|t|f|0|1)$/i.test(String(incoming)))
      return /^(?:true|t|1)$/i.test(String(incoming)) ? 'customer' : 'agent';
    if (asId(author) !== undefined && asId(author) === asId(requester)) return 'customer';
    if (asId(author) !== undefined && asId(requester) !== undefined)
      return fields.get(record, 'role') ?? 'agent';
  }
  const speaker = fields.get(record, 'role');
  if (!isRecord(speaker)) return speaker;
  return speaker.type ?? speaker.role ?? speaker.kind;
}

function hasAttachment(record: JsonRecord): boolean {
  return Object.entries(record).some(
    ([name, value]) =>
      /attachment|files|media|image/i.test(name) &&
      (Array.isArray(value) ? value.length > 0 : Boolean(value)),
  );
}

function timed(turns: readonly RawTurn[]): readonly TranscriptTurn[] {
  const times = readTimes(turns.map(({ time }) => time));
  return inOrder(
    turns.map(({ turn }, index) => (times[index] === undefined ? turn : { ...turn, time: times[index] })),
  );
}

function readArticle(record: JsonRecord, fields: Fields, origin: Origin): ArticleItem | SourceItem {
  const body = asText(fields.get(record, 'body'));
  if (body === undefined || body.trim() === '')
    return {
      type: 'problem',
      origin,
      reason: isTicket(record)
        ? 'a ticket without its messages: export tickets with their comments, as JSON, or read them from the desk itself'
        : 'neither an article (no text) nor a message (no conversation id)',
    };
  // What a customer wrote must not be published as an article.
  if (isTicket(record) && !fields.isMapped)
    return { type: 'problem', origin, reason: 'a ticket that does not say who wrote its text' };
  const title = asText(fields.get(record, 'title'));
  const id = asId(fields.get(record, 'id')) ?? (isFaqRow(record, fields) ? idOf(title!) : undefined);
  if (id === undefined) return { type: 'problem', origin, reason: 'article without an id' };
  const bodyField = fields.nameOf(record, 'body')?.toLowerCase() ?? '';
  const format =
    bodyField.includes('html') ||
    /^\s*<(?:!doctype|html|body|div|p|h[1-6]|ul|ol|table|article|section|span|a|b|strong|em|i|br|img|figure|blockquote|pre|details)\b[^<>]*>/i.test(
      body,
    )
      ? 'html'
      : 'markdown';
  const updated = asText(fields.get(record, 'updated'));
  const { url, language } = linkAndLanguage(record, fields);
  return {
    type: 'article',
    id,
    title: title ?? '',
    body,
    format,
    origin,
    ...(updated ? { updated } : {}),
    ...url,
    ...language,
    ...audienceFacts(articleVisibility(withMappedAudience(record, fields))),
  };
}

function isFaqRow(record: JsonRecord, fields: Fields): boolean {
  return (
    /question/i.test(fields.nameOf(record, 'title') ?? '') && asId(fields.get(record, 'title')) !== undefined
  );
}

/** Of a row that has none: the same question keeps its id when its answer or its place changes. */
function idOf(title: string): string {
  const hash = createHash('sha256').update(title.replace(/\s+/g, ' ').trim().toLowerCase());
  return `faq-${hash.digest('hex').slice(0, 16)}`;
}

function isTicket(record: JsonRecord): boolean {
  return Object.keys(record).some((name) =>
    /^(?:requester|submitter|customer|ticket)(?:id|email|mail|name|number|no|status|subject)?$/.test(
      name.toLowerCase().replace(/[\s_-]/g, ''),
    ),
  );
}

function linkAndLanguage(record: JsonRecord, fields: Fields) {
  const url = asText(fields.get(record, 'url'));
  const language = asText(fields.get(record, 'language'));
  return { url: url ? { url } : {}, language: language ? { language } : {} };
}

/** A map may call the audience anything. */
function withMappedAudience(record: JsonRecord, fields: Fields): JsonRecord {
  const audience = fields.get(record, 'audience');
  return audience === undefined ? record : { ...record, audience };
}

function audienceFacts({
  audience,
  unknown,
}: Visibility): Pick<ConversationItem, 'audience' | 'unknownVisibility'> {
  return { ...(audience ? { audience } : {}), ...(unknown ? { unknownVisibility: unknown } : {}) };
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function asId(value: unknown): string | undefined {
  const id = asText(value)?.trim();
  return id ? id.slice(0, 500) : undefined;
}
