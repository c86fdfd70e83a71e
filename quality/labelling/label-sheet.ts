// Spreadsheets of labels: written as CSV that spreadsheets of any locale open, read back as they save it.
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { AppError } from '#core/errors.ts';
import { detectEncoding } from '#ingest/sources/text-encoding.ts';
import type { SheetRow } from '#learning/labels/check-labels.ts';
import { readXlsx } from '#readers/xlsx.ts';

export type Separator = ',' | ';' | '\t';

/** A byte order mark, without which Excel takes UTF-8 for the code page of the machine. */
const byteOrderMark = '\uFEFF';
const largestFileBytes = 100 * 1024 * 1024;
/** Of the file, read to tell its encoding. */
const sampleBytes = 65_536;
/** Above the header may stand a title, and the line with which Excel names the separator. */
const headerWithin = 10;

/** Lines end as RFC 4180 has it. A cell that a spreadsheet would compute is kept from it by an apostrophe. */
export function toCsv(rows: readonly (readonly string[])[], separator: Separator = ','): string {
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /["\r\n]/.test(safe) || safe.includes(separator) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return byteOrderMark + rows.map((row) => `${row.map(cell).join(separator)}\r\n`).join('');
}

/** CSV with any of the three separators, in any encoding, or an Excel workbook. Throws `bad-input`. */
export async function readSheet(path: string): Promise<SheetRow[]> {
  const bytes = await readBytes(path);
  const isWorkbook = bytes.subarray(0, 2).toString('latin1') === 'PK';
  const rows = isWorkbook ? await workbookRows(bytes, path) : csvRows(bytes, path);
  if (rows.length === 0)
    throw new AppError(
      'bad-input',
      `${path} has no rows below its header. "answerdesk labels export" writes one to fill in.`,
    );
  return rows;
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > largestFileBytes)
      throw new Error(
        `it has ${Math.round(size / 1e6)} MB, at most ${largestFileBytes / 1024 / 1024} are read`,
      );
    return await readFile(path);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

async function workbookRows(bytes: Buffer, path: string): Promise<SheetRow[]> {
  const parts = await readXlsx(bytes).catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  const sheet = parts.find((part) => part.type === 'rows');
  if (sheet?.type !== 'rows') return [];
  return sheet.records.map(({ line, record }) => ({
    row: line,
    cells: Object.fromEntries(
      Object.entries(record).map(([name, value]) => [columnName(name), String(value).trim()]),
    ),
  }));
}

function csvRows(bytes: Buffer, path: string): SheetRow[] {
  const { label } = detectEncoding(bytes.subarray(0, sampleBytes), sampleOf(bytes));
  const isUtf16 =
    bytes.length >= 2 &&
    ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
  const encoding = isUtf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : label;
  const text = new TextDecoder(encoding).decode(bytes).replace(/^sep=.\r?\n/i, '');
  const head = text.slice(0, 10_000);
  const separator = ([',', ';', '\t'] as const).reduce((best, one) =>
    countOf(head, one) > countOf(head, best) ? one : best,
  );
  let records: { info: { lines: number }; record: string[] }[];
  try {
    records = parse(text, {
      delimiter: separator,
      info: true,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
    }) as unknown as typeof records;
  } catch (cause) {
    throw new AppError('bad-input', `${path} is no CSV: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  const at = records
    .slice(0, headerWithin)
    .findIndex(({ record }) => record.map(columnName).includes('conversation'));
  const header = records[at]?.record.map(columnName);
  if (!header)
    throw new AppError(
      'bad-input',
      `${path} has no column "conversation" in its first ${headerWithin} rows. It has: ${(records[0]?.record ?? []).join(', ').slice(0, 200) || 'nothing'}.`,
    );
  return records.slice(at + 1).flatMap(({ record }, index) => {
    if (record.every((cell) => cell === '')) return [];
    return [
      {
        row: at + index + 2,
        cells: Object.fromEntries(header.map((name, column) => [name, record[column] ?? ''])),
      },
    ];
  });
}

/** Around the first byte that is no ASCII. */
function sampleOf(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte > 127);
  return first === -1 ? bytes.subarray(0, sampleBytes) : bytes.subarray(first, first + sampleBytes);
}

function columnName(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, '_');
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1;
}
