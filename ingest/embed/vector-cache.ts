// Vectors of texts, in a file that only grows: what a long embedding computed before it was stopped or killed is not computed again.
// Not the knowledge base's own vectors, which lie in its generations with their checksums.
import { appendFileSync, mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Embedder } from '#core/embedder.ts';
import { contentHash } from '#knowledge/generations/generation-reader.ts';

export interface VectorCache {
  /** By `contentHash` of the text that was embedded. */
  readonly vectors: Map<string, Float32Array>;
  /** The embedder's, each vector kept as it comes. */
  embedDocuments: Embedder['embedDocuments'];
  /** Leaves only these in the file: vectors of a text tell something about it, and must not outlive it. */
  keepOnly(hashes: ReadonlySet<string>): Promise<void>;
}

// Each record: SHA-256 of the text, the vector as float32, CRC-32 of both. Fixed length, so that a cut end is seen.
const hashBytes = 32;
const checksumBytes = 4;

/** `path` belongs to one model alone. Records that are damaged are dropped; a file that cannot be read rejects with the system's error. */
export async function openVectorCache(
  path: string,
  { dimensions, embedDocuments }: Pick<Embedder, 'dimensions' | 'embedDocuments'>,
): Promise<VectorCache> {
  const vectorBytes = dimensions * Float32Array.BYTES_PER_ELEMENT;
  const recordBytes = hashBytes + vectorBytes + checksumBytes;
  const vectors = new Map<string, Float32Array>();
  mkdirSync(dirname(path), { recursive: true });
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  let intact = bytes.length % recordBytes === 0;
  for (let start = 0; start + recordBytes <= bytes.length; start += recordBytes) {
    const content = bytes.subarray(start, start + recordBytes - checksumBytes);
    if (crc32(content) !== bytes.readUInt32LE(start + recordBytes - checksumBytes)) {
      intact = false;
      continue;
    }
    const vector = new Float32Array(dimensions);
    Buffer.from(vector.buffer).set(content.subarray(hashBytes));
    vectors.set(content.toString('hex', 0, hashBytes), vector);
  }

  function record(hash: string, vector: Float32Array): Buffer {
    const written = Buffer.alloc(recordBytes);
    written.write(hash, 0, 'hex');
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).copy(written, hashBytes);
    written.writeUInt32LE(crc32(written.subarray(0, -checksumBytes)), recordBytes - checksumBytes);
    return written;
  }

  async function rewrite(): Promise<void> {
    if (vectors.size === 0) return rm(path, { force: true });
    const temporary = `${path}.tmp`;
    await writeFile(temporary, Buffer.concat([...vectors].map(([hash, vector]) => record(hash, vector))));
    await rename(temporary, path);
  }

  // A cut record would shift all that is appended behind it.
  if (!intact) await rewrite();
  return {
    vectors,
    async embedDocuments(texts, options) {
      const embedded = await embedDocuments(texts, options);
      const records = texts.map((text, index) => {
        const hash = contentHash(text);
        vectors.set(hash, embedded[index]!);
        return record(hash, embedded[index]!);
      });
      appendFileSync(path, Buffer.concat(records));
      return embedded;
    },
    async keepOnly(hashes) {
      const before = vectors.size;
      for (const hash of vectors.keys()) if (!hashes.has(hash)) vectors.delete(hash);
      if (vectors.size < before) await rewrite();
    },
  };
}
