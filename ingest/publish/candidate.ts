// The published texts, embedded with another model, in a data folder of their own. That folder can be asked and measured like any other.
// It is published only when somebody decides so. The sources are not read again.
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { chunkContext } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { termsBySource } from '#core/source-terms.ts';
import type { Candidate } from '#knowledge/generations/candidate.ts';
import {
  generationFolder,
  listGenerations,
  readCurrentId,
} from '#knowledge/generations/generation-folder.ts';
import { openManifest } from '#knowledge/generations/generation-manifest.ts';
import {
  cardQuestions,
  contentHash,
  type GenerationContents,
  openCurrentContents,
  openGenerationContents,
  vectorsByContentHash,
} from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';
import { usedQuestions } from '#knowledge/questions/sections.ts';
import { modelFileName, modelStoreFolder } from '#models/store/model-store.ts';
import { createEmbeddingRun } from '../embed/embed-chunks.ts';
import { openVectorFile } from '../embed/vector-file.ts';
import { lockJob } from '../job-lock.ts';

export interface CandidateOptions extends CallOptions {
  readonly onProgress?: (embedded: number, chunks: number) => void;
}

/**
 * Rejects with `knowledge-base-missing` if nothing is published, and with what the embedder rejects with. What was embedded until then
 * is kept for the next time. One at a time for a model.
 */
export async function buildCandidate(
  dataDir: string,
  embedder: Embedder,
  { onProgress, signal }: CandidateOptions = {},
): Promise<Candidate> {
  using published = await openCurrentContents(dataDir);
  if (!published)
    throw new AppError('knowledge-base-missing', 'There is no knowledge base yet: answerdesk ingest PATH');
  const { modelId, dimensions } = embedder;
  const folder = candidateFolder(dataDir, modelId);
  await rm(folder, { recursive: true, force: true });
  using kept = await openVectorFile(vectorFile(dataDir, modelId), dimensions);
  using earlier = await publishedContents(dataDir, modelId, signal);
  const { documents, chunks, cards, questions } = published;
  const firstQuestion = chunks.length + cardQuestions(cards).length;
  const texts = [...chunks.map(chunkContext), ...cardQuestions(cards), ...usedQuestions(questions)];
  const run = createEmbeddingRun(embedder, {
    known: earlier ? [vectorsByContentHash(earlier)] : [],
    store: kept,
    signal,
    onProgress: () => onProgress?.(run.counts.embedded + run.counts.cached, texts.length),
  });
  for (const text of texts) await run.add(text);
  const vectorAt = await run.finish();
  const rows = function* (from: number, to: number) {
    for (let row = from; row < to; row += 1) yield vectorAt(row);
  };
  await kept.keepOnly(new Set(texts.map(contentHash)));

  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { recursive: true });
    const generation = await publishGeneration(
      {
        dataDir: folder,
        documents,
        chunks,
        vectors: rows(0, chunks.length),
        cards,
        cardVectors: rows(chunks.length, firstQuestion),
        questions,
        questionVectors: rows(firstQuestion, texts.length),
        terms: termsBySource(published.info.sources),
        modelId,
        dimensions,
      },
      { signal },
    );
    // A junction needs no rights on Windows; elsewhere the type is ignored.
    await mkdir(modelStoreFolder(dataDir), { recursive: true });
    await symlink(modelStoreFolder(dataDir), modelStoreFolder(folder), 'junction');
    return {
      dataDir: folder,
      basedOn: published.info.id,
      generation,
      embedded: run.counts.embedded,
      reused: run.counts.cached,
      [Symbol.asyncDispose]: remove,
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/**
 * Makes the candidate the generation in use, as it was measured; that its model is another one is what it is for. Rejects with
 * `job-locked` while a job runs, and with `busy` if another generation was published since the candidate was built: it would undo that
 * one. Then nothing has changed.
 */
export async function publishCandidate(
  dataDir: string,
  { dataDir: folder, basedOn, generation: { modelId, dimensions } }: Candidate,
  { signal }: CallOptions = {},
): Promise<GenerationInfo> {
  using _lock = lockJob(dataDir);
  const current = await readCurrentId(dataDir);
  if (current !== basedOn) {
    throw new AppError(
      'busy',
      `The knowledge base has changed meanwhile (${basedOn} was compared, ${current ?? 'none'} is in use), so nothing was published. Run the command again: what was embedded is kept.`,
    );
  }
  using contents = (await openCurrentContents(folder))!;
  const { documents, chunks, cards, questions } = contents;
  const published = await publishGeneration(
    {
      dataDir,
      documents,
      chunks,
      vectors: Iterator.from(chunks.keys()).map(contents.vectorAt),
      cards,
      cardVectors: Iterator.from(cardQuestions(cards).keys()).map(contents.cardVectorAt),
      questions,
      questionVectors: Iterator.from(usedQuestions(questions).keys()).map(contents.questionVectorAt),
      terms: termsBySource(contents.info.sources),
      modelId,
      dimensions,
      acceptModelChange: true,
    },
    { signal },
  );
  // They lie in the generation now.
  await rm(vectorFile(dataDir, modelId), { force: true });
  return published;
}

function candidateFolder(dataDir: string, modelId: string): string {
  return join(dataDir, 'candidates', modelFileName(modelId));
}

function vectorFile(dataDir: string, modelId: string): string {
  return `${candidateFolder(dataDir, modelId)}.vectors`;
}

/** Of the newest generation that the model made: after a rollback it is still there. */
async function publishedContents(
  dataDir: string,
  modelId: string,
  signal: AbortSignal | undefined,
): Promise<GenerationContents | undefined> {
  for (const id of (await listGenerations(dataDir)).reverse()) {
    signal?.throwIfAborted();
    const folder = generationFolder(dataDir, id);
    try {
      if ((await openManifest(folder)).modelId === modelId) return await openGenerationContents(folder);
    } catch {
      // A damaged generation is somebody else's matter: its texts are embedded again.
    }
  }
  return undefined;
}
