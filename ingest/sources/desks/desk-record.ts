// What the readers of help desks' records share: fields that may be missing or odd, what is known of the rest of the file, and a
// conversation from its messages.
import { z } from 'zod';
import type { ArticleItem, Origin, SourceItem, TranscriptTurn } from '../../item.ts';
import { articleVisibility, conversationVisibility, type Visibility } from '../../visibility.ts';
import type { JsonRecord } from '../field-map.ts';
import { readTimes } from '../read-time.ts';
import type { Places } from './places.ts';

export interface DeskContext {
  readonly origin: Origin;
  /** Sections, folders and collections that were named so far. */
  readonly places: Places;
  /** Who is who, as far as the file has said it. Zendesk's comments name their authors by number only. */
  readonly people: Map<string, 'customer' | 'agent'>;
  /** The file has been read to its end: nobody will be known better any more. */
  readonly isComplete: boolean;
}

export interface DeskReader {
  /** The items of a record of this desk; `later` if who wrote what is not known yet; undefined if it is none of this desk's. */
  read(record: JsonRecord, context: DeskContext): readonly SourceItem[] | 'later' | undefined;
}

export const idField = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim().slice(0, 500))
  .refine((value) => value !== '');
export const optionalId = idField.nullish().catch(undefined);
export const textField = z.string().nullish().catch(undefined);
/** `true`, `1`, `"false"`: exports write all of them. */
export const flagField = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => value === true || value === 1 || /^(?:true|1|yes|t)$/i.test(String(value)))
  .nullish()
  .catch(undefined);
/** A time, or a number or word that the desk's reader looks up. */
export const anyField = z.unknown().optional();
/** What is in the list and has the shape of `item`; anything else in it is left out. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.array(item.nullable().catch(null)).transform((all) => all.filter((one) => one !== null));
}

export interface DeskArticle {
  readonly id: string;
  readonly title?: string | null | undefined;
  readonly body?: string | null | undefined;
  readonly format: ArticleItem['format'];
  readonly url?: string | null | undefined;
  readonly updated?: unknown;
  readonly language?: string | null | undefined;
}

/** `facts`: the record, its state in words. */
export function articleItem(article: DeskArticle, facts: JsonRecord, context: DeskContext): SourceItem {
  const { id, title, body, format, url, updated, language } = article;
  const { origin, places } = context;
  if (!body?.trim()) return { type: 'problem', origin, reason: 'article without text' };
  const { audience, unknown }: Visibility = places.isInternal(facts)
    ? { audience: 'internal' }
    : articleVisibility(facts);
  return {
    type: 'article',
    id,
    title: title ?? '',
    body,
    format,
    origin,
    ...(url ? { url } : {}),
    ...(typeof updated === 'string' || typeof updated === 'number' ? { updated: String(updated) } : {}),
    ...(language ? { language } : {}),
    ...(audience ? { audience } : {}),
    ...(unknown ? { unknownVisibility: unknown } : {}),
  };
}

export interface DeskMessage {
  /** Undefined: neither; left out. */
  readonly role: 'customer' | 'agent' | undefined;
  readonly text: string | null | undefined;
  readonly format?: TranscriptTurn['format'];
  readonly time: unknown;
}

/** `kind`: articles and conversations of a desk are numbered apart, so the id of a conversation says what it is. */
export function conversationItem(
  { kind, id, messages }: { kind: 'ticket' | 'conversation'; id: string; messages: readonly DeskMessage[] },
  facts: JsonRecord,
  { origin }: DeskContext,
): SourceItem {
  const said = messages.filter(({ role, text }) => role !== undefined && text?.trim());
  if (said.length === 0)
    return { type: 'problem', origin, reason: `${kind} without a message that the customer sees` };
  const times = readTimes(said.map(({ time }) => time));
  const turns = said.map(
    ({ role, text, format }, index): TranscriptTurn => ({
      role: role!,
      text: text!,
      ...(format ? { format } : {}),
      ...(times[index] === undefined ? {} : { time: times[index] }),
    }),
  );
  const { audience, unknown } = conversationVisibility(facts);
  return {
    type: 'conversation',
    id: `${kind}-${id}`,
    turns: inOrder(turns),
    origin,
    // A public ticket is no article: who may see past conversations is a setting of the source.
    ...(audience === 'internal' ? { audience } : {}),
    ...(unknown ? { unknownVisibility: unknown } : {}),
  };
}

/** By time where every turn has one; sources are not always sorted, and equal times keep their order. */
export function inOrder(turns: readonly TranscriptTurn[]): readonly TranscriptTurn[] {
  if (turns.some((turn) => turn.time === undefined)) return turns;
  return turns.toSorted((left, right) => left.time! - right.time!);
}
