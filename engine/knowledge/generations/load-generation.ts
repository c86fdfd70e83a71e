// Loads what is searched of a generation. Every byte is checked against the manifest before anything is parsed or handed to native code.
import { basename, join } from 'node:path';
import { hostsIn } from '#core/addresses.ts';
import type { AnswerCard } from '#core/answer-card.ts';
import type { Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import type { SettledQuestions } from '#core/section-questions.ts';
import { createVectorMatrix, matrixRow, type VectorMatrix } from '#core/vector-matrix.ts';
import { parseBm25 } from '../index/bm25-file.ts';
import { type Bm25Index, createBm25Index } from '../index/bm25-index.ts';
import { createExactVectorIndex } from '../index/exact-vector-index.ts';
import { openHnswVectorIndex } from '../index/hnsw-vector-index.ts';
import type { VectorIndex } from '../index/search-indexes.ts';
import {
  createQuestionSearch,
  type QuestionGroup,
  type QuestionSearch,
} from '../questions/question-search.ts';
import { eachLine, parseCards, parseLine } from './chunk-records.ts';
import { generationFiles, readFileChecked, readMatrix, verifyFile } from './generation-files.ts';
import type { GenerationManifest } from './generation-manifest.ts';
import { type Passages, passagesIn } from './passages.ts';

/** Row `r` of `vectors` and of both indexes is passage `r`. */
export interface SearchedGeneration {
  readonly info: GenerationInfo;
  readonly passages: Passages;
  readonly vectors: VectorMatrix;
  readonly vectorIndex: VectorIndex;
  readonly lexicalIndex: Bm25Index;
  /** Hosts that articles for customers are on or name; undefined when there is no such article. */
  readonly articleHosts: ReadonlySet<string> | undefined;
  readonly cards: readonly AnswerCard[];
  /** Row `r` is question `r` of all cards in order: `cards.flatMap(({ questions }) => questions)[r]`. */
  readonly cardVectors: VectorMatrix;
  /** Undefined where no written question is in use. */
  readonly questions: QuestionSearch | undefined;
}

export interface OpenGenerationOptions {
  /** Search by the graph of the vectors, if the generation has one; default false: exactly. */
  readonly graph?: boolean;
}

/** The bytes that documents and passages are read from, and what is searched of them. */
export interface LoadedGeneration extends SearchedGeneration {
  readonly documentBytes: Uint8Array;
  readonly chunkBytes: Uint8Array;
}

/** Throws `knowledge-base-damaged` if any file is missing, or differs by a bit from what was published. */
export async function loadGeneration(
  folder: string,
  manifest: GenerationManifest,
  { graph = false }: OpenGenerationOptions = {},
): Promise<LoadedGeneration> {
  const has = (name: string) => manifest.files[name] !== undefined;
  const read = (name: string) => readFileChecked(folder, name, manifest);
  const readIfThere = (name: string) => (has(name) ? read(name) : undefined);
  const vectorsIn = (name: string) =>
    has(name) ? readMatrix(folder, name, manifest) : createVectorMatrix(0, manifest.dimensions);
  const verifyIfThere = (name: string) => (has(name) ? verifyFile(folder, name, manifest) : undefined);
  const [
    documentBytes,
    chunkBytes,
    vectors,
    bm25Bytes,
    hostBytes,
    cardBytes,
    cardVectors,
    questionBytes,
    questionVectors,
  ] = await Promise.all([
    read(generationFiles.documents),
    read(generationFiles.chunks),
    readMatrix(folder, generationFiles.vectors, manifest),
    read(generationFiles.bm25),
    readIfThere(generationFiles.hosts),
    readIfThere(generationFiles.cards),
    vectorsIn(generationFiles.cardVectors),
    readIfThere(generationFiles.questions),
    vectorsIn(generationFiles.questionVectors),
    verifyIfThere(generationFiles.hnsw),
    verifyIfThere(generationFiles.questionHnsw),
  ]);
  const passages = passagesIn(documentBytes, chunkBytes);
  const lexicalIndex = createBm25Index(parseBm25(bm25Bytes));
  const cards = cardBytes ? parseCards(cardBytes) : [];
  const { groups, textOf } = questionGroups(questionBytes ?? new Uint8Array());
  const counts = [passages.size, vectors.size, lexicalIndex.size];
  if (
    passages.facts.length !== manifest.documents ||
    counts.some((count) => count !== manifest.chunks) ||
    cards.flatMap(({ questions }) => questions).length !== cardVectors.size ||
    groups.reduce((total, { count }) => total + count, 0) !== questionVectors.size ||
    groups.some((group) => group.passages.some((row) => row >= passages.size))
  ) {
    throw new AppError(
      'knowledge-base-damaged',
      `The files in ${folder} do not belong together. Ingest again.`,
    );
  }
  const indexOf = async (matrix: VectorMatrix, graphFile: string) =>
    graph && has(graphFile)
      ? openHnswVectorIndex(join(folder, graphFile), matrix)
      : createExactVectorIndex(matrix);
  const vectorIndex = await indexOf(vectors, generationFiles.hnsw);
  const questions =
    questionVectors.size > 0
      ? createQuestionSearch({
          vectors: questionVectors,
          vectorIndex: await indexOf(questionVectors, generationFiles.questionHnsw),
          groups,
          textOf,
          passages: passages.size,
        })
      : undefined;
  const info = toInfo(basename(folder), manifest);
  checkSelfSearch(info.id, vectors, vectorIndex);
  return {
    info,
    passages,
    vectors,
    vectorIndex,
    lexicalIndex,
    articleHosts: hostBytes ? new Set(parseHosts(hostBytes)) : hostsOfArticles(documentsOf(passages)),
    cards,
    cardVectors,
    questions,
    documentBytes,
    chunkBytes,
  };
}

/** Of those in use. Their texts stay bytes until one is asked for. */
function questionGroups(bytes: Uint8Array): {
  readonly groups: readonly QuestionGroup[];
  readonly textOf: (group: number, index: number) => string;
} {
  const { count, line } = eachLine(bytes);
  const groups: QuestionGroup[] = [];
  const numbers: number[] = [];
  for (let number = 0; number < count; number++) {
    const { state, questions, passages, places } = parseLine<SettledQuestions>(line(number));
    if (state !== 'used' || questions.length === 0) continue;
    groups.push({ count: questions.length, passages, places });
    numbers.push(number);
  }
  return {
    groups,
    textOf: (group, index) => parseLine<SettledQuestions>(line(numbers[group]!)).questions[index]!,
  };
}

/** Of the generation `id`. */
export function toInfo(id: string, manifest: GenerationManifest): GenerationInfo {
  const { createdAt, modelId, dimensions, documents, chunks, sources } = manifest;
  return { id, createdAt, modelId, dimensions, documents, chunks, sources };
}

/** Of those for customers; undefined if there is none. */
export function hostsOfArticles(documents: Iterable<Document>): ReadonlySet<string> | undefined {
  let hosts: Set<string> | undefined;
  for (const { pageContent, metadata } of documents) {
    if (metadata.kind !== 'article' || metadata.audience !== 'customer') continue;
    hosts ??= new Set();
    for (const host of hostsIn(`${pageContent} ${metadata.url ?? ''}`)) hosts.add(host);
  }
  return hosts;
}

function* documentsOf({ facts, document }: Passages): Generator<Document> {
  for (const { documentId } of facts) yield document(documentId)!;
}

function parseHosts(bytes: Uint8Array): string[] {
  return JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
  ) as string[];
}

/** A few chunks are looked up by their own vector: what cannot be found that way must not serve. */
function checkSelfSearch(id: string, vectors: VectorMatrix, vectorIndex: VectorIndex): void {
  const rows = [0, Math.floor(vectors.size / 2), vectors.size - 1];
  const lost = rows.filter((row) => {
    const best = vectorIndex.search(matrixRow(vectors, row), 1)[0];
    return best === undefined || best.score < 0.999;
  });
  if (lost.length === rows.length) {
    throw new AppError(
      'knowledge-base-damaged',
      `The knowledge base ${id} does not find its own chunks. Ingest again.`,
    );
  }
}
