// Loads one generation into memory. Every byte is checked against the manifest before anything is parsed or handed to native code.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AnswerCard } from '#core/answer-card.ts';
import { type Chunk, chunkContext, type Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { createVectorMatrix, matrixBytes, matrixRow, type VectorMatrix } from '#core/vector-matrix.ts';
import { type Bm25Index, createBm25Index, parseBm25 } from '../index/bm25-index.ts';
import { createExactVectorIndex } from '../index/exact-vector-index.ts';
import { openHnswVectorIndex } from '../index/hnsw-vector-index.ts';
import type { VectorIndex } from '../index/search-indexes.ts';
import { parseCards, parseChunks, parseDocuments } from './chunk-records.ts';
import { generationFolder, readCurrentId } from './generation-folder.ts';
import { type GenerationManifest, parseManifest, sha256 } from './generation-manifest.ts';

/** Row `r` of `vectors` and of both indexes is `chunks[r]`. */
export interface Generation {
  readonly info: GenerationInfo;
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
  readonly vectors: VectorMatrix;
  readonly vectorIndex: VectorIndex;
  readonly lexicalIndex: Bm25Index;
  readonly cards: readonly AnswerCard[];
  /** Row `r` is question `r` of all cards in order: `cards.flatMap(({ questions }) => questions)[r]`. */
  readonly cardVectors: VectorMatrix;
}

/**
 * Names of the files of a generation besides manifest.json; hnsw.bin only when there are too many vectors to scan, the cards' only when
 * there are cards.
 */
export const generationFiles = {
  documents: 'documents.jsonl',
  chunks: 'chunks.jsonl',
  vectors: 'vectors.bin',
  bm25: 'bm25.bin',
  hnsw: 'hnsw.bin',
  cards: 'cards.jsonl',
  cardVectors: 'card-vectors.bin',
} as const;

/** Throws `knowledge-base-damaged` if any file is missing, or differs by a bit from what was published. */
export async function openGeneration(folder: string): Promise<Generation> {
  const manifestPath = join(folder, 'manifest.json');
  const manifest = parseManifest((await readOrThrow(manifestPath)).toString('utf8'), manifestPath);
  const hasHnsw = manifest.files[generationFiles.hnsw] !== undefined;
  const hasCards = manifest.files[generationFiles.cards] !== undefined;
  const nothing = Buffer.alloc(0);
  const [documentBytes, chunkBytes, vectors, bm25Bytes, cardBytes, cardVectors] = await Promise.all([
    readVerified(folder, generationFiles.documents, manifest),
    readVerified(folder, generationFiles.chunks, manifest),
    readMatrix(folder, generationFiles.vectors, manifest),
    readVerified(folder, generationFiles.bm25, manifest),
    hasCards ? readVerified(folder, generationFiles.cards, manifest) : nothing,
    hasCards
      ? readMatrix(folder, generationFiles.cardVectors, manifest)
      : createVectorMatrix(0, manifest.dimensions),
    hasHnsw ? verify(folder, generationFiles.hnsw, manifest) : undefined,
  ]);

  const documents = parseDocuments(documentBytes);
  const chunks = parseChunks(chunkBytes, documents);
  const lexicalIndex = createBm25Index(parseBm25(bm25Bytes));
  const cards = parseCards(cardBytes);
  const counts = [chunks.length, vectors.size, lexicalIndex.size];
  if (
    documents.length !== manifest.documents ||
    counts.some((count) => count !== manifest.chunks) ||
    cardQuestions(cards).length !== cardVectors.size
  ) {
    throw new AppError(
      'knowledge-base-damaged',
      `The files in ${folder} do not belong together. Ingest again.`,
    );
  }
  const vectorIndex = hasHnsw
    ? await openHnswVectorIndex(join(folder, generationFiles.hnsw), vectors)
    : createExactVectorIndex(vectors);
  const generation = {
    info: toInfo(basename(folder), manifest),
    documents,
    chunks,
    vectors,
    vectorIndex,
    lexicalIndex,
    cards,
    cardVectors,
  };
  checkSelfSearch(generation);
  return generation;
}

/** The generation in use, or undefined if nothing was published yet. Throws `knowledge-base-damaged` as `readCurrentId` and `openGeneration` do. */
export async function openCurrentGeneration(dataDir: string): Promise<Generation | undefined> {
  const id = await readCurrentId(dataDir);
  return id === undefined ? undefined : openGeneration(generationFolder(dataDir, id));
}

/** The same, without its indexes. */
export async function openCurrentContents(dataDir: string): Promise<GenerationContents | undefined> {
  const id = await readCurrentId(dataDir);
  return id === undefined ? undefined : openGenerationContents(generationFolder(dataDir, id));
}

/** The id of a vector in a cache: hash of the text that was embedded. Only valid within one model id. */
export function contentHash(embeddedText: string): string {
  return sha256(embeddedText);
}

/** All questions of all cards, in the order of `cardVectors`. */
export function cardQuestions(cards: readonly AnswerCard[]): string[] {
  return cards.flatMap(({ questions }) => questions);
}

/** By `contentHash` of what was embedded: `chunkContext(chunk)` and the cards' questions. So that a text seen before is not embedded again by the same model. */
export function vectorsByContentHash(contents: GenerationContents): {
  has(hash: string): boolean;
  get(hash: string): Float32Array | undefined;
} {
  const rows = new Map<string, number>();
  for (const [row, chunk] of contents.chunks.entries()) rows.set(contentHash(chunkContext(chunk)), row);
  const cardRows = new Map(
    cardQuestions(contents.cards).map((question, row) => [contentHash(question), row] as const),
  );
  return {
    has: (hash) => rows.has(hash) || cardRows.has(hash),
    get(hash) {
      const row = rows.get(hash);
      if (row !== undefined) return contents.vectorAt(row);
      const cardRow = cardRows.get(hash);
      return cardRow === undefined ? undefined : contents.cardVectorAt(cardRow);
    },
  };
}

/** What was ingested, for whoever builds the next generation: without the indexes, and the vectors stay on disk. */
export interface GenerationContents extends Disposable {
  readonly info: GenerationInfo;
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
  readonly cards: readonly AnswerCard[];
  /** Of `chunks[row]`. */
  vectorAt(row: number): Float32Array;
  /** Of `cardQuestions(cards)[row]`. */
  cardVectorAt(row: number): Float32Array;
}

/** All of its files are checked. Throws `knowledge-base-damaged` as `openGeneration`. */
export async function openGenerationContents(folder: string): Promise<GenerationContents> {
  const path = join(folder, 'manifest.json');
  const manifest = parseManifest((await readOrThrow(path)).toString('utf8'), path);
  await verifyFiles(folder, manifest);
  const documents = parseDocuments(await readVerified(folder, generationFiles.documents, manifest));
  const chunks = parseChunks(await readVerified(folder, generationFiles.chunks, manifest), documents);
  const hasCards = manifest.files[generationFiles.cards] !== undefined;
  const cards = hasCards ? parseCards(await readVerified(folder, generationFiles.cards, manifest)) : [];
  const vectors = openRows(join(folder, generationFiles.vectors), manifest.dimensions);
  const cardVectors = hasCards
    ? openRows(join(folder, generationFiles.cardVectors), manifest.dimensions)
    : undefined;
  return {
    info: toInfo(basename(folder), manifest),
    documents,
    chunks,
    cards,
    vectorAt: vectors.row,
    cardVectorAt: (row) => cardVectors!.row(row),
    [Symbol.dispose]() {
      vectors.close();
      cardVectors?.close();
    },
  };
}

/** Throws `knowledge-base-damaged` unless every file is byte for byte what the manifest says. */
export async function verifyFiles(folder: string, manifest: GenerationManifest): Promise<void> {
  for (const name of Object.keys(manifest.files)) await verify(folder, name, manifest);
}

/** Throws `knowledge-base-damaged` if the file is not the one of the manifest. */
export async function readMatrix(
  folder: string,
  name: string,
  manifest: GenerationManifest,
): Promise<VectorMatrix> {
  const { bytes } = manifest.files[name] ?? { bytes: 0 };
  const matrix = createVectorMatrix(Math.floor(bytes / 4 / manifest.dimensions), manifest.dimensions);
  const target = matrixBytes(matrix);
  if (target.byteLength !== bytes) throw damagedFile(join(folder, name));
  await readPieces(folder, name, manifest, (piece, start) => target.set(piece, start));
  return matrix;
}

function openRows(path: string, dimensions: number) {
  const file = openSync(path, 'r');
  return {
    row(row: number): Float32Array {
      const vector = new Float32Array(dimensions);
      readSync(file, vector, 0, vector.byteLength, row * vector.byteLength);
      return vector;
    },
    close: () => closeSync(file),
  };
}

/** One file may be longer than `readFile` reads at once, which is 2 GiB. */
const pieceBytes = 1 << 24;

/** Hands the file on in pieces, and throws at its end if it was not the one of the manifest: what was made of the pieces is void then. */
async function readPieces(
  folder: string,
  name: string,
  manifest: GenerationManifest,
  take: (piece: Uint8Array, start: number) => void,
): Promise<void> {
  const path = join(folder, name);
  const expected = manifest.files[name];
  const hash = createHash('sha256');
  let start = 0;
  try {
    await using file = await open(path);
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, (expected?.bytes ?? 0) + 1));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
      if (bytesRead === 0 || start + bytesRead > (expected?.bytes ?? 0)) {
        start += bytesRead;
        break;
      }
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      take(piece, start);
      start += bytesRead;
    }
  } catch (cause) {
    throw new AppError('knowledge-base-damaged', `${path} cannot be read.`, { cause });
  }
  if (start !== expected?.bytes || hash.digest('hex') !== expected.sha256) throw damagedFile(path);
}

function verify(folder: string, name: string, manifest: GenerationManifest): Promise<void> {
  return readPieces(folder, name, manifest, () => {});
}

async function readVerified(folder: string, name: string, manifest: GenerationManifest): Promise<Buffer> {
  // Not from the pool of small buffers: an index is read from it in place, and starts at a multiple of four.
  const bytes = Buffer.from(new ArrayBuffer(manifest.files[name]?.bytes ?? 0));
  await readPieces(folder, name, manifest, (piece, start) => bytes.set(piece, start));
  return bytes;
}

function damagedFile(path: string): AppError {
  return new AppError(
    'knowledge-base-damaged',
    `${path} is damaged: its checksum is not the one in the manifest.`,
  );
}

async function readOrThrow(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError('knowledge-base-damaged', `${path} cannot be read.`, { cause });
  }
}

/** Of the generation `id`. */
export function toInfo(id: string, manifest: GenerationManifest): GenerationInfo {
  const { createdAt, modelId, dimensions, documents, chunks, sources } = manifest;
  return { id, createdAt, modelId, dimensions, documents, chunks, sources };
}

/** A few chunks are looked up by their own vector: what cannot be found that way must not serve. */
function checkSelfSearch({ info, vectors, vectorIndex }: Generation): void {
  const rows = [0, Math.floor(vectors.size / 2), vectors.size - 1];
  const lost = rows.filter((row) => {
    const best = vectorIndex.search(matrixRow(vectors, row), 1)[0];
    return best === undefined || best.score < 0.999;
  });
  if (lost.length === rows.length) {
    throw new AppError(
      'knowledge-base-damaged',
      `The knowledge base ${info.id} does not find its own chunks. Ingest again.`,
    );
  }
}
