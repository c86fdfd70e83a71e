// The knowledge base that the server answers from: opens the generation that CURRENT names and follows it to the next one while
// serving. A generation that cannot be served never replaces one that can.
import type { Embedder } from '#core/embedder.ts';
import { AppError, toAppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { createFindCards } from './cards/find-cards.ts';
import { generationFolder, listGenerations, readCurrentId } from './generations/generation-folder.ts';
import { openManifest } from './generations/generation-manifest.ts';
import { otherModel } from './generations/model-in-use.ts';
import { openSearchThread, type SearchThread } from './search-thread.ts';

export interface KnowledgeBaseStore {
  /** The one in use. Throws `knowledge-base-missing`, `-damaged` or `-mismatch`, saying what to run, while there is none. */
  current(): KnowledgeBase;
  /** The one that `current()` was made with; the one that was given while nothing is served. */
  embedder(): Embedder;
  /** `listener` is called after each change of generation; the returned function ends that. */
  onSwap(listener: (knowledgeBase: KnowledgeBase) => void): () => void;
  /** Looks for a new generation now instead of at the next poll; done when it serves or was refused. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface KnowledgeBaseOptions {
  readonly dataDir: string;
  /** May still be opening: the generation is read meanwhile. */
  readonly embedder: Embedder | Promise<Embedder>;
  /**
   * The embedder of the model that made a generation, undefined if there is no such model. Without this, a generation of another model
   * than `embedder`'s is refused. The store closes no embedder.
   */
  readonly embedderOf?: (modelId: string) => Promise<Embedder | undefined>;
  /** Search by the graph of the vectors, where a generation has one; default false: exactly. */
  readonly graph?: boolean;
  readonly logger?: KnowledgeBaseLogger;
  /** How often CURRENT is looked at; 0 = only on `refresh()`. */
  readonly pollIntervalMs?: number;
}

interface Loaded {
  readonly thread: SearchThread;
  readonly embedder: Embedder;
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
  embedder: given,
  embedderOf = async (modelId) => {
    const embedder = await given;
    return modelId === embedder.modelId ? embedder : undefined;
  },
  graph = false,
  logger,
  pollIntervalMs = 1000,
}: KnowledgeBaseOptions): Promise<KnowledgeBaseStore> {
  let serving: KnowledgeBase | undefined;
  let servingThread: SearchThread | undefined;
  let servingEmbedder: Embedder | undefined;
  let problem = missing();
  // The id that CURRENT named when it was last looked at, or what was wrong with it, so that a refused generation is not loaded again
  // every second.
  let seen: string | undefined;
  let looked = false;
  let refreshing: Promise<void> | undefined;
  const ending = new Set<Promise<void>>();
  const listeners = new Set<(knowledgeBase: KnowledgeBase) => void>();

  function serve({ thread, embedder: its }: Loaded): void {
    endLater(servingThread);
    serving = createKnowledgeBase(thread, current);
    servingThread = thread;
    servingEmbedder = its;
    const { id, documents, chunks, modelId } = thread.opened.info;
    logger?.info({ generation: id, documents, chunks, embedder: modelId }, 'knowledge base loaded');
    for (const listener of listeners) listener(serving);
  }

  async function load(id: string): Promise<Loaded> {
    const folder = generationFolder(dataDir, id);
    const { modelId, dimensions } = await openManifest(folder);
    const opening = embedderOf(modelId);
    let thread: SearchThread | undefined;
    const reading = openSearchThread({
      folder,
      graph,
      // Asked by searches alone, which come when both are there.
      embedder: { embedQuery: async (text, options) => (await opening)!.embedQuery(text, options) },
      onFailure(error) {
        logger?.error({ generation: id, code: error.code, err: error }, 'search ended, loading again');
        if (thread !== servingThread) return;
        serving = undefined;
        servingThread = undefined;
        problem = error;
        seen = undefined;
      },
    });
    reading.catch(() => {});
    try {
      const its = await opening;
      // Vectors of two models cannot be compared, even if they have the same length.
      if (its?.modelId !== modelId || its.dimensions !== dimensions)
        throw otherModel({ generation: id, modelId }, (await given).modelId);
      thread = await reading;
      return { thread, embedder: its };
    } catch (error) {
      reading.then(endLater, () => {});
      throw error;
    }
  }

  function current(): KnowledgeBase {
    if (!serving) throw problem;
    return serving;
  }

  function endLater(thread: SearchThread | undefined): void {
    if (!thread) return;
    const ended = thread.end().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  async function readPointer(): Promise<{ readonly id?: string | undefined; readonly damage?: AppError }> {
    try {
      return { id: await readCurrentId(dataDir) };
    } catch (error) {
      if (error instanceof AppError) return { damage: error };
      throw error;
    }
  }

  async function look(): Promise<void> {
    const { id, damage } = await readPointer();
    const found = damage?.message ?? id;
    const isFirstLook = !looked;
    if (!isFirstLook && found === seen) return;
    looked = true;
    seen = found;
    if (damage) {
      problem = damage;
      logger?.error({ code: damage.code, err: damage }, 'which generation is in use cannot be told');
    }
    if (id !== undefined) {
      try {
        return serve(await load(id));
      } catch (error) {
        // Replaced, and perhaps removed, while it was being loaded.
        if ((await readPointer()).id !== id) return look();
        problem = toAppError(error);
        // Its model's server may be back in a moment; a damaged file is not.
        if (problem.code === 'model-unavailable' || problem.code === 'model-timeout') seen = undefined;
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
        const loaded = await load(id);
        logger?.error(
          { generation: id, expected: except ?? 'unknown' },
          'answering from the newest intact generation: put one in use with a rollback, or ingest again',
        );
        return serve(loaded);
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
  const first = await given;
  const timer = pollIntervalMs > 0 ? setInterval(refresh, pollIntervalMs).unref() : undefined;

  return {
    current,
    embedder: () => servingEmbedder ?? first,
    onSwap(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async close() {
      clearInterval(timer);
      listeners.clear();
      await refreshing;
      endLater(servingThread);
      serving = undefined;
      servingThread = undefined;
      problem = new AppError('shutting-down', 'The knowledge base is closed.');
      await Promise.all(ending);
    },
  };
}

/** Who still holds one that was replaced is answered from the one in use. */
function createKnowledgeBase(thread: SearchThread, current: () => KnowledgeBase): KnowledgeBase {
  const { info, articleHosts, cards, cardVectors, citations } = thread.opened;
  return {
    generation: info,
    ...(articleHosts ? { articleHosts } : {}),
    retrieve: async (query, options) =>
      thread.isOpen ? thread.retrieve(query, options) : current().retrieve(query, options),
    document: async (id, options) =>
      thread.isOpen ? thread.document(id, options) : current().document(id, options),
    asWritten: async (text, options) =>
      thread.isOpen
        ? thread.asWritten(text, options)
        : ((await current().asWritten?.(text, options)) ?? text),
    ...(cards.length > 0 ? { findCards: createFindCards({ ...info, cards, cardVectors, citations }) } : {}),
  };
}

function missing(): AppError {
  return new AppError(
    'knowledge-base-missing',
    'There is no knowledge base yet. Run "answerdesk ingest PATH..." with the folders that hold your articles and transcripts.',
  );
}
