// Settings of one source: from `answerdesk.source.yaml` in its folder, overridden by the command line.
import { readFile } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import { z } from 'zod';
import type { Audience } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { legalBases, type SourceTerms } from '#core/source-terms.ts';
import { fieldMapSchema, parseSettings } from './sources/field-map.ts';
import { settingsFolder } from './sources/find-files.ts';

const settingsFileName = 'answerdesk.source.yaml';

/** What matches is for agents only. */
export type InternalRule = { readonly titlePrefix: string } | { readonly path: string };

export const settingsSchema = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  internal: z
    .array(
      z.union([
        z.strictObject({ titlePrefix: z.string().min(1) }),
        z.strictObject({ path: z.string().min(1) }),
      ]),
    )
    .optional(),
  language: z.string().min(2).max(35).optional(),
  region: z.string().optional(),
  transcriptsAudience: z.enum(['customer', 'internal']).optional(),
  idPrefix: z.string().min(1).max(100).optional(),
  redactArticles: z.boolean().optional(),
  keepInArticles: z
    .array(
      z.enum(['email', 'phone', 'card', 'iban', 'ssn', 'id', 'ip', 'number', 'secret', 'vehicle', 'device']),
    )
    .optional(),
  names: z.boolean().optional(),
  publishedDomains: z.array(z.string().min(1)).optional(),
  publishedNames: z.array(z.string().min(1).max(100)).max(1_000).optional(),
  map: fieldMapSchema.optional(),
  purpose: z.string().min(1).max(500).optional(),
  legalBasis: z.enum(legalBases, { error: `is one of ${legalBases.join(', ')}` }).optional(),
  licence: z.string().min(1).max(200).optional(),
  training: z
    .union([z.boolean(), z.enum(['yes', 'no']).transform((word) => word === 'yes')], {
      error: 'is yes or no',
    })
    .optional(),
});

export type SourceSettings = z.infer<typeof settingsSchema>;

/** Without any rule given, titles such as "Internal: closing an account" are internal. */
export const defaultInternalRules: readonly InternalRule[] = [{ titlePrefix: 'Internal:' }];

/** Undefined where nobody has said anything. */
export function termsOf({ purpose, legalBasis, licence, training }: SourceSettings): SourceTerms | undefined {
  const terms = {
    ...(purpose === undefined ? {} : { purpose }),
    ...(legalBasis === undefined ? {} : { legalBasis }),
    ...(licence === undefined ? {} : { licence }),
    ...(training === undefined ? {} : { training }),
  };
  return Object.keys(terms).length > 0 ? terms : undefined;
}

/** Where the settings for `path` lie, whether there are any or not. */
export async function settingsFile(path: string): Promise<string> {
  return join(await settingsFolder(path), settingsFileName);
}

/** The settings in `folder`; empty when it has none. Throws `bad-input` for a file that is not valid. */
export async function readSourceSettings(folder: string): Promise<SourceSettings> {
  const path = join(folder, settingsFileName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new AppError('bad-input', `${path} cannot be read.`, { cause: error });
  });
  if (text === undefined) return {};
  // Saving a file on a full disk leaves it empty. Read as "no settings", its rules for agents-only articles would be gone.
  if (text.trim() === '')
    throw new AppError('bad-input', `${path} is empty. Write the settings again, or remove the file.`);
  return parseSettings(settingsSchema, text, path);
}

/** `title:PREFIX` or `path:GLOB`, as given on the command line. */
export function parseInternalRule(rule: string): InternalRule {
  const [, kind, value] = /^(title|path):(.+)$/s.exec(rule) ?? [];
  if (value === undefined)
    throw new AppError('bad-input', `--audience-rule "${rule}": write title:PREFIX or path:GLOB.`);
  return kind === 'title' ? { titlePrefix: value } : { path: value };
}

/** The source's own word, else internal if a rule matches, else customer. */
export function audienceOf(
  item: { audience?: Audience; title: string; path: string },
  rules: readonly InternalRule[],
): Audience {
  if (item.audience) return item.audience;
  const title = item.title.trim().toLowerCase();
  const internal = rules.some((rule) =>
    'path' in rule ? matchesGlob(item.path, rule.path) : title.startsWith(rule.titlePrefix.toLowerCase()),
  );
  return internal ? 'internal' : 'customer';
}
