// All items of a source's files, in order; conversations of mails come last. One bad record or file is a problem item; the others are
// read.
import type { CallOptions } from '#core/call-options.ts';
import { isAbortError } from '#core/errors.ts';
import { createReaderThread } from '#readers/reader-thread.ts';
import { readCardFile } from '../cards/card-files.ts';
import type { ProblemItem, SourceItem } from '../item.ts';
import { readQuestionFile } from '../questions/question-files.ts';
import { archiveFiles } from './archive-files.ts';
import { readArticleFile } from './article-files.ts';
import { contentFormat } from './content-kind.ts';
import { createDistinctIds } from './distinct-ids.ts';
import { type DocumentContext, readDocumentFile, readMbox } from './document-items.ts';
import type { Fields } from './field-map.ts';
import type { SourceFile } from './find-files.ts';
import type { KeepFile } from './keep-unchanged.ts';
import { createMailThreads } from './mail-threads.ts';
import { readCsv, readJson, readJsonLines } from './read-records.ts';
import { createRecordReader } from './record-items.ts';
import { readWordpress } from './wordpress.ts';

export interface ReadSourceOptions extends CallOptions {
  /** Default: every file is read. */
  readonly keep?: KeepFile;
}

export async function* readSource(
  files: readonly SourceFile[],
  fields: Fields,
  { keep, signal }: ReadSourceOptions = {},
): AsyncGenerator<SourceItem> {
  await using thread = createReaderThread();
  const mails = createMailThreads(fields);
  const context = { fields, thread, mails, distinctId: createDistinctIds(), signal };
  for (const file of files) {
    signal?.throwIfAborted();
    const kept = keep?.(file);
    if (kept) yield* kept;
    else yield* readFile(file, context);
  }
  yield* mails.finish();
}

interface FileContext extends DocumentContext {
  /** The file lies in an archive: archives in it are not opened. */
  readonly isInArchive?: boolean;
}

async function* readFile(file: SourceFile, context: FileContext): AsyncGenerator<SourceItem> {
  const { signal } = context;
  try {
    signal?.throwIfAborted();
    if (file.format === 'cards-yaml' || file.format === 'cards-csv') yield* readCardFile(file, signal);
    else if (file.format === 'questions') yield* readQuestionFile(file, signal);
    else {
      const content = await contentFormat(file, signal);
      if ('problem' in content) yield problemOf(file, content.problem);
      else yield* readAs({ ...file, format: content.format }, context);
    }
  } catch (error) {
    if (isAbortError(error) || signal?.aborted) throw error;
    yield problemOf(file, fileProblem(error as NodeJS.ErrnoException));
  }
}

async function* readAs(file: SourceFile, context: FileContext): AsyncGenerator<SourceItem> {
  const { fields, signal, isInArchive = false } = context;
  switch (file.format) {
    case 'jsonl':
    case 'json':
    case 'csv':
      for await (const item of readRecordFile(file, fields, signal)) yield context.distinctId(item);
      break;
    case 'wordpress':
      yield* readWordpress(file, signal);
      break;
    case 'pdf':
    case 'docx':
    case 'xlsx':
    case 'ods':
    case 'pptx':
    case 'epub':
    case 'eml':
      yield* readDocumentFile(file, file.format, context);
      break;
    case 'mbox':
      yield* readMbox(file, context);
      break;
    case 'zip':
      if (isInArchive) yield problemOf(file, 'an archive in an archive: unpack it');
      else
        for await (const inner of archiveFiles(file, signal)) {
          if ('type' in inner) yield inner;
          else yield* readFile(inner, { ...context, isInArchive: true });
        }
      break;
    default:
      yield await readArticleFile(file, signal);
  }
}

async function* readRecordFile(
  file: SourceFile,
  fields: Fields,
  signal?: AbortSignal,
): AsyncGenerator<SourceItem> {
  const reader = createRecordReader(fields);
  const notes: string[] = [];
  const records = { jsonl: readJsonLines, json: readJson, csv: readCsv }[
    file.format as 'jsonl' | 'json' | 'csv'
  ];
  try {
    for await (const read of records(file, signal, (note) => notes.push(note))) {
      signal?.throwIfAborted();
      const origin = { file: file.relativePath, line: read.line };
      if ('problem' in read) yield { type: 'problem', origin, reason: read.problem };
      else yield* reader.read(read.record, origin);
    }
  } catch (error) {
    // A file that ends badly (a truncated gzip) still gives the messages that were read before.
    if (!isAbortError(error) && !signal?.aborted) yield* reader.finish();
    throw error;
  }
  yield* reader.finish();
  for (const note of notes) yield { ...problemOf(file, note), isNote: true };
}

function problemOf(file: SourceFile, reason: string): ProblemItem {
  return { type: 'problem', origin: { file: file.relativePath }, reason };
}

function fileProblem(error: NodeJS.ErrnoException): string {
  if (error.code?.startsWith('Z_')) return 'the gzip data is damaged or ends too early';
  return `the file cannot be read (${error.code ?? error.name})`;
}
