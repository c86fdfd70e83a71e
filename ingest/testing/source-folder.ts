// Temporary folders with files, for tests of readers and jobs.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourceItem } from '../item.ts';
import { createFields, type FieldMap } from '../sources/field-map.ts';
import { findFiles } from '../sources/find-files.ts';
import { readSource } from '../sources/read-source.ts';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  write(name: string, content: string | Uint8Array): Promise<string>;
}

export async function createTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'answerdesk-ingest-'));
  return {
    path,
    async write(name, content) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

export async function readItems(paths: readonly string[], map?: FieldMap): Promise<SourceItem[]> {
  const { files } = await findFiles(paths);
  return Array.fromAsync(readSource(files, createFields(map)));
}
