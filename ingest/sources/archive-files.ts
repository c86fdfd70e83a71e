// The files in a ZIP archive, read like those of a folder. One at a time lies unpacked in a temporary folder that only this user can
// read, under a name of ours.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { UnreadableFileError } from '#readers/file-part.ts';
import { damaged, entriesOf, readEntry, type ZipLimits, zipOptions } from '#readers/zip-entries.ts';
import type { ProblemItem } from '../item.ts';
import { fileKind, isPassedOver, type SourceFile } from './find-files.ts';

const limits: ZipLimits = { mostEntries: 50_000, mostBytes: 4 * 1024 * 1024 * 1024 };

const leadsOut = /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]|^\w:/;

/** Each file is there until the next one is asked for. */
export async function* archiveFiles(
  archive: SourceFile,
  signal?: AbortSignal,
): AsyncGenerator<SourceFile | ProblemItem> {
  const problem = (reason: string, name?: string): ProblemItem => ({
    type: 'problem',
    origin: { file: name === undefined ? archive.relativePath : `${archive.relativePath}/${name}` },
    reason,
  });
  const folder = await mkdtemp(join(tmpdir(), 'answerdesk-archive-'));
  const path = join(folder, 'file');
  const names = new Set<string>();
  try {
    const zip = await openPromise(archive.path, zipOptions).catch(damaged);
    try {
      for await (const { entry, name, problem: refused } of entriesOf(zip, limits)) {
        signal?.throwIfAborted();
        if (leadsOut.test(name)) {
          // Its name is not repeated: it is made to be misread.
          yield problem(refused ?? 'a path that leads out of the archive');
          continue;
        }
        const kind = fileKind(name);
        if (name.endsWith('/') || isPassedOver(name) || !kind) continue;
        if (refused) yield problem(refused, name);
        else if (names.has(name)) yield problem('a second file of this name: the first is kept', name);
        else {
          names.add(name);
          try {
            await pipeline(Readable.from(readEntry(zip, entry)), createWriteStream(path, { mode: 0o600 }), {
              signal,
            });
          } catch (error) {
            if (!(error instanceof UnreadableFileError)) throw error;
            yield problem(error.message, name);
            continue;
          }
          yield { path, relativePath: `${archive.relativePath}/${name}`, ...kind };
        }
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    yield problem(error.message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
