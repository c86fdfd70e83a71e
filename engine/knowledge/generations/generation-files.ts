// The files of a generation, read and checked against its manifest in one go: what differs by a bit from what was published is not used.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import { createVectorMatrix, matrixBytes, type VectorMatrix } from '#core/vector-matrix.ts';
import type { GenerationManifest } from './generation-manifest.ts';

/**
 * Names of the files of a generation besides manifest.json; hnsw.bin only when it was asked for (versions before 0.3 wrote it above 50,000
 * passages), the cards' and the written questions' only when there are some, hosts.json only when there are articles for customers (and not before 0.3).
 */
export const generationFiles = {
  documents: 'documents.jsonl',
  chunks: 'chunks.jsonl',
  vectors: 'vectors.bin',
  bm25: 'bm25.bin',
  hosts: 'hosts.json',
  hnsw: 'hnsw.bin',
  cards: 'cards.jsonl',
  cardVectors: 'card-vectors.bin',
  questions: 'questions.jsonl',
  questionVectors: 'question-vectors.bin',
  questionHnsw: 'question-hnsw.bin',
} as const;

/** One file may be longer than a single call reads, which is 2 GiB. */
const pieceBytes = 1 << 24;

/** Throws `knowledge-base-damaged` unless every file is byte for byte what the manifest says. */
export async function verifyFiles(folder: string, manifest: GenerationManifest): Promise<void> {
  for (const name of Object.keys(manifest.files)) await verifyFile(folder, name, manifest);
}

/** Throws `knowledge-base-damaged` if the file is not the one of the manifest. */
export async function verifyFile(folder: string, name: string, manifest: GenerationManifest): Promise<void> {
  const buffer = new Uint8Array(Math.min(pieceBytes, manifest.files[name]?.bytes ?? 0));
  await readChecked(folder, name, { manifest, roomFor: (_start, length) => buffer.subarray(0, length) });
}

/** As `verifyFile`. */
export async function readFileChecked(
  folder: string,
  name: string,
  manifest: GenerationManifest,
): Promise<Uint8Array> {
  // Not from the pool of small buffers: an index is read from it in place, and starts at a multiple of four.
  const bytes = new Uint8Array(manifest.files[name]?.bytes ?? 0);
  await readChecked(folder, name, {
    manifest,
    roomFor: (start, length) => bytes.subarray(start, start + length),
  });
  return bytes;
}

/** As `verifyFile`. */
export async function readMatrix(
  folder: string,
  name: string,
  manifest: GenerationManifest,
): Promise<VectorMatrix> {
  const { bytes } = manifest.files[name] ?? { bytes: 0 };
  const matrix = createVectorMatrix(Math.floor(bytes / 4 / manifest.dimensions), manifest.dimensions);
  const target = matrixBytes(matrix);
  if (target.byteLength !== bytes) throw damagedFile(join(folder, name));
  await readChecked(folder, name, {
    manifest,
    roomFor: (start, length) => target.subarray(start, start + length),
  });
  return matrix;
}

/** What was read is void if this throws. */
async function readChecked(
  folder: string,
  name: string,
  {
    manifest,
    roomFor,
  }: {
    readonly manifest: GenerationManifest;
    /** Where to put the bytes from `start` on. */
    readonly roomFor: (start: number, length: number) => Uint8Array;
  },
): Promise<void> {
  const path = join(folder, name);
  const { bytes, sha256 } = manifest.files[name] ?? { bytes: 0, sha256: '' };
  const hash = createHash('sha256');
  let start = 0;
  let isLonger = false;
  try {
    await using file = await open(path);
    while (start < bytes) {
      const room = roomFor(start, Math.min(pieceBytes, bytes - start));
      const bytesRead = await readInto(file, room, start);
      if (bytesRead === 0) break;
      hash.update(room.subarray(0, bytesRead));
      start += bytesRead;
    }
    isLonger = (await readInto(file, new Uint8Array(1), bytes)) > 0;
  } catch (cause) {
    throw new AppError('knowledge-base-damaged', `${path} cannot be read.`, { cause });
  }
  if (start !== bytes || isLonger || hash.digest('hex') !== sha256) throw damagedFile(path);
}

async function readInto(file: FileHandle, room: Uint8Array, start: number): Promise<number> {
  return (await file.read(room, 0, room.byteLength, start)).bytesRead;
}

function damagedFile(path: string): AppError {
  return new AppError(
    'knowledge-base-damaged',
    `${path} is damaged: its checksum is not the one in the manifest.`,
  );
}
