// Opens a generation with all of its documents and passages as objects, for commands, evals and whoever builds the next one. A server loads less:
// load-generation.ts.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AnswerCard } from '#core/answer-card.ts';
import { type Chunk, chunkContext, type Document } from '#core/document.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import type { SettledQuestions } from '#core/section-questions.ts';
import { usedQuestions } from '../questions/sections.ts';
import { parseCards, parseChunks, parseDocuments, parseQuestions } from './chunk-records.ts';
import { generationFiles, readFileChecked, verifyFiles } from './generation-files.ts';
import { generationFolder, readCurrentId } from './generation-folder.ts';
import { openManifest } from './generation-manifest.ts';
import {
  loadGeneration,
  type OpenGenerationOptions,
  type SearchedGeneration,
  toInfo,
} from './load-generation.ts';
import { passagesOf } from './passages.ts';

export interface Generation extends SearchedGeneration {
  readonly documents: readonly Document[];
  /** By their row. */
  readonly chunks: readonly Chunk[];
}

/** Throws `knowledge-base-damaged` if any file is missing, or differs by a bit from what was published. */
export async function openGeneration(
  folder: string,
  options: OpenGenerationOptions = {},
): Promise<Generation> {
  const { documentBytes, chunkBytes, ...loaded } = await loadGeneration(
    folder,
    await openManifest(folder),
    options,
  );
  const documents = parseDocuments(documentBytes);
  const chunks = parseChunks(chunkBytes, documents);
  return { ...loaded, documents, chunks, passages: passagesOf(chunks, documents) };
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
  return createHash('sha256').update(embeddedText).digest('hex');
}

/** All questions of all cards, in the order of `cardVectors`. */
export function cardQuestions(cards: readonly AnswerCard[]): string[] {
  return cards.flatMap(({ questions }) => questions);
}

/** By `contentHash` of what was embedded: `chunkContext(chunk)`, the cards' questions and the written ones. So that a text seen before is not embedded again by the same model. */
export function vectorsByContentHash(contents: GenerationContents): {
  has(hash: string): boolean;
  get(hash: string): Float32Array | undefined;
} {
  const rows = new Map<string, number>();
  for (const [row, chunk] of contents.chunks.entries()) rows.set(contentHash(chunkContext(chunk)), row);
  const cardRows = new Map(
    cardQuestions(contents.cards).map((question, row) => [contentHash(question), row] as const),
  );
  const questionRows = new Map(
    usedQuestions(contents.questions).map((question, row) => [contentHash(question), row] as const),
  );
  return {
    has: (hash) => rows.has(hash) || cardRows.has(hash) || questionRows.has(hash),
    get(hash) {
      const row = rows.get(hash);
      if (row !== undefined) return contents.vectorAt(row);
      const cardRow = cardRows.get(hash);
      if (cardRow !== undefined) return contents.cardVectorAt(cardRow);
      const questionRow = questionRows.get(hash);
      return questionRow === undefined ? undefined : contents.questionVectorAt(questionRow);
    },
  };
}

/** What was ingested, for whoever builds the next generation: without the indexes, and the vectors stay on disk. */
export interface GenerationContents extends Disposable {
  readonly info: GenerationInfo;
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
  readonly cards: readonly AnswerCard[];
  readonly questions: readonly SettledQuestions[];
  /** Of `chunks[row]`. */
  vectorAt(row: number): Float32Array;
  /** Of `cardQuestions(cards)[row]`. */
  cardVectorAt(row: number): Float32Array;
  /** Of `usedQuestions(questions)[row]`. */
  questionVectorAt(row: number): Float32Array;
}

/** All of its files are checked. Throws `knowledge-base-damaged` as `openGeneration`. */
export async function openGenerationContents(folder: string): Promise<GenerationContents> {
  const manifest = await openManifest(folder);
  await verifyFiles(folder, manifest);
  const documents = parseDocuments(await readFileChecked(folder, generationFiles.documents, manifest));
  const chunks = parseChunks(await readFileChecked(folder, generationFiles.chunks, manifest), documents);
  const has = (name: string) => manifest.files[name] !== undefined;
  const cards = has(generationFiles.cards)
    ? parseCards(await readFileChecked(folder, generationFiles.cards, manifest))
    : [];
  const questions = has(generationFiles.questions)
    ? parseQuestions(await readFileChecked(folder, generationFiles.questions, manifest))
    : [];
  const rowsIn = (name: string) =>
    has(name) ? openRows(join(folder, name), manifest.dimensions) : undefined;
  const vectors = rowsIn(generationFiles.vectors)!;
  const cardVectors = rowsIn(generationFiles.cardVectors);
  const questionVectors = rowsIn(generationFiles.questionVectors);
  return {
    info: toInfo(basename(folder), manifest),
    documents,
    chunks,
    cards,
    questions,
    vectorAt: vectors.row,
    cardVectorAt: (row) => cardVectors!.row(row),
    questionVectorAt: (row) => questionVectors!.row(row),
    [Symbol.dispose]() {
      for (const opened of [vectors, cardVectors, questionVectors]) opened?.close();
    },
  };
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
