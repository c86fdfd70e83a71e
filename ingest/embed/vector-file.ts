// Vectors of texts, in a file that only grows: what a long embedding computed before it was stopped or killed is not computed again.
// They stay on disk; in memory is only where each one lies. Not the knowledge base's own vectors, which lie in its generations with their
// checksums.
import { closeSync, fdatasyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

/** By `contentHash` of the text that was embedded. */
export interface KnownVectors {
  has(hash: string): boolean;
  get(hash: string): Float32Array | undefined;
}

export interface VectorStore extends KnownVectors {
  add(hashes: readonly string[], vectors: readonly Float32Array[]): void;
}

export interface VectorFile extends VectorStore, Disposable {
  readonly size: number;
  /** Leaves only these in the file: vectors of a text tell something about it, and must not outlive it. */
  keepOnly(hashes: ReadonlySet<string>): Promise<void>;
  /** The file is gone after this, and nothing can be asked any more. */
  remove(): Promise<void>;
}

// Each record: SHA-256 of the text, the vector as float32, CRC-32 of both. Fixed length, so that a cut end is seen.
const hashBytes = 32;
const checksumBytes = 4;
const recordsPerRead = 1024;

/**
 * `path` belongs to one model alone, whose vectors have that many dimensions. Records that are damaged are dropped; a file that cannot be
 * read rejects with the system's error. `add` returns when the disk has it.
 */
export async function openVectorFile(path: string, dimensions: number): Promise<VectorFile> {
  const recordBytes = hashBytes + dimensions * Float32Array.BYTES_PER_ELEMENT + checksumBytes;
  const places = new Map<string, number>();
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a+');
  let end = 0;

  function isIntact(record: Buffer): boolean {
    return crc32(record.subarray(0, -checksumBytes)) === record.readUInt32LE(recordBytes - checksumBytes);
  }

  /** The bytes of whole records from `start` on. */
  function readRecords(start: number, count: number): Buffer {
    const bytes = Buffer.alloc(count * recordBytes);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, bytes.length - filled, start + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  }

  /** True if every byte belongs to a record that is whole. */
  function scan(): boolean {
    let intact = true;
    places.clear();
    for (end = 0; ; ) {
      const bytes = readRecords(end, recordsPerRead);
      for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
        const record = bytes.subarray(at, at + recordBytes);
        if (isIntact(record)) places.set(record.toString('hex', 0, hashBytes), end + at);
        else intact = false;
      }
      end += bytes.length;
      if (bytes.length < recordsPerRead * recordBytes) return intact && end % recordBytes === 0;
    }
  }

  /** Only the records that are known, in a new file. */
  async function rewrite(): Promise<void> {
    const temporary = `${path}.tmp`;
    const copy = openSync(temporary, 'w');
    for (const place of places.values()) writeSync(copy, readRecords(place, 1));
    fdatasyncSync(copy);
    closeSync(copy);
    closeSync(file);
    await rename(temporary, path);
    file = openSync(path, 'a+');
    scan();
  }

  // A cut record would shift all that is appended behind it.
  if (!scan()) await rewrite();
  return {
    get size() {
      return places.size;
    },
    has: (hash) => places.has(hash),
    get(hash) {
      const place = places.get(hash);
      if (place === undefined) return undefined;
      const vector = new Float32Array(dimensions);
      readRecords(place, 1).copy(Buffer.from(vector.buffer), 0, hashBytes, recordBytes - checksumBytes);
      return vector;
    },
    add(hashes, vectors) {
      const records = Buffer.alloc(hashes.length * recordBytes);
      for (const [index, hash] of hashes.entries()) {
        const record = records.subarray(index * recordBytes, (index + 1) * recordBytes);
        const { buffer, byteOffset, byteLength } = vectors[index]!;
        record.write(hash, 0, 'hex');
        Buffer.from(buffer, byteOffset, byteLength).copy(record, hashBytes);
        record.writeUInt32LE(crc32(record.subarray(0, -checksumBytes)), recordBytes - checksumBytes);
      }
      for (let written = 0; written < records.length; ) written += writeSync(file, records, written);
      fdatasyncSync(file);
      for (const [index, hash] of hashes.entries()) places.set(hash, end + index * recordBytes);
      end += records.length;
    },
    async keepOnly(hashes) {
      const before = places.size;
      for (const hash of places.keys()) if (!hashes.has(hash)) places.delete(hash);
      if (places.size < before) await rewrite();
    },
    async remove() {
      closeSync(file);
      file = -1;
      await rm(path, { force: true });
    },
    [Symbol.dispose]() {
      if (file !== -1) closeSync(file);
      file = -1;
    },
  };
}
