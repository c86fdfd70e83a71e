// Labelled texts as people keep them: JSONL, or a spreadsheet saved as CSV. Every bad line is named, with its number, before anything runs.
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
  /** In the file, from 1. */
  readonly line: number;
  /** Texts to `test` with are never trained on. */
  readonly split: 'train' | 'test';
}

export interface LabelFile {
  readonly rows: readonly LabelledText[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export const longestText = 10_000;
const largestFileBytes = 200 * 1024 * 1024;
const badLinesShown = 20;

const rowSchema = z.object({
  text: z.string({ error: 'no text' }).trim().min(1, 'the text is empty'),
  label: z
    .string({ error: 'no label' })
    .trim()
    .min(1, 'the label is empty')
    .max(100, 'the label has more than 100 characters'),
  split: z.preprocess(
    (value) => (value === '' || value === null ? undefined : value),
    z.enum(['train', 'test'], { error: 'split is neither train nor test' }).default('train'),
  ),
});

interface RawRow {
  readonly line: number;
  /** Undefined where the line is no JSON object. */
  readonly value: unknown;
}

/**
 * JSONL with `text` and `label`, or CSV with these two columns (separated by comma, semicolon or tab, as spreadsheets write it); both
 * may have `split`, `train` or `test`. Other fields are ignored. Throws `bad-input`.
 */
export async function readLabelFile(path: string): Promise<LabelFile> {
  const content = await readText(path);
  const raw = /\.(csv|tsv)$/i.test(path) ? csvRows(content, path) : jsonRows(content);
  const problems: string[] = [];
  const rows: LabelledText[] = [];
  for (const { line, value } of raw) {
    const problem = (what: string) => problems.push(`line ${line}: ${what}`);
    const parsed = rowSchema.safeParse(value);
    if (value === undefined) problem('not a JSON object');
    else if (!parsed.success) problem(parsed.error.issues.map(({ message }) => message).join(', '));
    else if (parsed.data.text.length > longestText)
      problem(
        `the text has ${parsed.data.text.length.toLocaleString('en')} characters, at most ${longestText.toLocaleString('en')} are read`,
      );
    else rows.push({ ...parsed.data, line });
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, badLinesShown).join('\n  ');
    const more = problems.length > badLinesShown ? `\n  and ${problems.length - badLinesShown} more` : '';
    throw new AppError('bad-input', `${path} has ${problems.length} bad line(s):\n  ${shown}${more}`);
  }
  if (rows.length === 0)
    throw new AppError(
      'bad-input',
      `${path} holds no texts: lines like {"text":"where is my parcel","label":"delivery"} are expected, or CSV with the header text,label.`,
    );
  return withoutRepeats(rows);
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > largestFileBytes)
      throw new Error(
        `it has ${Math.round(size / 1024 / 1024)} MB, at most ${largestFileBytes / 1024 / 1024} are read`,
      );
    bytes = await readFile(path);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
  try {
    // Fatal, because a spreadsheet saved in another encoding would train on broken words without a sign of it.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} is not text in UTF-8. In a spreadsheet, save it as "CSV UTF-8".`,
      { cause },
    );
  }
}

function jsonRows(content: string): RawRow[] {
  return content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [{ line: index + 1, value: isObject ? value : undefined }];
  });
}

function csvRows(content: string, path: string): RawRow[] {
  const header = content.slice(0, content.search(/\r?\n|$/));
  const delimiter = [',', ';', '\t'].reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  );
  let records: { info: { lines: number }; record: string[] }[];
  try {
    records = parse(content, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof records;
  } catch (cause) {
    throw new AppError('bad-input', `${path} is no CSV: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  const names = (records[0]?.record ?? []).map((name) => name.toLowerCase());
  const missing = ['text', 'label'].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new AppError(
      'bad-input',
      `${path} has no column ${missing.join(' and no column ')}: its first line must be a header with text and label. It has: ${names.slice(0, 10).join(', ').slice(0, 200) || 'nothing'}.`,
    );
  return records.slice(1).map(({ info, record }) => ({
    // csv-parse counts the line on which a row ends.
    line: info.lines - record.join('').split('\n').length + 1,
    value: Object.fromEntries(names.map((name, index) => [name, record[index]])),
  }));
}

/** The same text twice would be learnt in one fold and asked in another; with two labels it teaches nothing. */
function withoutRepeats(rows: readonly LabelledText[]): LabelFile {
  const groups = [...Map.groupBy(rows, ({ text }) => text.toLowerCase().replace(/\s+/g, ' ')).values()];
  const contradictions = groups.filter((group) => new Set(group.map(({ label }) => label)).size > 1);
  const repeats = groups.filter((group) => group.length > 1 && !contradictions.includes(group));
  const lines = (of: readonly (readonly LabelledText[])[]) =>
    of
      .slice(0, 10)
      .map((group) => group.map(({ line }) => line).join(' and '))
      .join('; ') + (of.length > 10 ? '; …' : '');
  const notes = [
    ...(contradictions.length > 0
      ? [`${contradictions.length} text(s) have two labels and are left out: lines ${lines(contradictions)}.`]
      : []),
    ...(repeats.length > 0
      ? [`${repeats.length} text(s) occur more than once and count once: lines ${lines(repeats)}.`]
      : []),
  ];
  const kept = groups.flatMap((group) => (contradictions.includes(group) ? [] : [group[0]!]));
  return { rows: kept.sort((a, b) => a.line - b.line), notes };
}
