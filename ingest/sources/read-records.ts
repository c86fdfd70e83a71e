// JSON lines, JSON arrays and CSV to records, each with the line it stands on; what cannot be parsed becomes a problem.
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { columnNames } from '#readers/column-names.ts';
import type { JsonRecord } from './field-map.ts';
import { asUtf8, maxRecordBytes, readBytes, readLines, readText } from './file-bytes.ts';
import type { SourceFile } from './find-files.ts';

export type ReadRecord =
  | { readonly line: number; readonly record: JsonRecord }
  | { readonly line: number; readonly problem: string };

/** A JSON array has to be parsed as a whole; larger exports should be JSON lines. */
const maxJsonBytes = 64 * 1024 * 1024;

export async function* readJsonLines(
  file: SourceFile,
  signal?: AbortSignal,
  onNote?: (note: string) => void,
): AsyncGenerator<ReadRecord> {
  const options = { gzip: file.gzip, signal, onAssumed: onNote };
  for await (const { number: line, content } of readLines(file.path, options)) {
    if ('problem' in content) yield { line, problem: content.problem };
    else if (content.text.trim() !== '') yield { line, ...parseRecord(content.text) };
  }
}

/** An array of objects, one object, or JSON lines under another name. */
export async function* readJson(
  file: SourceFile,
  signal?: AbortSignal,
  onNote?: (note: string) => void,
): AsyncGenerator<ReadRecord> {
  const content = await readText(file.path, { gzip: file.gzip, signal, limit: maxJsonBytes });
  if ('problem' in content) {
    yield { line: 1, problem: content.problem };
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(content.text);
  } catch {
    yield* readJsonLines(file, signal, onNote);
    return;
  }
  if (content.note) onNote?.(content.note);
  const records: readonly unknown[] = Array.isArray(value) ? value : [value];
  // The line of an element is not known without an own parser; its place in the array is what an editor needs.
  for (const [index, record] of records.entries()) {
    yield isObject(record) ? { line: index + 1, record } : { line: index + 1, problem: 'not a JSON object' };
  }
}

/** As spreadsheets write it: a `sep=` line, quotes inside fields, lines in cells, rows that leave out their last fields. */
export async function* readCsv(
  file: SourceFile,
  signal?: AbortSignal,
  onNote?: (note: string) => void,
): AsyncGenerator<ReadRecord> {
  const problems: { line: number; problem: string }[] = [];
  let last: { line: number; problem: string } | undefined;
  const { delimiter, isSaid } = await findDelimiter(file);
  const parser = parse({
    delimiter,
    from_line: isSaid ? 2 : 1,
    info: true,
    max_record_size: maxRecordBytes,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      const line = (error as (CsvError & { lines?: number }) | undefined)?.lines ?? 0;
      const problem = csvProblem(error);
      // A record that is too long fails once for each piece of it.
      if (last?.line !== line || last.problem !== problem) problems.push({ line, problem });
      last = { line, problem };
      return undefined;
    },
  });
  const bytes = asUtf8(readBytes(file.path, { gzip: file.gzip, signal }), { onAssumed: onNote });
  const onLong = (line: number) => problems.push({ line, problem: longRecord });
  const input = Readable.from(withoutLongLines(bytes, onLong), { objectMode: false });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let header: readonly string[] | undefined;
  try {
    for await (const row of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      yield* problems.splice(0);
      if (header) yield { line: row.info.lines, ...asRecord(header, row.record) };
      else header = columnNames(row.record);
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError' || signal?.aborted) throw error;
    problems.push({ line: parser.info.lines, problem: csvProblem(error as CsvError) });
  } finally {
    input.destroy();
  }
  yield* problems;
}

/** Fields left out at the end are empty ones; more than the header has are none of its columns. */
function asRecord(
  header: readonly string[],
  row: readonly string[],
): { record: JsonRecord } | { problem: string } {
  if (row.some((field) => field.includes('\uFFFD'))) return { problem: 'not valid UTF-8' };
  if (row.slice(header.length).some((field) => field.trim() !== ''))
    return { problem: 'more fields than the header: put text with a delimiter into quotation marks' };
  return { record: Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])) };
}

/** What a `sep=` line says, else of comma, semicolon, tab and bar the one that the first line has most of, outside quotation marks. */
async function findDelimiter(file: SourceFile): Promise<{ delimiter: string; isSaid: boolean }> {
  for await (const { content } of readLines(file.path, { gzip: file.gzip })) {
    if ('problem' in content) break;
    const said = /^"?sep=(.)"?[,;\t]*$/i.exec(content.text.trimEnd() || content.text)?.[1];
    if (said) return { delimiter: said, isSaid: true };
    if (/^"?sep=\t?"?$/i.test(content.text)) return { delimiter: '\t', isSaid: true };
    if (content.text.trim() === '') continue;
    const line = content.text.replace(/"[^"]*"/g, '');
    const count = (delimiter: string) => line.split(delimiter).length;
    const delimiter = [',', ';', '\t', '|'].reduce((best, other) =>
      count(other) > count(best) ? other : best,
    );
    return { delimiter, isSaid: false };
  }
  return { delimiter: ',', isSaid: false };
}

const longRecord = `record longer than ${maxRecordBytes / 1024 / 1024} MB`;

/** After a line beyond its limit the parser would not find the next record again: it gets an empty line instead. */
async function* withoutLongLines(
  pieces: AsyncIterable<Buffer>,
  onLong: (line: number) => void,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  let line = 1;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(newline) + 1;
    size += end === 0 ? piece.length : piece.indexOf(newline);
    if (size <= maxRecordBytes) held.push(end === 0 ? piece : piece.subarray(0, end));
    else {
      held = [];
      if (end > 0) {
        onLong(line);
        held.push(piece.subarray(piece.indexOf(newline), end));
      }
    }
    if (end === 0) continue;
    for (const whole of held) {
      for (let at = whole.indexOf(newline); at !== -1; at = whole.indexOf(newline, at + 1)) line += 1;
      yield whole;
    }
    held = [piece.subarray(end)];
    size = piece.length - end;
  }
  if (size > maxRecordBytes) onLong(line);
  else yield* held;
}

const newline = 10;

function csvProblem(error: CsvError | undefined): string {
  const reasons: Partial<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a quotation mark is never closed',
    CSV_INVALID_CLOSING_QUOTE: 'text after a closing quotation mark',
    INVALID_OPENING_QUOTE: 'a quotation mark inside an unquoted field',
    CSV_MAX_RECORD_SIZE: longRecord,
  };
  return reasons[error?.code ?? ''] ?? `not valid CSV (${error?.code ?? 'unknown'})`;
}

function parseRecord(text: string): { record: JsonRecord } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { record: value } : { problem: 'not a JSON object' };
  } catch {
    return { problem: 'not valid JSON' };
  }
}

function isObject(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
