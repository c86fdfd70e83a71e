// Files that the team has uploaded, as they came: one folder, which is a source of the knowledge base. What they are is judged by ingestion.
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';

export interface UploadedFile {
  readonly name: string;
  readonly bytes: number;
}

export interface UploadedFiles {
  readonly folder: string;
  list(): Promise<UploadedFile[]>;
  /** Replaces a file of that name. Throws `bad-input` for a name or kind that is none, `message-too-long` for too much. */
  put(name: string, content: Readable, options?: CallOptions): Promise<UploadedFile>;
  /** False if there is no such file. */
  remove(name: string): Promise<boolean>;
}

const mebibyte = 1_048_576;
const largestFile = 50 * mebibyte;
const mostBytes = 500 * mebibyte;
const mostFiles = 1_000;

const endings = 'md markdown mdx html htm txt csv tsv json jsonl pdf docx pptx xlsx ods epub zip'.split(' ');
/** No path, nothing hidden, no control characters. */
const fileName = /^(?!\.)[^/\\\p{C}]{1,150}$/u;

export function createUploadedFiles(dataDir: string): UploadedFiles {
  const folder = join(dataDir, 'uploads');
  const incoming = join(dataDir, 'uploads-incoming');

  async function list(): Promise<UploadedFile[]> {
    const names = await readdir(folder).catch(() => []);
    return Promise.all(
      names.toSorted().map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })),
    );
  }

  return {
    folder,
    list,

    async put(name, content, { signal } = {}) {
      const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
      if (!fileName.test(name) || !endings.includes(ending)) throw refused('bad-input', kindsText);
      const there = (await list()).filter((file) => file.name !== name);
      const room = mostBytes - there.reduce((sum, { bytes }) => sum + bytes, 0);
      if (there.length >= mostFiles || room <= 0)
        throw refused('bad-input', 'There are too many files. Read a folder with: answerdesk ingest FOLDER');
      await mkdir(folder, { recursive: true });
      await mkdir(incoming, { recursive: true });
      const path = join(incoming, randomUUID());
      const most = Math.min(largestFile, room);
      let bytes = 0;
      try {
        await pipeline(
          content,
          async function* (pieces: AsyncIterable<Buffer>) {
            for await (const piece of pieces) {
              bytes += piece.length;
              if (bytes > most)
                throw refused(
                  'message-too-long',
                  `The file is larger than ${Math.floor(most / mebibyte)} MB.`,
                );
              yield piece;
            }
          },
          createWriteStream(path),
          signal ? { signal } : {},
        );
        if (bytes === 0) throw refused('bad-input', 'The file is empty.');
        await rename(path, join(folder, name));
      } finally {
        await rm(path, { force: true });
      }
      return { name, bytes };
    },

    async remove(name) {
      if (!fileName.test(name)) return false;
      return rm(join(folder, name)).then(
        () => true,
        () => false,
      );
    },
  };
}

const kindsText = `Give a file with one of these endings: ${endings.join(', ')}.`;

function refused(code: 'bad-input' | 'message-too-long', why: string): AppError {
  return new AppError(code, why, { publicMessage: why });
}
