// All items of a source's files, in order. One bad record or file is a problem item; the others are read.
import type { CallOptions } from '#core/call-options.ts';
import { isAbortError } from '#core/errors.ts';
import { readCardFile } from '../cards/card-files.ts';
import type { SourceItem } from '../item.ts';
import { readArticleFile } from './article-files.ts';
import type { Fields } from './field-map.ts';
import type { SourceFile } from './find-files.ts';
import { readCsv, readJson, readJsonLines } from './read-records.ts';
import { createRecordReader } from './record-items.ts';
import { readWordpress } from './wordpress.ts';

export async function* readSource(
  files: readonly SourceFile[],
  fields: Fields,
  { signal }: CallOptions = {},
): AsyncGenerator<SourceItem> {
  for (const file of files) {
    try {
      signal?.throwIfAborted();
      if (file.format === 'jsonl' || file.format === 'json' || file.format === 'csv')
        yield* readRecordFile(file, fields, signal);
      else if (file.format === 'wordpress') yield* readWordpress(file, signal);
      else if (file.format === 'cards-yaml' || file.format === 'cards-csv') yield* readCardFile(file, signal);
      else yield await readArticleFile(file, signal);
    } catch (error) {
      if (isAbortError(error) || signal?.aborted) throw error;
      yield {
        type: 'problem',
        origin: { file: file.relativePath },
        reason: fileProblem(error as NodeJS.ErrnoException),
      };
    }
  }
}

async function* readRecordFile(
  file: SourceFile,
  fields: Fields,
  signal?: AbortSignal,
): AsyncGenerator<SourceItem> {
  const reader = createRecordReader(fields);
  const records = { jsonl: readJsonLines, json: readJson, csv: readCsv }[
    file.format as 'jsonl' | 'json' | 'csv'
  ];
  try {
    for await (const read of records(file, signal)) {
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
}

function fileProblem(error: NodeJS.ErrnoException): string {
  if (error.code?.startsWith('Z_')) return 'the gzip data is damaged or ends too early';
  return `the file cannot be read (${error.code ?? error.name})`;
}
