// One ingestion job: read a source, compare it with what is published, embed what is new, publish the next generation.
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AnswerCard, type CardStatus, cardStatus } from '#core/answer-card.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type Chunk, chunkContext, type Document } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { EntityFinder } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { type SourceTerms, termsBySource } from '#core/source-terms.ts';
import { readCurrentId } from '#knowledge/generations/generation-folder.ts';
import {
  cardQuestions,
  contentHash,
  type GenerationContents,
  openCurrentContents,
  vectorsByContentHash,
} from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';
import { refuseOtherModel } from '#knowledge/generations/model-in-use.ts';
import { settleQuestions, usedQuestions } from '#knowledge/questions/sections.ts';
import { modelFileName } from '#models/store/model-store.ts';
import { openErasedPeople } from '#privacy/erased-people.ts';
import { hasKey } from '#privacy/privacy-folder.ts';
import { createEntityPass, type EntityCounts } from '#redact/entity-pass.ts';
import { settleCards, unsettledCard } from './cards/settle-cards.ts';
import { chunkDocument } from './chunk/chunk.ts';
import { markOlderVersions } from './clean/mark-older-versions.ts';
import { createEmbeddingRun } from './embed/embed-chunks.ts';
import { openVectorFile } from './embed/vector-file.ts';
import type { SourceItem } from './item.ts';
import { lockJob } from './job-lock.ts';
import { linkConversations } from './link/link-conversations.ts';
import { createPause } from './pause.ts';
import { adviseRollback } from './publish/advise-rollback.ts';
import { refuseMassRemoval } from './publish/refuse-mass-removal.ts';
import { refuseUsedFolder } from './publish/refuse-used-folder.ts';
import { createQuarantine } from './quarantine.ts';
import { type QuestionsSummary, settleRead, summarizeQuestions } from './questions/settle-read.ts';
import { publishedId, readDocuments } from './source-documents.ts';
import {
  newSourceCounts,
  type ReadQuestions,
  type SourceCounts,
  type SourceOptions,
} from './source-options.ts';
import { keepUnchangedArticles } from './sources/keep-unchanged.ts';
import { removeSourceFolder, type StoredMemory, sourceFolder } from './sources/source-memory.ts';

export interface IngestJob extends CallOptions {
  readonly dataDir: string;
  /** Opened only when something has to be embedded or published. The job does not close it. */
  readonly openEmbedder: () => Promise<Embedder>;
  /** What to bring in; undefined = embed again what is there, with the model that is configured now. */
  readonly source?: Omit<
    SourceOptions,
    'onProblem' | 'onCard' | 'onQuestions' | 'otherDocuments' | 'published' | 'entities' | 'erased'
  > & {
    readonly items: AsyncIterable<SourceItem>;
    /** What is unchanged since the last run is kept as it is published. Absent: everything is read anew. */
    readonly memory?: StoredMemory;
    /** What its owner says of its use. */
    readonly terms?: SourceTerms;
  };
  /** Opened at the first conversation. The job does not close it. Absent: only patterns look for personal data. */
  readonly openEntityFinder?: (() => Promise<EntityFinder>) | undefined;
  /** Only into a data folder that was not used before; default false. */
  readonly onlyIfEmpty?: boolean;
  /** Counts only: nothing is embedded and nothing written. */
  readonly dryRun?: boolean;
  /** In a dry run: the texts that would be embedded, some at a time. */
  readonly onNewTexts?: (texts: readonly string[]) => void;
  /** Publish although another model made what is in use; default false. */
  readonly acceptModelChange?: boolean;
  /** Publish although more than half of the source is gone (`refuseMassRemoval`); default false. */
  readonly acceptRemovals?: boolean;
  /** As `publishGeneration` takes it. */
  readonly graph?: boolean;
  readonly onProgress?: (progress: JobProgress) => void;
}

export interface JobProgress {
  readonly stage: 'reading' | 'embedding' | 'publishing';
  readonly documents: number;
  readonly chunks: number;
  /** Turns of conversations that were searched for names. */
  readonly turns: number;
  /** Chunks that have their vector, from the cache or the model. */
  readonly embedded: number;
}

export interface JobSummary {
  /** Absent after a dry run. */
  readonly generation?: GenerationInfo;
  /** False when the source is as it was: the generation in use stays. */
  readonly published: boolean;
  readonly source?: string;
  readonly documents: {
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly unchanged: number;
  };
  readonly chunks: { readonly total: number; readonly embedded: number; readonly reused: number };
  readonly counts?: SourceCounts;
  /** The search for names in conversations; absent where there was nothing to search or no model. */
  readonly names?: EntityCounts;
  /** Articles of all sources that a newer version replaces; absent when there are none. */
  readonly older?: number;
  /** Answer cards of all sources, by what has become of them; absent when there are none. */
  readonly cards?: Readonly<Record<CardStatus, number>>;
  /** Questions of all sources that were written for sections; absent when there are none. */
  readonly questions?: QuestionsSummary;
  readonly quarantineFile?: string;
  readonly seconds: number;
}

/**
 * Rejects with `job-locked` if another job runs, `bad-input` if the source holds nothing usable or its ids collide with another
 * source's, `knowledge-base-damaged` if the generation in use cannot be told or read, `knowledge-base-mismatch` if another model made it
 * and that was not accepted, with what `refuseUsedFolder` and `refuseMassRemoval` throw, and with what the embedder rejects with.
 */
export async function runIngestJob({
  dataDir,
  openEmbedder,
  openEntityFinder,
  source,
  onlyIfEmpty = false,
  dryRun = false,
  onNewTexts = () => {},
  acceptModelChange = false,
  acceptRemovals = false,
  graph,
  onProgress = () => {},
  signal,
}: IngestJob): Promise<JobSummary> {
  const started = performance.now();
  using _lock = dryRun ? undefined : lockJob(dataDir);
  if (onlyIfEmpty) await refuseUsedFolder(dataDir);
  const [opened, embedder] = await Promise.all([
    openPrevious(dataDir),
    dryRun ? noEmbedder(onNewTexts) : openEmbedder(),
  ]);
  using previous = opened;
  if (previous && !dryRun && !acceptModelChange)
    refuseOtherModel({ generation: previous.info.id, modelId: previous.info.modelId }, embedder.modelId);
  const quarantine = createQuarantine();
  const counts = newSourceCounts();
  const kept = previous
    ? previous.documents.filter((document) => document.metadata.source !== source?.name)
    : [];
  const known =
    previous && (dryRun || previous.info.modelId === embedder.modelId)
      ? [vectorsByContentHash(previous)]
      : [];
  // What a run that was killed has embedded.
  using journal = dryRun
    ? noVectors()
    : await openVectorFile(vectorJournal(dataDir, source?.name, embedder.modelId), embedder.dimensions);

  const read: Document[] = [...kept];
  const chunks: Chunk[] = [];
  const found: AnswerCard[] = (previous?.cards ?? []).filter((card) => card.source !== source?.name);
  const keptCards = found.length;
  const readQuestions: ReadQuestions[] = [];
  const keptQuestions = (previous?.questions ?? []).filter((entry) => entry.source !== source?.name);
  const progress = (stage: JobProgress['stage']) => {
    onProgress({
      stage,
      documents: read.length - kept.length,
      turns: entities ? entities.counts.searched + entities.counts.known : 0,
      chunks: run.counts.added,
      embedded: run.counts.embedded + run.counts.cached,
    });
  };
  const entities =
    source && openEntityFinder
      ? createEntityPass({
          openFinder: openEntityFinder,
          ...(dryRun ? {} : { file: join(sourceFolder(dataDir, source.name), 'entities.jsonl') }),
          signal,
          onProgress: () => progress('reading'),
        })
      : undefined;
  const run = createEmbeddingRun(embedder, {
    known,
    store: journal,
    signal,
    onProgress: () => progress('embedding'),
  });
  const pause = createPause({ signal });
  const add = async (chunk: Chunk) => {
    chunks.push(chunk);
    await run.add(chunkContext(chunk));
  };

  if (previous) {
    const keptIds = new Set(kept.map(({ id }) => id));
    for (const chunk of previous.chunks) {
      if (keptIds.has(chunk.documentId)) await add(chunk);
      await pause();
    }
  }
  if (source) {
    const published = new Map(
      previous?.documents
        .filter(({ metadata }) => metadata.source === source.name)
        .map((document) => [document.id, document]),
    );
    source.memory?.bind(published.values());
    const publishedChunks = Map.groupBy(previous?.chunks ?? [], ({ documentId }) => documentId);
    const elsewhere = new Map(kept.map(({ id, metadata }) => [id, metadata.source]));
    for await (const { document, blocks, kept: isKept } of readDocuments(
      source.memory ? keepUnchangedArticles(source.items, source.memory) : source.items,
      {
        ...source,
        ...(entities ? { entities } : {}),
        otherDocuments: kept,
        // A dry run writes nothing, not even a key.
        ...(dryRun && !hasKey(dataDir) ? {} : { erased: openErasedPeople(dataDir) }),
        published,
        onProblem: quarantine.add,
        onCard: (card) => found.push(unsettledCard(card, source.name)),
        onQuestions: (entry) => readQuestions.push(entry),
      },
      { counts, signal },
    )) {
      refuseCollision(document, elsewhere);
      read.push(document);
      const passages = isKept
        ? (publishedChunks.get(document.id) ?? [])
        : chunkDocument(document, { blocks });
      for (const chunk of passages) await add(chunk);
      if (await pause()) progress('reading');
    }
  }

  await entities?.finish();
  const { questions, notes } = settleRead({
    kept: keptQuestions,
    read: readQuestions,
    source: source?.name ?? '',
    publishedId: (id) => publishedId(id, source ?? {}),
    documents: read,
    chunks,
  });
  for (const note of notes) quarantine.add(note);
  const quarantineFile = source && !dryRun ? await quarantine.write(dataDir, source.name) : undefined;
  if (
    source &&
    read.length === kept.length &&
    found.length === keptCards &&
    questions.length === keptQuestions.length
  )
    throw nothingUsable(counts, quarantineFile);
  if (chunks.length === 0)
    throw new AppError(
      'knowledge-base-missing',
      'There is no knowledge base yet: give the folders or files to ingest.',
    );

  const older = markOlderVersions(read, chunks);
  const embeddedAt = await run.finish();
  const { embedded, cached: reused } = run.counts;
  const { modelId, dimensions } = embedder;
  const documents = await linkConversations(
    { documents: read, chunks, vectorAt: embeddedAt, modelId, dimensions },
    { signal },
  );
  const cards = settleCards(found, { documents, before: previous?.cards ?? [] });
  for (const question of cardQuestions(cards)) await run.add(question);
  const firstQuestion = run.counts.added;
  for (const question of usedQuestions(questions)) await run.add(question);
  const vectorAt = await run.finish();
  const rows = function* (from: number, to: number) {
    for (let row = from; row < to; row += 1) yield vectorAt(row);
  };
  const { [source?.name ?? '']: _before, ...otherTerms } = termsBySource(previous?.info.sources ?? []);
  const terms = source
    ? { ...otherTerms, ...(source.terms ? { [source.name]: source.terms } : {}) }
    : otherTerms;
  const difference = compare(previous, documents, source?.name);
  // What was left out on purpose is no loss.
  const leftOut = counts.erased + counts.expired;
  const lost = { ...difference, removed: Math.max(0, difference.removed - leftOut) };
  if (source && !dryRun && !acceptRemovals) refuseMassRemoval(source.name, lost);
  const isNew =
    !previous ||
    previous.info.modelId !== embedder.modelId ||
    !sameChunks(previous.chunks, chunks) ||
    JSON.stringify(previous.cards) !== JSON.stringify(cards) ||
    JSON.stringify(previous.questions) !== JSON.stringify(questions) ||
    !isDeepStrictEqual(termsBySource(previous.info.sources), terms) ||
    difference.total > 0;
  progress('publishing');
  const generation = dryRun
    ? undefined
    : isNew
      ? await publishGeneration(
          {
            dataDir,
            documents,
            chunks,
            vectors: rows(0, chunks.length),
            cards,
            cardVectors: rows(chunks.length, firstQuestion),
            questions,
            questionVectors: rows(firstQuestion, run.counts.added),
            terms,
            modelId: embedder.modelId,
            dimensions: embedder.dimensions,
            acceptModelChange,
            ...(graph !== undefined && { graph }),
          },
          { signal },
        )
      : previous.info;
  // They lie in the generation now.
  if (generation) await journal.remove();
  if (source?.memory && generation) {
    const own = documents.slice(kept.length);
    // Published is published: without its memory the next run reads everything.
    await source.memory.commit(own, (id) => publishedId(id, source)).catch(() => {});
  }
  const { total: _total, ...changes } = difference;
  const questionsSummary = summarizeQuestions(questions);
  return {
    ...(generation ? { generation } : {}),
    published: generation !== undefined && isNew,
    ...(source ? { source: source.name, counts } : {}),
    ...(entities && isUsed(entities.counts) ? { names: entities.counts } : {}),
    documents: changes,
    chunks: { total: chunks.length, embedded, reused },
    ...(older > 0 ? { older } : {}),
    ...(cards.length > 0 ? { cards: countCards(cards) } : {}),
    ...(questionsSummary ? { questions: questionsSummary } : {}),
    ...(quarantineFile ? { quarantineFile } : {}),
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

/** Publishes the knowledge base without one source. Rejects with `bad-input` if there is no such source or it is the only one. */
export async function removeSource({
  dataDir,
  name,
  signal,
}: CallOptions & { readonly dataDir: string; readonly name: string }): Promise<GenerationInfo> {
  using _lock = lockJob(dataDir);
  using previous = await openPrevious(dataDir);
  const names = previous?.info.sources.map((entry) => entry.name) ?? [];
  if (!previous || !names.includes(name)) {
    throw new AppError('bad-input', `There is no source "${name}". Sources: ${names.join(', ') || 'none'}.`);
  }
  const documents = previous.documents.filter(({ metadata }) => metadata.source !== name);
  if (documents.length === 0) {
    throw new AppError(
      'bad-input',
      `"${name}" is the only source: without it nothing would be left. Ingest another one first.`,
    );
  }
  const rows = previous.chunks.flatMap((chunk, row) => (chunk.source === name ? [] : [row]));
  const questionOwners = previous.cards.flatMap(({ source, questions }) => questions.map(() => source));
  const cardRows = questionOwners.flatMap((owner, row) => (owner === name ? [] : [row]));
  const chunks = rows.map((row) => previous.chunks[row]!);
  const questions = settleQuestions(
    previous.questions.filter(({ source }) => source !== name),
    chunks,
  );
  const { modelId, dimensions } = previous.info;
  const known = vectorsByContentHash(previous);
  const generation = await publishGeneration(
    {
      dataDir,
      documents,
      chunks,
      vectors: Iterator.from(rows).map(previous.vectorAt),
      cards: settleCards(
        previous.cards.filter(({ source }) => source !== name),
        { documents, before: previous.cards },
      ),
      cardVectors: Iterator.from(cardRows).map(previous.cardVectorAt),
      questions,
      // What is used now was used before: nothing but sections that are gone has changed.
      questionVectors: Iterator.from(usedQuestions(questions)).map((text) => known.get(contentHash(text))!),
      terms: termsBySource(previous.info.sources),
      modelId,
      dimensions,
    },
    { signal },
  );
  await removeSourceFolder(dataDir, name);
  return generation;
}

function isUsed({ searched, known, problem }: EntityCounts): boolean {
  return searched + known > 0 || problem !== undefined;
}

/** For a dry run: every text counts as embedded. */
function noEmbedder(
  onTexts: (texts: readonly string[]) => void,
): Pick<Embedder, 'modelId' | 'dimensions' | 'embedDocuments'> {
  return {
    modelId: '',
    dimensions: 0,
    async embedDocuments(texts) {
      onTexts(texts);
      return texts.map(() => new Float32Array());
    },
  };
}

/** For a dry run: nothing is kept. */
function noVectors() {
  const counted = new Set<string>();
  return {
    has: (hash: string) => counted.has(hash),
    get: () => new Float32Array(),
    add(hashes: readonly string[]) {
      for (const hash of hashes) counted.add(hash);
    },
    remove: async () => {},
    [Symbol.dispose]() {},
  };
}

/** Of one source: a run of another one must not take it away. */
function vectorJournal(dataDir: string, source: string | undefined, modelId: string): string {
  return join(sourceFolder(dataDir, source ?? 're-embed'), `${modelFileName(modelId)}.vectors`);
}

async function openPrevious(dataDir: string): Promise<GenerationContents | undefined> {
  // Which generation is in use is said before, and is another matter than a damaged one.
  await readCurrentId(dataDir);
  return openCurrentContents(dataDir).catch(adviseRollback);
}

function refuseCollision({ id, metadata }: Document, elsewhere: ReadonlyMap<string, string>): void {
  const other = elsewhere.get(id);
  if (other === undefined) return;
  throw new AppError(
    'bad-input',
    `The id "${id}" is in source "${other}" already, so a citation of it would be ambiguous. If "${metadata.source}" is a new version of it, ` +
      `ingest with --source ${JSON.stringify(other)}; otherwise tell them apart with --id-prefix ${JSON.stringify(`${metadata.source}/`)}.`,
  );
}

function countCards(cards: readonly AnswerCard[]): Record<CardStatus, number> {
  const counts = { approved: 0, draft: 0, stale: 0, expired: 0 };
  const now = new Date();
  for (const card of cards) counts[cardStatus(card, now)] += 1;
  return counts;
}

function nothingUsable(counts: SourceCounts, quarantineFile: string | undefined): AppError {
  const reasons = [
    ...(counts.quarantined > 0
      ? [`${counts.quarantined} could not be read${quarantineFile ? ` (see ${quarantineFile})` : ''}`]
      : []),
    ...(counts.erased > 0 ? [`the owners of ${counts.erased} were erased`] : []),
    ...(counts.expired > 0 ? [`${counts.expired} are older than they may be kept`] : []),
    ...(counts.withoutResolution > 0 ? [`${counts.withoutResolution} conversations have no resolution`] : []),
  ];
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  return new AppError(
    'bad-input',
    `Nothing usable was found in the source${because}. The knowledge base stays as it is.`,
  );
}

function compare(
  previous: GenerationContents | undefined,
  documents: readonly Document[],
  source: string | undefined,
) {
  const before = new Map(
    (previous?.documents ?? [])
      .filter(({ metadata }) => metadata.source === source)
      .map((document) => [document.id, JSON.stringify(document)]),
  );
  const difference = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  for (const document of documents) {
    if (document.metadata.source !== source) continue;
    const old = before.get(document.id);
    before.delete(document.id);
    if (old === undefined) difference.added += 1;
    else difference[old === JSON.stringify(document) ? 'unchanged' : 'changed'] += 1;
  }
  difference.removed = before.size;
  return { ...difference, total: difference.added + difference.changed + difference.removed };
}

/** A newer version of the chunker may cut the same documents in other places. */
function sameChunks(before: readonly Chunk[], after: readonly Chunk[]): boolean {
  if (before.length !== after.length) return false;
  const old = new Map(before.map((chunk) => [chunk.id, chunk]));
  return after.every((chunk) => {
    const same = old.get(chunk.id);
    return (
      same?.start === chunk.start &&
      same.end === chunk.end &&
      same.blocks === chunk.blocks &&
      same.headingPath.join('\n') === chunk.headingPath.join('\n')
    );
  });
}
