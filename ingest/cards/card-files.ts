// Files of answer cards, `*.answers.yaml` and `*.answers.csv`. A bad entry is a problem with its line; the others are read.
import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { CardItem, ProblemItem } from '../item.ts';
import { readText } from '../sources/file-bytes.ts';
import type { SourceFile } from '../sources/find-files.ts';
import { readCsv } from '../sources/read-records.ts';
import { type CardRecord, readCardRecord } from './card-record.ts';

interface Entry {
  readonly line: number;
  readonly content: { readonly record: CardRecord } | { readonly problem: string };
}

export async function* readCardFile(
  file: SourceFile,
  signal?: AbortSignal,
): AsyncGenerator<CardItem | ProblemItem> {
  const lines = new Map<string, number>();
  for await (const { line, content } of file.format === 'cards-csv'
    ? csvEntries(file, signal)
    : yamlEntries(file, signal)) {
    const origin = { file: file.relativePath, line };
    const read = 'problem' in content ? content : readCardRecord(content.record);
    if ('problem' in read) yield { type: 'problem', origin, reason: read.problem };
    else if (lines.has(read.id))
      yield {
        type: 'problem',
        origin,
        reason: `card "${read.id}": line ${lines.get(read.id)} has this id already; give this card another one`,
      };
    else {
      lines.set(read.id, line);
      yield { type: 'card', id: `${file.relativePath}#${read.id}`, card: read.card, origin };
    }
  }
}

async function* csvEntries(file: SourceFile, signal: AbortSignal | undefined): AsyncGenerator<Entry> {
  for await (const { line, ...content } of readCsv(file, signal)) yield { line, content };
}

async function* yamlEntries(file: SourceFile, signal: AbortSignal | undefined): AsyncGenerator<Entry> {
  const content = await readText(file.path, { gzip: file.gzip, signal });
  yield* 'problem' in content ? [{ line: 1, content }] : entriesOfYaml(content.text);
}

/** A list of cards, or a map with the list under `cards`. */
export function* entriesOfYaml(text: string): Generator<Entry> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { schema: 'core', lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line } = lineCounter.linePos(error.pos[0]);
    yield {
      line,
      content: { problem: `not valid YAML: ${yamlAdvice(error.code)}. None of this file's cards was read` },
    };
    return;
  }
  const root = document.contents;
  const list = isMap(root) ? root.get('cards', true) : root;
  if (!isSeq<Node>(list)) {
    yield {
      line: 1,
      content: { problem: 'no list of cards: write "cards:" and below it one "- id: …" for each card' },
    };
    return;
  }
  for (const item of list.items) {
    const line = item.range ? lineCounter.linePos(item.range[0]).line : 1;
    try {
      // Aliases are off: a few bytes of them can stand for gigabytes.
      const record: unknown = isMap(item) ? item.toJS(document, { maxAliasCount: 0 }) : undefined;
      if (record === undefined)
        yield { line, content: { problem: 'not a card: write "id:", "questions:", "answer:" and so on' } };
      else yield { line, content: { record: record as CardRecord } };
    } catch {
      yield { line, content: { problem: 'aliases (*name) are not read: write the text itself' } };
    }
  }
}

function yamlAdvice(code: string): string {
  const advice: Readonly<Record<string, string>> = {
    TAB_AS_INDENT: 'indent with spaces, not with tabs',
    DUPLICATE_KEY: 'a field stands twice in one card',
    BAD_INDENT: 'the indentation does not fit the lines above',
    MISSING_CHAR: 'a quotation mark, a bracket or a colon is missing',
    UNEXPECTED_TOKEN: 'put a text that holds ": " or begins with a sign into quotes, or write it below "|"',
  };
  return (
    advice[code] ?? 'put a text that holds ": " or begins with a sign into quotes, or write it below "|"'
  );
}
