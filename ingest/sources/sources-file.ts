// `answerdesk.sources.yaml`: all sources of a desk, with where they are, when they are read and how. Everything that is wrong with it is
// said at once, with lines.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Cron } from 'croner';
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { NamedSource } from '../run-source.ts';
import { settingsSchema } from '../source-settings.ts';
import { deskNames } from './source-spec.ts';

export interface ScheduledSource extends NamedSource {
  readonly schedule?: Schedule;
}

export interface Schedule {
  /** Five fields, or six with seconds in front. */
  readonly cron: string;
  /** IANA name; absent: the machine's. */
  readonly timezone?: string;
}

const cron = z.string().refine((text) => problemOf(() => new Cron(text, { paused: true })) === undefined, {
  error: ({ input }) =>
    `is no cron expression (${problemOf(() => new Cron(String(input), { paused: true }))}), such as "*/30 * * * *"`,
});
const timezone = z
  .string()
  .refine((name) => problemOf(() => new Intl.DateTimeFormat('en', { timeZone: name })) === undefined, {
    error: 'is no time zone, such as Europe/Berlin',
  });

const common = settingsSchema.extend({
  name: z.string().min(1).max(100),
  schedule: cron.optional(),
  timezone: timezone.optional(),
});

/** One kind of place an entry. Where a place needs a secret, its entry names the environment variable that holds it. */
const entrySchema = z.discriminatedUnion('type', [
  common.extend({ type: z.literal('files'), paths: z.array(z.string().min(1)).min(1) }),
  common.extend({
    type: z.literal('web'),
    url: z.url({
      protocol: /^https?$/,
      error: 'is no address of a website, such as https://help.example.com',
    }),
    maxPages: z.int().positive().optional(),
    maxDepth: z.int().positive().optional(),
    requestsPerSecond: z.number().positive().optional(),
    include: z.array(z.string().min(1)).optional(),
    exclude: z.array(z.string().min(1)).optional(),
    allowPrivate: z.boolean().optional(),
  }),
  common.extend({
    type: z.enum(deskNames),
    account: z.string().min(1),
    read: z
      .array(z.enum(['articles', 'tickets']))
      .min(1)
      .default(['articles']),
    ticketsSince: z.iso.date({ error: 'is no day, such as 2025-01-31' }).optional(),
    /** Names of environment variables, where the usual ones are another account's. */
    secrets: z
      .record(z.string(), z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'names no environment variable'))
      .optional(),
  }),
]);
type Entry = z.infer<typeof entrySchema>;

const fileSchema = z.strictObject({
  timezone: timezone.optional(),
  sources: z.array(entrySchema).min(1),
});

function toSource(
  { name, schedule, timezone: own, ...entry }: Entry,
  file: { readonly folder: string; readonly timezone?: string | undefined },
): ScheduledSource {
  const zone = own ?? file.timezone;
  return {
    name,
    ...placeAndSettings(entry, file.folder),
    ...(schedule && { schedule: { cron: schedule, ...(zone && { timezone: zone }) } }),
  };
}

/** Some fields of an entry are its place; the others are settings of how it is read. */
function placeAndSettings(
  entry: DistributiveOmit<Entry, 'name' | 'schedule' | 'timezone'>,
  folder: string,
): Pick<NamedSource, 'spec' | 'settings'> {
  if (entry.type === 'files') {
    const { type, paths, ...settings } = entry;
    return { spec: { type, paths: paths.map((path) => resolve(folder, path)) }, settings };
  }
  if (entry.type !== 'web') {
    const { type: desk, account, read, ticketsSince, secrets, ...settings } = entry;
    return { spec: { type: 'desk', desk, account, read, ticketsSince, secrets }, settings };
  }
  const { type, url, maxPages, maxDepth, requestsPerSecond, include, exclude, allowPrivate, ...settings } =
    entry;
  return {
    spec: { type, url, maxPages, maxDepth, requestsPerSecond, include, exclude, allowPrivate },
    settings,
  };
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** Throws `bad-input` with all that is wrong, each with its line. Paths in the file are relative to its folder. */
export async function readSourcesFile(path: string): Promise<ScheduledSource[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new AppError('bad-input', `${path} cannot be read: it should list the sources.`, { cause });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: Problem[] = document.errors.map(({ message, pos }) => ({ offset: pos[0], message }));
  if (problems.length === 0) {
    problems.push(...literalSecrets(document));
    const parsed = fileSchema.safeParse(toValue(document));
    if (parsed.success) problems.push(...sameNames(document, parsed.data.sources));
    else
      problems.push(
        ...parsed.error.issues.map((issue) => ({
          offset: offsetOf(document, issue.path),
          message: describe(issue),
        })),
      );
    if (parsed.success && problems.length === 0) {
      const file = { folder: dirname(resolve(path)), timezone: parsed.data.timezone };
      return parsed.data.sources.map((entry) => toSource(entry, file));
    }
  }
  const told = problems
    .sort((left, right) => left.offset - right.offset)
    .map(({ offset, message }) => `  line ${lines.linePos(offset).line}: ${message}`);
  throw new AppError('bad-input', `${path} has problems:\n${[...new Set(told)].join('\n')}`);
}

/** The named ones, or all. Throws `bad-input` for a name that is not there. */
export function pickSources(
  all: readonly ScheduledSource[],
  names: readonly string[],
): readonly ScheduledSource[] {
  const unknown = names.filter((name) => !all.some((source) => source.name === name));
  if (unknown.length > 0)
    throw new AppError(
      'bad-input',
      `There is no source ${unknown.map((name) => `"${name}"`).join(', ')} in the file. There are: ${all.map(({ name }) => name).join(', ')}.`,
    );
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

interface Problem {
  /** In the file's text. */
  readonly offset: number;
  readonly message: string;
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** A few bytes of aliases can stand for gigabytes: then it is no file of sources. */
function toValue(document: YamlDocument): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** A secret in the file would be in backups and in version control. The value itself is not repeated. */
function literalSecrets(document: YamlDocument): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair(_key, { key, value }) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!isScalar(value) || typeof value.value !== 'string') return;
      if (secretName.test(name) && !variableName.test(value.value))
        problems.push({
          offset: value.range?.[0] ?? 0,
          message: `${name}: write the name of an environment variable, such as ZENDESK_TOKEN, and not the secret itself`,
        });
    },
    Scalar(_key, { value, range }) {
      if (typeof value === 'string' && /^\w+:\/\/[^/]*:[^/]*@/.test(value))
        problems.push({ offset: range?.[0] ?? 0, message: 'an address must not hold a password' });
    },
  });
  return problems;
}

const secretName = /token|secret|passw|api_?key|credential/i;
const variableName = /^[A-Z_][A-Z0-9_]*$/;

function sameNames(document: YamlDocument, sources: readonly { readonly name: string }[]): Problem[] {
  return sources.flatMap(({ name }, index) =>
    sources.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            offset: offsetOf(document, ['sources', index, 'name']),
            message: `the name "${name}" is there twice`,
          },
        ],
  );
}

function describe(issue: z.core.$ZodIssue): string {
  const place = issue.path.filter((part) => part !== 'sources').join('.');
  return place ? `${place}: ${issue.message}` : issue.message;
}

/** Of the node at `path`, or of the innermost one above it that is there. */
function offsetOf(document: YamlDocument, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length) as (string | number)[], true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return isMap(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

function problemOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message.replace(/^\w+: /, '');
  }
}
