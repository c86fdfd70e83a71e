// JSON lines, JSON arrays and CSV to records, each with the line it stands on; what cannot be parsed becomes a problem.
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { JsonRecord } from './field-map.ts';
import { asUtf8, maxRecordBytes, readBytes, readLines, readText } from './file-bytes.ts';
import type { SourceFile } from './find-files.ts';

export type ReadRecord =
  | { readonly line: number; readonly record: JsonRecord }
  | { readonly line: number; readonly problem: string };

/** A JSON array has to be parsed as a whole; larger exports should be JSON lines. */
const maxJsonBytes = 64 * 1024 * 1024;

export async function* readJsonLines(file: SourceFile, signal?: AbortSignal): AsyncGenerator<ReadRecord> {
  for await (const { number: line, content } of readLines(file.path, { gzip: file.gzip, signal })) {
    if ('problem' in content) yield { line, problem: content.problem };
    else if (content.text.trim() !== '') yield { line, ...parseRecord(content.text) };
  }
}

/** An array of objects, one object, or JSON lines under another name. */
export async function* readJson(file: SourceFile, signal?: AbortSignal): AsyncGenerator<ReadRecord> {
  const content = await readText(file.path, { gzip: file.gzip, signal, limit: maxJsonBytes });
  if ('problem' in content) {
    yield { line: 1, problem: content.problem };
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(content.text);
  } catch {
    yield* readJsonLines(file, signal);
    return;
  }
  const records: readonly unknown[] = Array.isArray(value) ? value : [value];
  // The line of an element is not known without an own parser; its place in the array is what an editor needs.
  for (const [index, record] of records.entries()) {
    yield isObject(record) ? { line: index + 1, record } : { line: index + 1, problem: 'not a JSON object' };
  }
}

export async function* readCsv(file: SourceFile, signal?: AbortSignal): AsyncGenerator<ReadRecord> {
  const problems: { line: number; problem: string }[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => header.map((name, index) => name.trim() || `column ${index + 1}`),
    delimiter: await guessDelimiter(file),
    info: true,
    max_record_size: maxRecordBytes,
    relax_column_count: false,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      problems.push({
        line: (error as (CsvError & { lines?: number }) | undefined)?.lines ?? 0,
        problem: csvProblem(error),
      });
      return undefined;
    },
  });
  const input = Readable.from(asUtf8(readBytes(file.path, { gzip: file.gzip, signal })), {
    objectMode: false,
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const row of parser as AsyncIterable<{ record: JsonRecord; info: { lines: number } }>) {
      yield* problems.splice(0);
      const bad = Object.values(row.record).some(
        (value) => typeof value === 'string' && value.includes('\uFFFD'),
      );
      yield bad
        ? { line: row.info.lines, problem: 'not valid UTF-8' }
        : { line: row.info.lines, record: row.record };
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError' || signal?.aborted) throw error;
    problems.push({ line: parser.info.lines, problem: csvProblem(error as CsvError) });
  } finally {
    input.destroy();
  }
  yield* problems;
}

/** Of comma, semicolon and tab the one that the first line has most of. */
async function guessDelimiter(file: SourceFile): Promise<string> {
  for await (const { content } of readLines(file.path, { gzip: file.gzip })) {
    if ('problem' in content) break;
    const count = (delimiter: string) => content.text.split(delimiter).length;
    return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
  }
  return ',';
}

function csvProblem(error: CsvError | undefined): string {
  const reasons: Partial<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a quotation mark is never closed',
    CSV_INVALID_CLOSING_QUOTE: 'text after a closing quotation mark',
    INVALID_OPENING_QUOTE: 'a quotation mark inside an unquoted field',
    CSV_RECORD_INCONSISTENT_COLUMNS: 'another number of fields than the header',
    CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'another number of fields than the header',
    CSV_MAX_RECORD_SIZE: `record longer than ${maxRecordBytes / 1024 / 1024} MB`,
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
