// Records (JSON objects or CSV rows) to articles and conversations, told apart by their fields.
import { createHash } from 'node:crypto';
import type { ArticleItem, ConversationItem, Origin, SourceItem, TranscriptTurn } from '../item.ts';
import { isPrivate, readAudience } from '../source-settings.ts';
import type { Fields, JsonRecord } from './field-map.ts';

export interface RecordReader {
  /** What this record is by itself; message rows yield nothing until `finish`. */
  read(record: JsonRecord, origin: Origin): Iterable<SourceItem>;
  /** The conversations whose messages came one row each. */
  finish(): Iterable<SourceItem>;
}

/** A time outside has a broken clock or a broken column behind it. Not "later than now": this machine's clock may be the wrong one. */
const earliestTime = Date.UTC(1990, 0, 1);
const latestTime = Date.UTC(2100, 0, 1);

interface OpenConversation {
  readonly origin: Origin;
  readonly turns: TranscriptTurn[];
  readonly language: string | undefined;
}

export function createRecordReader(fields: Fields): RecordReader {
  const conversations = new Map<string, OpenConversation>();

  function* readMessage(record: JsonRecord, conversationId: string, origin: Origin): Iterable<SourceItem> {
    const turn = readTurn(record, fields);
    if (turn === 'ignored') return;
    if (typeof turn === 'string') {
      yield { type: 'problem', origin, reason: turn };
      return;
    }
    let conversation = conversations.get(conversationId);
    if (!conversation) {
      conversation = { origin, turns: [], language: asText(fields.get(record, 'language')) };
      conversations.set(conversationId, conversation);
    }
    conversation.turns.push(turn);
  }

  return {
    *read(record, origin) {
      const turns = fields.get(record, 'turns');
      const conversationId = asId(fields.get(record, 'conversation'));
      if (Array.isArray(turns)) yield* readConversation(record, turns, fields, origin);
      else if (conversationId !== undefined && fields.get(record, 'text') !== undefined)
        yield* readMessage(record, conversationId, origin);
      else if (conversationId !== undefined && fields.get(record, 'role') !== undefined) {
        yield { type: 'problem', origin, reason: 'message without text' };
      } else yield readArticle(record, fields, origin);
    },
    *finish() {
      for (const [id, { origin, turns, language }] of conversations) {
        yield { type: 'conversation', id, origin, turns: inOrder(turns), ...(language ? { language } : {}) };
      }
      conversations.clear();
    },
  };
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
  const turns: TranscriptTurn[] = [];
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
  const reply = fields.get(record, 'lastReply');
  const last = isRecord(reply)
    ? readTurn({ role: 'agent', ...reply }, fields)
    : readTurn({ role: 'agent', text: reply }, fields);
  if (typeof last !== 'string') turns.push(last);
  if (turns.length === 0) {
    yield { type: 'problem', origin, reason: 'conversation without a readable turn' };
    return;
  }
  yield { type: 'conversation', id, origin, turns: inOrder(turns), ...commonFacts(record, fields) };
}

/** The turn, `ignored`, or why it cannot be read. */
function readTurn(record: JsonRecord, fields: Fields): TranscriptTurn | string {
  const speaker = fields.get(record, 'role');
  if (speaker === undefined) return 'message without a speaker';
  const role = fields.roleOf(speaker);
  // A note between agents is no answer, whoever wrote it.
  if (role === 'ignored' || isPrivate(record)) return 'ignored';
  if (role === undefined) return 'speaker is neither customer nor agent (name the roles in a --map file)';
  const text = asText(fields.get(record, 'text'));
  if (text === undefined || text.trim() === '') return 'message without text';
  const rawTime = fields.get(record, 'time');
  if (rawTime === undefined) return { role, text };
  const time = readTime(rawTime);
  return time === undefined ? 'impossible time' : { role, text, time };
}

/** ISO 8601, or Unix seconds or milliseconds. */
export function readTime(value: unknown): number | undefined {
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^\s*\d{9,14}(?:\.\d+)?\s*$/.test(value));
  const milliseconds = isNumber
    ? toMilliseconds(Number(value))
    : typeof value === 'string'
      ? readIsoTime(value)
      : Number.NaN;
  return milliseconds >= earliestTime && milliseconds < latestTime ? milliseconds : undefined;
}

function toMilliseconds(value: number): number {
  return value < 100_000_000_000 ? value * 1000 : value;
}

function readIsoTime(text: string): number {
  const day = /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ]|\s*$)/.exec(text);
  // Date.parse rolls 31 February over to March.
  if (
    day &&
    new Date(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]))).getUTCDate() !== Number(day[3])
  )
    return Number.NaN;
  return Date.parse(text.trim());
}

/** By time where every turn has one; sources are not always sorted, and equal times keep their order. */
function inOrder(turns: readonly TranscriptTurn[]): readonly TranscriptTurn[] {
  if (turns.some((turn) => turn.time === undefined)) return turns;
  return turns.toSorted((left, right) => left.time! - right.time!);
}

function readArticle(record: JsonRecord, fields: Fields, origin: Origin): ArticleItem | SourceItem {
  const body = asText(fields.get(record, 'body'));
  if (body === undefined || body.trim() === '')
    return {
      type: 'problem',
      origin,
      reason: 'neither an article (no text) nor a message (no conversation id)',
    };
  const title = asText(fields.get(record, 'title'));
  const id = asId(fields.get(record, 'id')) ?? (isFaqRow(record, fields) ? idOf(title!) : undefined);
  if (id === undefined) return { type: 'problem', origin, reason: 'article without an id' };
  const bodyField = fields.nameOf(record, 'body')?.toLowerCase() ?? '';
  const format =
    bodyField.includes('html') ||
    /^\s*<(?:!doctype|html|body|div|p|h[1-6]|ul|table|article|section)\b/i.test(body)
      ? 'html'
      : 'markdown';
  const updated = asText(fields.get(record, 'updated'));
  return {
    type: 'article',
    id,
    title: title ?? '',
    body,
    format,
    origin,
    ...(updated ? { updated } : {}),
    ...commonFacts(record, fields),
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

function commonFacts(
  record: JsonRecord,
  fields: Fields,
): Pick<ConversationItem, 'url' | 'language' | 'audience'> {
  const url = asText(fields.get(record, 'url'));
  const language = asText(fields.get(record, 'language'));
  const audience = isPrivate(record) ? 'internal' : readAudience(asText(fields.get(record, 'audience')));
  return { ...(url ? { url } : {}), ...(language ? { language } : {}), ...(audience ? { audience } : {}) };
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
