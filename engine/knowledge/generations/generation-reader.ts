// Loads one generation into memory. Every byte is checked against the manifest before anything is parsed or handed to native code.
import { readFile } from 'node:fs/promises';
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
  const [documentBytes, chunkBytes, vectorBytes, bm25Bytes, cardBytes, cardVectorBytes] = await Promise.all([
    readVerified(folder, generationFiles.documents, manifest),
    readVerified(folder, generationFiles.chunks, manifest),
    readVerified(folder, generationFiles.vectors, manifest),
    readVerified(folder, generationFiles.bm25, manifest),
    hasCards ? readVerified(folder, generationFiles.cards, manifest) : nothing,
    hasCards ? readVerified(folder, generationFiles.cardVectors, manifest) : nothing,
    hasHnsw ? readVerified(folder, generationFiles.hnsw, manifest) : undefined,
  ]);

  const documents = parseDocuments(documentBytes);
  const chunks = parseChunks(chunkBytes, documents);
  const vectors = toMatrix(vectorBytes, manifest.dimensions);
  const lexicalIndex = createBm25Index(parseBm25(bm25Bytes));
  const cards = parseCards(cardBytes);
  const cardVectors = toMatrix(cardVectorBytes, manifest.dimensions);
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

/** The id of a vector in a cache: hash of the text that was embedded. Only valid within one model id. */
export function contentHash(embeddedText: string): string {
  return sha256(embeddedText);
}

/** All questions of all cards, in the order of `cardVectors`. */
export function cardQuestions(cards: readonly AnswerCard[]): string[] {
  return cards.flatMap(({ questions }) => questions);
}

/** Vectors by `contentHash` of what was embedded: `chunkContext(chunk)` and the cards' questions. So that a text seen before is not embedded again by the same model. */
export function vectorsByContentHash(
  generation: Pick<Generation, 'chunks' | 'vectors' | 'cards' | 'cardVectors'>,
): Map<string, Float32Array> {
  const { chunks, vectors, cards, cardVectors } = generation;
  return new Map([
    ...chunks.map((chunk, row) => [contentHash(chunkContext(chunk)), matrixRow(vectors, row)] as const),
    ...cardQuestions(cards).map((text, row) => [contentHash(text), matrixRow(cardVectors, row)] as const),
  ]);
}

async function readVerified(folder: string, name: string, manifest: GenerationManifest): Promise<Buffer> {
  const path = join(folder, name);
  const expected = manifest.files[name];
  const bytes = await readOrThrow(path);
  if (!expected || bytes.length !== expected.bytes || sha256(bytes) !== expected.sha256) {
    throw new AppError(
      'knowledge-base-damaged',
      `${path} is damaged: its checksum is not the one in the manifest.`,
    );
  }
  return bytes;
}

async function readOrThrow(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError('knowledge-base-damaged', `${path} cannot be read.`, { cause });
  }
}

function toMatrix(bytes: Buffer, dimensions: number): VectorMatrix {
  const matrix = createVectorMatrix(Math.floor(bytes.length / 4 / dimensions), dimensions);
  const target = matrixBytes(matrix);
  target.set(bytes.subarray(0, target.length));
  return matrix;
}

function toInfo(id: string, manifest: GenerationManifest): GenerationInfo {
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
