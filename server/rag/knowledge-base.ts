// The knowledge base that the server answers from: opens the generation that CURRENT names and follows it to the next one while
// serving. A generation that cannot be served never replaces one that can.
import { hostsIn } from '#core/addresses.ts';
import type { Document } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError, toAppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { generationFolder, listGenerations, readCurrentId } from './generation-folder.ts';
import { type Generation, openGeneration } from './generation-reader.ts';
import { createHybridRetriever } from './hybrid-retriever.ts';

export interface KnowledgeBaseStore {
  /** The one in use. Throws `knowledge-base-missing`, `-damaged` or `-mismatch`, saying what to run, while there is none. */
  current(): KnowledgeBase;
  /** `listener` is called after each change of generation; the returned function ends that. */
  onSwap(listener: (knowledgeBase: KnowledgeBase) => void): () => void;
  /** Looks for a new generation now instead of at the next poll; done when it serves or was refused. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface KnowledgeBaseOptions {
  readonly dataDir: string;
  readonly embedder: Embedder;
  readonly logger?: KnowledgeBaseLogger;
  /** How often CURRENT is looked at; 0 = only on `refresh()`. */
  readonly pollIntervalMs?: number;
}

/** pino's call shape. */
interface KnowledgeBaseLogger {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Does not reject for a missing, damaged or mismatching knowledge base: the server can start and say so, and picks up a good one
 * as soon as it is published.
 */
export async function openKnowledgeBase({
  dataDir,
  embedder,
  logger,
  pollIntervalMs = 1000,
}: KnowledgeBaseOptions): Promise<KnowledgeBaseStore> {
  let serving: KnowledgeBase | undefined;
  let problem = missing();
  // The id that CURRENT named when it was last looked at, so that a refused generation is not loaded again every second.
  let seen: string | undefined;
  let looked = false;
  let refreshing: Promise<void> | undefined;
  const listeners = new Set<(knowledgeBase: KnowledgeBase) => void>();

  function serve(generation: Generation): void {
    serving = createKnowledgeBase(generation, embedder);
    const { id, documents, chunks } = generation.info;
    logger?.info({ generation: id, documents, chunks }, 'knowledge base loaded');
    for (const listener of listeners) listener(serving);
  }

  async function load(id: string): Promise<Generation> {
    const generation = await openGeneration(generationFolder(dataDir, id));
    checkModel(generation, embedder);
    return generation;
  }

  async function look(): Promise<void> {
    const id = await readCurrentId(dataDir);
    const isFirstLook = !looked;
    if (!isFirstLook && id === seen) return;
    looked = true;
    seen = id;
    if (id !== undefined) {
      try {
        return serve(await load(id));
      } catch (error) {
        problem = toAppError(error);
        const advice = serving ? `still answering from ${serving.generation.id}` : 'looking for an older one';
        logger?.error({ generation: id, code: problem.code, err: problem }, `generation refused, ${advice}`);
      }
    }
    if (serving || problem.code === 'knowledge-base-mismatch' || !isFirstLook) return;
    await serveNewestIntact(id);
  }

  async function serveNewestIntact(except: string | undefined): Promise<void> {
    for (const id of (await listGenerations(dataDir)).reverse()) {
      if (id === except) continue;
      try {
        const generation = await load(id);
        logger?.error(
          { generation: id, expected: except ?? 'no CURRENT file' },
          'answering from an older generation: ingest again',
        );
        return serve(generation);
      } catch (error) {
        problem = toAppError(error);
      }
    }
  }

  function refresh(): Promise<void> {
    refreshing ??= look()
      .catch((error) => logger?.error({ err: error }, 'the knowledge base folder cannot be read'))
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  }

  await refresh();
  const timer = pollIntervalMs > 0 ? setInterval(refresh, pollIntervalMs).unref() : undefined;

  return {
    current() {
      if (!serving) throw problem;
      return serving;
    },
    onSwap(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async close() {
      clearInterval(timer);
      listeners.clear();
      await refreshing;
      serving = undefined;
      problem = new AppError('shutting-down', 'The knowledge base is closed.');
    },
  };
}

function createKnowledgeBase(generation: Generation, embedder: Embedder): KnowledgeBase {
  const documents = new Map<string, Document>(
    generation.documents.map((document) => [document.id, document]),
  );
  const retriever = createHybridRetriever({ ...generation, embedder });
  const articles = generation.documents.filter(
    ({ metadata }) => metadata.kind === 'article' && metadata.audience === 'customer',
  );
  return {
    generation: generation.info,
    ...(articles.length > 0
      ? {
          articleHosts: new Set(
            articles.flatMap(({ pageContent, metadata }) => hostsIn(`${pageContent} ${metadata.url ?? ''}`)),
          ),
        }
      : {}),
    document: (id) => documents.get(id),
    retrieve: retriever.retrieve,
  };
}

/** Throws `knowledge-base-mismatch`: vectors of two models cannot be compared, even if they have the same length. */
function checkModel({ info }: Generation, embedder: Embedder): void {
  if (info.modelId === embedder.modelId && info.dimensions === embedder.dimensions) return;
  throw new AppError(
    'knowledge-base-mismatch',
    `The knowledge base ${info.id} was built with the embedding model ${info.modelId}, but ${embedder.modelId} is configured. ` +
      `Run "npm run ingest -- PATH..." on your sources to rebuild it with ${embedder.modelId}, or set ANSWERDESK_EMBEDDER back to ${info.modelId.replace(/@[0-9a-f]+$/, '')}.`,
  );
}

function missing(): AppError {
  return new AppError(
    'knowledge-base-missing',
    'There is no knowledge base yet. Run "npm run ingest -- PATH..." with the folders that hold your articles and transcripts.',
  );
}
