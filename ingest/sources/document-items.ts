// Documents that are no text to items: read in a thread of their own, each part with its place.

import {
  type ArticlePart,
  type DocumentFormat,
  maxDocumentBytes,
  type RowsPart,
} from '#readers/file-part.ts';
import { splitMbox } from '#readers/mbox.ts';
import type { ReaderThread } from '#readers/reader-thread.ts';
import { escapeHtml } from '#readers/xml.ts';
import type { ArticleItem, Origin, SourceItem } from '../item.ts';
import { titleFromName } from './article-files.ts';
import type { DistinctId } from './distinct-ids.ts';
import type { Fields } from './field-map.ts';
import { readBytes } from './file-bytes.ts';
import type { SourceFile } from './find-files.ts';
import type { MailThreads } from './mail-threads.ts';
import { createRecordReader } from './record-items.ts';

export interface DocumentContext {
  readonly fields: Fields;
  readonly thread: ReaderThread;
  readonly distinctId: DistinctId;
  /** Mails are handed over here: a conversation may lie in many files. */
  readonly mails: MailThreads;
  readonly signal?: AbortSignal | undefined;
}

export async function* readDocumentFile(
  file: SourceFile,
  format: DocumentFormat,
  context: DocumentContext,
): AsyncGenerator<SourceItem> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of readBytes(file.path, { gzip: file.gzip, signal: context.signal })) {
    size += piece.length;
    if (size > maxDocumentBytes) {
      const reason = `file larger than ${maxDocumentBytes / 1024 / 1024} MB: split it`;
      yield { type: 'problem', origin: { file: file.relativePath }, reason };
      return;
    }
    pieces.push(piece);
  }
  yield* documentItems(Buffer.concat(pieces), { ...context, format, origin: { file: file.relativePath } });
}

/** A mailbox file, mail by mail. */
export async function* readMbox(file: SourceFile, context: DocumentContext): AsyncGenerator<SourceItem> {
  const bytes = readBytes(file.path, { gzip: file.gzip, signal: context.signal });
  for await (const { line, mail } of splitMbox(bytes)) {
    const origin = { file: file.relativePath, line };
    if (mail) yield* documentItems(mail, { ...context, format: 'eml', origin });
    else yield { type: 'problem', origin, reason: `a mail larger than ${maxDocumentBytes / 1024 / 1024} MB` };
  }
}

async function* documentItems(
  bytes: Buffer,
  {
    format,
    origin,
    fields,
    thread,
    mails,
    distinctId,
    signal,
  }: DocumentContext & { format: DocumentFormat; origin: Origin },
): AsyncGenerator<SourceItem> {
  const reply = await thread.read(format, bytes, signal);
  if ('problem' in reply) {
    yield { type: 'problem', origin, reason: reply.problem };
    return;
  }
  for (const part of reply.parts) {
    const name = 'name' in part ? part.name : undefined;
    const place = name === undefined ? origin : { ...origin, file: `${origin.file}/${name}` };
    if (part.type === 'problem') yield { type: 'problem', origin: place, reason: part.reason };
    else if (part.type === 'mail') mails.add(part, origin);
    else if (part.type === 'article') yield articleItem(part, place);
    else for (const item of rowItems(part, place, fields)) yield distinctId(item);
  }
}

function articleItem({ html, title, updated, language, audience }: ArticlePart, origin: Origin): ArticleItem {
  return {
    type: 'article',
    id: origin.file,
    title: title ?? titleFromName(origin.file),
    body: html,
    format: 'html',
    origin,
    ...(updated ? { updated } : {}),
    ...(language ? { language } : {}),
    ...(audience ? { audience } : {}),
  };
}

/** Rows with texts are records. Any other sheet is one table, and what is in it is for the team until somebody says otherwise. */
function* rowItems({ name, records }: RowsPart, origin: Origin, fields: Fields): Iterable<SourceItem> {
  const hasTexts = records.some(({ record }) =>
    (['body', 'text', 'turns'] as const).some((field) => fields.get(record, field) !== undefined),
  );
  if (!hasTexts) {
    const html = table(records);
    const note =
      'no column of texts such as "answer": kept as a table for agents only (name the column in a map)';
    yield { ...articleItem({ type: 'article', title: name, html, audience: 'internal' }, origin), note };
    return;
  }
  const reader = createRecordReader(fields);
  for (const { record, line } of records) yield* reader.read(record, { ...origin, line });
  yield* reader.finish();
}

function table(records: RowsPart['records']): string {
  const header = Object.keys(records[0]?.record ?? {});
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const rows = records.map(({ record }) => row(Object.values(record), 'td'));
  return `<table>${row(header, 'th')}${rows.join('')}</table>`;
}
