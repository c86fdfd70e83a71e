// Bytes of a source file to text: gzip, byte order marks, UTF-16, older encodings and bad UTF-8, never more in memory than one bounded
// record.
import { isAscii } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { detectEncoding } from './text-encoding.ts';

/** The largest record, or whole-file article, that is read: more is no article. */
export const maxRecordBytes = 16 * 1024 * 1024;

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** The text, or why there is none. */
  readonly content: { readonly text: string } | { readonly problem: string };
}

export interface ReadBytesOptions {
  readonly gzip: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told once, where the file is in another encoding than Unicode and does not say in which. A note for people. */
  readonly onAssumed?: ((note: string) => void) | undefined;
}

export async function* readBytes(path: string, { gzip, signal }: ReadBytesOptions): AsyncGenerator<Buffer> {
  // Allocated whole for each file: a megabyte each made the garbage collector a fifth of reading small articles.
  const file = createReadStream(path, { highWaterMark: 1 << 16, signal });
  const stream = gzip ? file.pipe(createGunzip()) : file;
  // `pipe` does not hand errors on.
  if (gzip) file.on('error', (error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Buffer;
  } finally {
    file.destroy();
  }
}

/** Lines end with LF, CRLF or CR. Bad UTF-8 and over-long lines become problems of that line alone. */
export async function* readLines(path: string, options: ReadBytesOptions): AsyncGenerator<Line> {
  let number = 0;
  for await (const raw of splitAtNewlines(asUtf8(readBytes(path, options), options))) {
    const decoded = raw === 'too-long' ? undefined : decodeUtf8(raw);
    if (decoded === undefined || !decoded.includes('\r')) {
      number += 1;
      if (raw === 'too-long')
        yield { number, content: { problem: `record longer than ${maxRecordBytes / 1024 / 1024} MB` } };
      else
        yield { number, content: decoded === undefined ? { problem: 'not valid UTF-8' } : { text: decoded } };
      continue;
    }
    for (const text of decoded.replace(/\r$/, '').split('\r')) {
      number += 1;
      yield { number, content: { text } };
    }
  }
}

/** The whole file, or why it cannot be read. `note`: which encoding was assumed. */
export async function readText(
  path: string,
  { limit = maxRecordBytes, ...options }: Omit<ReadBytesOptions, 'onAssumed'> & { limit?: number },
): Promise<{ text: string; note?: string } | { problem: string }> {
  const pieces: Buffer[] = [];
  let size = 0;
  let note: string | undefined;
  const onAssumed = (assumed: string) => {
    note = assumed;
  };
  for await (const piece of asUtf8(readBytes(path, options), { onAssumed })) {
    size += piece.length;
    if (size > limit) return { problem: `file larger than ${limit / 1024 / 1024} MB` };
    pieces.push(piece);
  }
  const text = decodeUtf8(Buffer.concat(pieces));
  if (text === undefined) return { problem: 'not valid UTF-8' };
  return { text, ...(note ? { note } : {}) };
}

/** What tells encodings apart: so many bytes from the first one on that is no ASCII. */
const sampleBytes = 1 << 16;
/** And so many before it: what a letter is shows in its word. */
const bytesBefore = 64;

/** UTF-16 and older encodings become UTF-8; a byte order mark is dropped; UTF-8 passes as it is, also with bad bytes. */
export async function* asUtf8(
  pieces: AsyncIterable<Buffer>,
  { onAssumed }: Pick<ReadBytesOptions, 'onAssumed'> = {},
): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let isDecided = false;
  let head: Buffer | undefined;
  let waiting: Buffer = Buffer.alloc(0);
  const decode = (bytes: Buffer) => (decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes);
  const decide = () => {
    isDecided = true;
    const start = Math.max(0, firstNonAscii(waiting) - bytesBefore);
    const { label, assumed } = detectEncoding(head ?? waiting, waiting.subarray(start));
    if (label === 'utf-8') return;
    decoder = new TextDecoder(label);
    if (assumed)
      onAssumed?.(`read as ${label}, as its letters suggest; save it as UTF-8 if words look wrong`);
  };
  for await (const piece of pieces) {
    if (isDecided) {
      yield decode(piece);
      continue;
    }
    waiting = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
    if (!head) {
      if (waiting.length < 4) continue;
      head = Buffer.from(waiting.subarray(0, 4_096));
      const utf16 = utf16Encoding(waiting);
      if (utf16) decoder = new TextDecoder(utf16);
      else if (hasUtf8Mark(waiting)) waiting = waiting.subarray(3);
      isDecided = utf16 !== undefined || hasUtf8Mark(head);
    }
    const start = firstNonAscii(waiting);
    if (!isDecided && start === -1) {
      // ASCII is the same in all of them.
      yield waiting;
      waiting = Buffer.alloc(0);
    } else if (isDecided || waiting.length - start >= sampleBytes) {
      if (!isDecided) decide();
      yield decode(waiting);
      waiting = Buffer.alloc(0);
    }
  }
  if (!isDecided && firstNonAscii(waiting) !== -1) decide();
  if (waiting.length > 0) yield decode(waiting);
  if (decoder) yield Buffer.from(decoder.decode());
}

function firstNonAscii(bytes: Buffer): number {
  if (isAscii(bytes)) return -1;
  return bytes.findIndex((byte) => byte > 127);
}

function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function utf16Encoding(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // Without a mark: text that begins with two ASCII characters has zeros beside them.
  if (bytes[0] !== 0 && bytes[1] === 0 && bytes[2] !== 0 && bytes[3] === 0) return 'utf-16le';
  return bytes[0] === 0 && bytes[1] !== 0 && bytes[2] === 0 && bytes[3] !== 0 ? 'utf-16be' : undefined;
}

async function* splitAtNewlines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer | 'too-long'> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let start = 0;
    for (;;) {
      const newline = piece.indexOf(10, start);
      const end = newline === -1 ? piece.length : newline;
      size += end - start;
      if (size <= maxRecordBytes) parts.push(piece.subarray(start, end));
      else parts = [];
      if (newline === -1) break;
      yield size > maxRecordBytes ? 'too-long' : Buffer.concat(parts);
      parts = [];
      size = 0;
      start = newline + 1;
    }
  }
  if (size > 0) yield size > maxRecordBytes ? 'too-long' : Buffer.concat(parts);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
