// Publishes a new generation: built aside, verified by reading it back, made durable, then put in use by one atomic rename.
// Killed at any moment, or with a full disk, it leaves the generation in use as it was.
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnswerCard } from '#core/answer-card.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Chunk, Document } from '#core/document.ts';
import { type FileDigest, hashFile, syncFile, syncFolder, writeDurably } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import type { SettledQuestions } from '#core/section-questions.ts';
import type { SourceTerms } from '#core/source-terms.ts';
import { checkVector } from '#core/vector-matrix.ts';
import { type LexicalDocument, serializeBm25 } from '../index/bm25-build.ts';
import { writeHnswFile } from '../index/hnsw-vector-index.ts';
import { usedQuestions } from '../questions/sections.ts';
import { serializeCards, serializeChunks, serializeDocuments, serializeQuestions } from './chunk-records.ts';
import { generationFiles, readMatrix, verifyFiles } from './generation-files.ts';
import {
  createTemporaryFolder,
  generationFolder,
  generationId,
  generationNumber,
  indexFolder,
  listGenerations,
  readIntactCurrentId,
  removeOldGenerations,
  writeCurrentId,
} from './generation-folder.ts';
import {
  type GenerationManifest,
  generationSchemaVersion,
  openManifest,
  serializeManifest,
} from './generation-manifest.ts';
import { cardQuestions, type Generation, openGeneration } from './generation-reader.ts';
import { hostsOfArticles, toInfo } from './load-generation.ts';
import { findModelInUse, refuseOtherModel } from './model-in-use.ts';

export interface NewGeneration {
  readonly dataDir: string;
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
  /** `vectors[i]` is the embedding of `chunkContext(chunks[i])`. */
  readonly vectors: Iterable<Float32Array>;
  readonly cards?: readonly AnswerCard[];
  /** Of the cards' questions, in the order of `cardQuestions`. */
  readonly cardVectors?: Iterable<Float32Array>;
  /** Settled with `chunks`. */
  readonly questions?: readonly SettledQuestions[];
  /** In the order of `usedQuestions`. */
  readonly questionVectors?: Iterable<Float32Array>;
  /** By the name of the source. */
  readonly terms?: Readonly<Record<string, SourceTerms>>;
  readonly modelId: string;
  readonly dimensions: number;
  /** Said by somebody who knows that another model made what is in use; default false. */
  readonly acceptModelChange?: boolean;
  /** Generations that stay for a rollback, the new one included; default 3. */
  readonly keep?: number;
  /** Builds a graph of the vectors too, and one of the written questions', for whoever searches by it (`openGeneration`); default false. */
  readonly graph?: boolean;
}

/**
 * Rejects with `bad-input` if there is nothing to publish or the parts do not belong together, `knowledge-base-damaged` if it cannot be
 * told which generation is in use, `knowledge-base-mismatch` if another model made that one and nobody accepted it, `model-invalid` for a vector that is not finite or has another length or norm,
 * and with the file system's error if the disk is full.
 */
export async function publishGeneration(
  {
    dataDir,
    documents,
    chunks,
    vectors,
    cards = [],
    cardVectors = [],
    questions = [],
    questionVectors = [],
    terms = {},
    modelId,
    dimensions,
    acceptModelChange = false,
    keep = 3,
    graph = false,
  }: NewGeneration,
  { signal }: CallOptions = {},
): Promise<GenerationInfo> {
  if (chunks.length === 0)
    throw new AppError('bad-input', 'Nothing to publish: no text was found in the sources.');
  if (!acceptModelChange) refuseOtherModel(await findModelInUse(dataDir), modelId);
  await removeOldGenerations(dataDir, keep);
  const folder = await createTemporaryFolder(dataDir);
  try {
    const write = async (name: string, pieces: Iterable<Uint8Array>) => {
      signal?.throwIfAborted();
      return writeDurably(join(folder, name), pieces);
    };
    const files: Record<string, FileDigest> = {
      [generationFiles.documents]: await write(generationFiles.documents, serializeDocuments(documents)),
      [generationFiles.chunks]: await write(generationFiles.chunks, serializeChunks(documents, chunks)),
      [generationFiles.vectors]: await write(
        generationFiles.vectors,
        serializeVectors(vectors, { count: chunks.length, dimensions }),
      ),
      [generationFiles.bm25]: await write(generationFiles.bm25, serializeBm25(lexicalDocuments(chunks))),
    };
    const hosts = hostsOfArticles(documents);
    if (hosts)
      files[generationFiles.hosts] = await write(generationFiles.hosts, [
        Buffer.from(JSON.stringify([...hosts].sort())),
      ]);
    if (cards.length > 0) {
      files[generationFiles.cards] = await write(generationFiles.cards, serializeCards(cards));
      files[generationFiles.cardVectors] = await write(
        generationFiles.cardVectors,
        serializeVectors(cardVectors, { count: cardQuestions(cards).length, dimensions }),
      );
    }
    if (questions.length > 0)
      files[generationFiles.questions] = await write(
        generationFiles.questions,
        serializeQuestions(questions, chunks),
      );
    const questionCount = usedQuestions(questions).length;
    if (questionCount > 0)
      files[generationFiles.questionVectors] = await write(
        generationFiles.questionVectors,
        serializeVectors(questionVectors, { count: questionCount, dimensions }),
      );
    signal?.throwIfAborted();
    const facts: GenerationManifest = {
      schemaVersion: generationSchemaVersion,
      createdAt: new Date().toISOString(),
      modelId,
      dimensions,
      metric: 'cosine',
      documents: documents.length,
      chunks: chunks.length,
      sources: countSources({ documents, chunks, cards, questions, terms }),
      files,
    };
    const graphs = graph
      ? ([
          [generationFiles.vectors, generationFiles.hnsw],
          [generationFiles.questionVectors, generationFiles.questionHnsw],
        ] as const)
      : [];
    for (const [vectorFile, graphFile] of graphs) {
      if (files[vectorFile] === undefined) continue;
      const path = join(folder, graphFile);
      const matrix = await readMatrix(folder, vectorFile, facts);
      if (await writeHnswFile(path, matrix, { signal })) {
        await syncFile(path);
        files[graphFile] = await hashFile(path);
      }
    }
    await write('manifest.json', [Buffer.from(serializeManifest(facts))]);
    await syncFolder(folder);
    // What lies on the disk is what was meant. Opening all of it would need as much memory again as building it.
    await verifyFiles(folder, await openManifest(folder));
    signal?.throwIfAborted();
    const id = await moveIntoPlace(dataDir, folder);
    await writeCurrentId(dataDir, id);
    await removeOldGenerations(dataDir, keep);
    return toInfo(id, facts);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export interface RollbackOptions {
  /** The generation to put in use; default: the newest intact one before the current one, or of all if CURRENT is damaged. */
  readonly to?: string | undefined;
  /** Rejects if the generation must not be put in use. */
  readonly check?: (generation: GenerationInfo) => Promise<void>;
}

/**
 * Puts an earlier generation in use again. A damaged CURRENT does not stop it. Rejects with `knowledge-base-missing` if there is none, `bad-request`
 * if `to` is none of those that are kept, `knowledge-base-damaged` if that one is not intact, and with what `check` of it rejects with;
 * then nothing has changed.
 */
export async function rollbackGeneration(
  dataDir: string,
  { to, check = async () => {} }: RollbackOptions = {},
): Promise<GenerationInfo> {
  const generation = to === undefined ? await openEarlier(dataDir) : await openNamed(dataDir, to);
  await check(generation.info);
  await writeCurrentId(dataDir, generation.info.id);
  return generation.info;
}

async function openEarlier(dataDir: string): Promise<Generation> {
  const current = await readIntactCurrentId(dataDir);
  const before = current === undefined ? Number.POSITIVE_INFINITY : generationNumber(current);
  const earlier = (await listGenerations(dataDir)).filter((id) => generationNumber(id) < before).reverse();
  for (const id of earlier) {
    const generation = await openGeneration(generationFolder(dataDir, id)).catch(() => undefined);
    if (generation) return generation;
  }
  throw new AppError('knowledge-base-missing', 'There is no earlier intact generation to go back to.');
}

async function openNamed(dataDir: string, id: string): Promise<Generation> {
  const kept = await listGenerations(dataDir);
  if (!kept.includes(id))
    throw new AppError(
      'bad-request',
      `There is no generation ${id}. There are: ${kept.join(', ') || 'none'}.`,
    );
  return openGeneration(generationFolder(dataDir, id));
}

/** The next free number; rename refuses a folder that exists, so two writers cannot take the same one. */
async function moveIntoPlace(dataDir: string, folder: string): Promise<string> {
  const newest = (await listGenerations(dataDir)).at(-1);
  // Killed before CURRENT names the first generation, nothing was published: that is to be told from a CURRENT that got lost.
  if (newest === undefined) await writeCurrentId(dataDir, undefined);
  const id = generationId(newest === undefined ? 1 : generationNumber(newest) + 1);
  await rename(folder, generationFolder(dataDir, id));
  await syncFolder(indexFolder(dataDir));
  return id;
}

export function lexicalDocument({ title, headingPath, text }: Chunk): LexicalDocument {
  return { heading: [title, ...headingPath].join(' '), text };
}

function* lexicalDocuments(chunks: readonly Chunk[]): Generator<LexicalDocument> {
  for (const chunk of chunks) yield lexicalDocument(chunk);
}

const vectorsPerPiece = 1024;

/** One after the other, little-endian. Throws `bad-input` if there are not `count` of them, and as `checkVector`. */
function* serializeVectors(
  vectors: Iterable<Float32Array>,
  { count, dimensions }: { readonly count: number; readonly dimensions: number },
): Generator<Uint8Array> {
  let piece = new Float32Array(vectorsPerPiece * dimensions);
  let written = 0;
  for (const vector of vectors) {
    checkVector(vector, dimensions);
    piece.set(vector, (written % vectorsPerPiece) * dimensions);
    written += 1;
    if (written % vectorsPerPiece > 0) continue;
    yield new Uint8Array(piece.buffer);
    piece = new Float32Array(vectorsPerPiece * dimensions);
  }
  if (written !== count) throw new AppError('bad-input', `There are ${count} texts but ${written} vectors.`);
  yield new Uint8Array(piece.buffer, 0, (written % vectorsPerPiece) * dimensions * piece.BYTES_PER_ELEMENT);
}

/** A source that has nothing but answer cards or written questions counts as one without documents. */
function countSources({
  documents,
  chunks,
  cards,
  questions,
  terms,
}: Required<
  Pick<NewGeneration, 'documents' | 'chunks' | 'cards' | 'questions' | 'terms'>
>): GenerationManifest['sources'] {
  const names = [
    ...new Set([
      ...documents.map(({ metadata }) => metadata.source),
      ...[...cards, ...questions].map(({ source }) => source),
    ]),
  ].sort();
  const count = (all: Iterable<string>) => {
    const counts = new Map<string, number>();
    for (const name of all) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const ofDocuments = count(documents.map(({ metadata }) => metadata.source));
  const ofChunks = count(chunks.map(({ source }) => source));
  return names.map((name) => ({
    name,
    documents: ofDocuments.get(name) ?? 0,
    chunks: ofChunks.get(name) ?? 0,
    ...(terms[name] ? { terms: terms[name] } : {}),
  }));
}
