// The entries of a ZIP archive, within limits that no archive of a support team comes near.
import { type Entry, fromBufferPromise, getFileNameLowLevel, validateFileName, type ZipFile } from 'yauzl';
import { UnreadableFileError } from './file-part.ts';

export interface ZipLimits {
  readonly mostEntries: number;
  /** Unpacked, all together. */
  readonly mostBytes: number;
}

/** Text packs to a tenth, an empty sheet to a hundredth; bombs begin at a thousandth. Small entries may be anything. */
const mostRatio = 200;
const anyRatioBelowBytes = 1024 * 1024;

/** Of an office document, which is a ZIP archive. */
const documentLimits: ZipLimits = { mostEntries: 10_000, mostBytes: 256 * 1024 * 1024 };

/** Names are checked here and not by yauzl, which gives up the whole archive for a bad one. */
export const zipOptions = { autoClose: false, decodeStrings: false } as const;

export interface NamedEntry {
  readonly entry: Entry;
  /** With `/`. */
  readonly name: string;
  /** Why it must not be opened. */
  readonly problem?: string;
}

export interface ZipContents {
  /** By path in the archive. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly names: readonly string[];
  /** Undefined for a file that is not there. */
  text(name: string): string | undefined;
}

/** Files of a document, whole in memory. Throws `UnreadableFileError`. */
export async function readZip(bytes: Buffer, isWanted: (name: string) => boolean): Promise<ZipContents> {
  const files = new Map<string, Buffer>();
  const names: string[] = [];
  const zip = await fromBufferPromise(bytes, zipOptions).catch(damaged);
  for await (const { entry, name, problem } of entriesOf(zip, documentLimits)) {
    names.push(name);
    if (problem) throw new UnreadableFileError(problem);
    if (name.endsWith('/') || files.has(name) || !isWanted(name)) continue;
    files.set(name, Buffer.concat(await Array.fromAsync(readEntry(zip, entry))));
  }
  return {
    files,
    names,
    text: (name) =>
      files
        .get(name)
        ?.toString('utf8')
        .replace(/^\uFEFF/, ''),
  };
}

/** Throws `UnreadableFileError` for an archive that is damaged or beyond its limits. */
export async function* entriesOf(zip: ZipFile, limits: ZipLimits): AsyncGenerator<NamedEntry> {
  const entries = zip.eachEntry();
  let count = 0;
  let bytes = 0;
  for (;;) {
    const { value: entry, done } = await entries.next().catch(damaged);
    if (done) return;
    count += 1;
    bytes += entry.uncompressedSize;
    if (count > limits.mostEntries)
      throw new UnreadableFileError(
        `an archive of more than ${limits.mostEntries} files, the rest was not read: split it`,
      );
    if (bytes > limits.mostBytes)
      throw new UnreadableFileError(
        `unpacks to more than ${limits.mostBytes / 1024 / 1024} MB, the rest was not read: split it`,
      );
    const name = nameOf(entry);
    const problem = problemOf(entry, name);
    yield { entry, name, ...(problem ? { problem } : {}) };
  }
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields ?? [], false);
}

function problemOf(entry: Entry, name: string): string | undefined {
  if (validateFileName(name) !== null) return 'its path leads out of the archive: pack it again';
  if (entry.isEncrypted()) return 'protected with a password: save a copy without one';
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > anyRatioBelowBytes && uncompressedSize > compressedSize * mostRatio)
    return `unpacks to more than ${mostRatio} times its size, as no document does: not opened`;
  return entry.canDecodeFileData() ? undefined : 'packed in an unusual way: pack it again as a plain ZIP';
}

/** yauzl ends a stream that becomes longer than the archive says, so the limits hold for what comes out. */
export async function* readEntry(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  try {
    for await (const piece of await zip.openReadStreamPromise(entry)) yield piece as Buffer;
  } catch (error) {
    damaged(error);
  }
}

export function damaged(error: unknown): never {
  if (error instanceof UnreadableFileError) throw error;
  throw new UnreadableFileError('the ZIP data is damaged or ends too early: copy or save the file again', {
    cause: error,
  });
}
