// Which field of a record means what: one rule of candidate names for every data set, and an optional map that overrides it.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

/** In order: the first name with a value wins. Case, `_`, `-` and spaces in names do not matter. */
const candidates = {
  id: ['id', 'article_id', 'document_id', 'doc_id', 'slug', 'key', 'path'],
  title: ['title', 'name', 'subject', 'heading', 'question'],
  // Not `description`: of a ticket it is what the customer wrote.
  body: ['markdown', 'html', 'body_html', 'content_html', 'text', 'body', 'content', 'answer', 'article'],
  // Where there is a page for people, `url` is the address in an API.
  url: ['html_url', 'public_url', 'url', 'link', 'permalink', 'href'],
  updated: [
    'updated',
    'updated_at',
    'modified',
    'modified_at',
    'last_modified',
    'edited_at',
    'date',
    'created',
    'created_at',
  ],
  audience: ['audience', 'visibility'],
  language: ['language', 'lang', 'locale'],
  conversation: [
    'conversation_id',
    'conversation',
    'ticket_id',
    'chat_id',
    'session_id',
    'thread_id',
    'dialogue_id',
    'dialog_id',
    'case_id',
    'ticket',
    'ticket_no',
    'ticket_number',
    'case_number',
  ],
  turns: [
    'turns',
    'messages',
    'utterances',
    'comments',
    'log',
    'replies',
    'transcript',
    'dialogue',
    'dialog',
  ],
  problem: ['description', 'problem', 'issue', 'customer_message', 'first_message', 'initial_message'],
  lastReply: ['resolution', 'final_agent', 'final_reply', 'last_reply'],
  role: [
    'role',
    'speaker',
    'author_type',
    'sender_type',
    'author_role',
    'sender_role',
    'user_type',
    'user_role',
    'from',
    'sender',
    'author',
    'direction',
  ],
  text: [
    'text',
    'message',
    'plain_body',
    'body',
    'content',
    'utterance',
    'body_text',
    'body_html',
    'html_body',
    'comment',
    'comment_body',
    'message_text',
    'reply',
  ],
  time: ['t', 'time', 'timestamp', 'created_at', 'sent_at', 'date', 'created', 'posted_at', 'datetime'],
} as const;

type Field = keyof typeof candidates;

const customerRoles =
  'customer user visitor client end_user enduser consumer requester caller buyer member guest human shopper contact lead incoming inbound received kunde kundin cliente klant usuario';
const agentRoles =
  'agent assistant support operator staff admin rep representative employee advisor specialist moderator teammate light_agent helpdesk outgoing outbound sent mitarbeiter mitarbeiterin agente medewerker';
/** Neither a customer nor a person who resolves: left out without a note. */
const ignoredRoles =
  'system bot chatbot agent_bot ai ai_agent virtual_agent tool function note internal_note private_note event activity automation workflow trigger template';

const mapSchema = z.strictObject({
  ...(Object.fromEntries(
    Object.keys(candidates).map((field) => [field, z.string().min(1).optional()]),
  ) as Record<Field, z.ZodOptional<z.ZodString>>),
  roles: z
    .strictObject({
      customer: z.array(z.string()).default([]),
      agent: z.array(z.string()).default([]),
      ignore: z.array(z.string()).default([]),
    })
    .optional(),
});

export const fieldMapSchema = mapSchema;
export type FieldMap = z.infer<typeof mapSchema>;

export type JsonRecord = Readonly<Record<string, unknown>>;

export interface Fields {
  /** Somebody said what the fields mean: what desks usually mean by them does not count then. */
  readonly isMapped: boolean;
  /** Undefined when absent, null or an empty string. */
  get(record: JsonRecord, field: Field): unknown;
  /** The name of the record's field that means `field`. */
  nameOf(record: JsonRecord, field: Field): string | undefined;
  roleOf(value: unknown): 'customer' | 'agent' | 'ignored' | undefined;
}

export function createFields(map: FieldMap = {}): Fields {
  const roles = new Map<string, 'customer' | 'agent' | 'ignored'>();
  for (const name of customerRoles.split(' ')) roles.set(normalName(name), 'customer');
  for (const name of agentRoles.split(' ')) roles.set(normalName(name), 'agent');
  for (const name of ignoredRoles.split(' ')) roles.set(normalName(name), 'ignored');
  for (const name of map.roles?.customer ?? []) roles.set(normalName(name), 'customer');
  for (const name of map.roles?.agent ?? []) roles.set(normalName(name), 'agent');
  for (const name of map.roles?.ignore ?? []) roles.set(normalName(name), 'ignored');

  const nameOf = (record: JsonRecord, field: Field): string | undefined => {
    const own = Object.keys(record);
    for (const candidate of normalCandidates[field]) {
      const name = own.find((other) => normalName(other) === candidate && hasValue(record[other]));
      if (name !== undefined) return name;
    }
    return undefined;
  };
  return {
    isMapped: Object.keys(map).length > 0,
    get(record, field) {
      const path = map[field];
      if (path !== undefined) {
        const value = atPath(record, path);
        return hasValue(value) ? value : undefined;
      }
      const name = nameOf(record, field);
      return name === undefined ? undefined : record[name];
    },
    nameOf: (record, field) => map[field] ?? nameOf(record, field),
    roleOf: (value) => (typeof value === 'string' ? roles.get(normalName(value)) : undefined),
  };
}

/** Throws `bad-input` naming what is wrong. JSON is YAML too. */
export async function readFieldMap(path: string): Promise<FieldMap> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new AppError('bad-input', `The map ${path} cannot be read.`, { cause });
  });
  return parseSettings(mapSchema, text, path);
}

export function parseSettings<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} is neither YAML nor JSON: ${(cause as Error).message.split('\n')[0]}`,
      { cause },
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('bad-input', `${path} has problems:\n${z.prettifyError(parsed.error)}`);
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Records of a file have the same names, a hundred thousand times. */
const normalNames = new Map<string, string>();

function normalName(name: string): string {
  const known = normalNames.get(name);
  if (known !== undefined) return known;
  const normal = name.toLowerCase().replace(/[\s_-]/g, '');
  if (normalNames.size < 1_000) normalNames.set(name, normal);
  return normal;
}

const normalCandidates = Object.fromEntries(
  Object.entries(candidates).map(([field, names]) => [field, names.map(normalName)]),
) as Record<Field, string[]>;

function atPath(record: JsonRecord, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  let value: unknown = record;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as JsonRecord)[part];
  }
  return value;
}
