// What readers are asked and what they answer: one verdict for each answer, under a number that names no version.
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

export const verdictNames = ['good', 'so-so', 'bad'] as const;
export type VerdictName = (typeof verdictNames)[number];

const keySchema = z.object({
  seed: z.number(),
  items: z.array(z.object({ item: z.string(), id: z.string(), version: z.string() })).min(1),
});

/** Which run wrote which answer. Readers do not see it. */
export type AnswerKey = z.infer<typeof keySchema>;

export interface ReadVerdict {
  readonly verdict: VerdictName;
  readonly notes: string;
}

/** By item. */
export type Verdicts = ReadonlyMap<string, ReadVerdict>;

const verdictSchema = z.object({
  item: z.string().trim(),
  verdict: z.preprocess(
    (value) =>
      String(value)
        .trim()
        .toLowerCase()
        .replace(/^so so$/, 'so-so'),
    z.enum(verdictNames),
  ),
  notes: z.string().default(''),
});

export async function readKey(path: string): Promise<AnswerKey> {
  try {
    return keySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new AppError('bad-input', `${path} is no key as "answerdesk evals judge export" writes it.`, {
      cause,
    });
  }
}

/** CSV with the header `item,verdict,notes`. Throws `bad-input` naming every bad row, and every item without a verdict unless `partly`. */
export async function readVerdicts(
  path: string,
  key: AnswerKey,
  { partly = false }: { readonly partly?: boolean } = {},
): Promise<Verdicts> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('bad-input', `${path} cannot be read.`, { cause });
  });
  const { verdicts, problems } = parseVerdicts(content, key, partly);
  if (problems.length === 0) return verdicts;
  throw new AppError('bad-input', `${path} has ${problems.length} problem(s):\n${problems.join('\n')}`);
}

function parseVerdicts(
  content: string,
  key: AnswerKey,
  partly: boolean,
): { verdicts: Map<string, ReadVerdict>; problems: string[] } {
  const verdicts = new Map<string, ReadVerdict>();
  const problems: string[] = [];
  const known = new Set(key.items.map(({ item }) => item));
  const width = key.items[0]?.item.length ?? 0;
  const rows: unknown[] = parse(content, {
    columns: true,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
  });
  for (const [index, row] of rows.entries()) {
    const parsed = verdictSchema
      // A spreadsheet makes 1 of 001.
      .transform(({ item, ...said }) => ({ item: item.padStart(width, '0'), ...said }))
      .safeParse(row);
    if (!parsed.success) problems.push(`  row ${index + 1}: the verdict must be ${verdictNames.join(', ')}`);
    else if (!known.has(parsed.data.item))
      problems.push(`  row ${index + 1}: there is no item ${parsed.data.item}`);
    else if (verdicts.has(parsed.data.item))
      problems.push(`  row ${index + 1}: ${parsed.data.item} was judged above`);
    else verdicts.set(parsed.data.item, parsed.data);
  }
  const missing = partly ? [] : [...known].filter((item) => !verdicts.has(item));
  if (problems.length === 0 && missing.length > 0)
    problems.push(`  without a verdict: ${missing.join(', ')}`);
  return { verdicts, problems };
}
