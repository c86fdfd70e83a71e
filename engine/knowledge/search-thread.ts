// A generation in a thread of its own: it is read, checked, searched and let go of there, so that the server goes on meanwhile, whatever its
// size. When the thread ends, all of its memory is free at once.
import { Worker } from 'node:worker_threads';
import type { CallOptions } from '#core/call-options.ts';
import type { Document, ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { createThreadCalls } from '#core/thread-calls.ts';
import { type GenerationManifest, openManifest } from './generations/generation-manifest.ts';
import type { Asked, Found, OpenedGeneration, SearchThreadReply, SearchWorkerData } from './search-worker.ts';

export interface SearchThread extends Required<Pick<KnowledgeBase, 'retrieve' | 'document' | 'asWritten'>> {
  readonly opened: OpenedGeneration;
  /** False once `end()` was called, or the thread ended by itself. */
  readonly isOpen: boolean;
  /** When what is being searched for is found. */
  end(): Promise<void>;
}

export interface SearchThreadOptions {
  /** Of the generation. */
  readonly folder: string;
  /** As `openGeneration` takes it. */
  readonly graph: boolean;
  readonly embedder: Pick<Embedder, 'embedQuery'>;
  /** Told when the thread ends by itself after it was opened. */
  readonly onFailure?: (error: AppError) => void;
}

/** Further ones are refused with `busy`: they would be answered too late. */
const mostSearches = 1_000;

/** Throws `knowledge-base-damaged` as `openGeneration`, and `internal` if it does not fit into memory. */
export async function openSearchThread({
  folder,
  graph,
  embedder,
  onFailure = () => {},
}: SearchThreadOptions): Promise<SearchThread> {
  const manifest = await openManifest(folder);
  const worker = new Worker(new URL(import.meta.resolve('#knowledge/search-worker.ts')), {
    workerData: { folder, manifest, graph } satisfies SearchWorkerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes(manifest) },
  });
  const opening = Promise.withResolvers<OpenedGeneration>();
  const running = new Set<Promise<unknown>>();
  let isOpen = false;
  const calls = createThreadCalls<Asked, Found, string, Float32Array>(
    worker,
    // A copy: the vector may be a view of many, and all of them would be sent.
    async (text, options) => (await embedder.embedQuery(text, options)).slice(),
  );

  worker.on('message', (reply: SearchThreadReply) => {
    if (reply.type === 'opened') opening.resolve(reply.opened);
    if (reply.type === 'refused') opening.reject(new AppError(reply.code, reply.message));
  });
  worker.on('error', (cause: NodeJS.ErrnoException) => fail(cause));
  worker.on('exit', () => fail());

  function fail(cause?: NodeJS.ErrnoException): void {
    const error = new AppError(
      'internal',
      cause?.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? `The knowledge base in ${folder} does not fit into memory: give the server more, or ingest less.`
        : `The thread that searches ${folder} ended.`,
      { cause },
    );
    opening.reject(error);
    calls.rejectAll(error);
    if (isOpen) onFailure(error);
    isOpen = false;
  }

  async function ask(asked: Asked, options: CallOptions): Promise<Found> {
    if (running.size >= mostSearches)
      throw new AppError('busy', 'Too many questions are being searched for at once. Ask again in a moment.');
    const call = calls.call(asked, options);
    running.add(call);
    worker.ref();
    try {
      return await call;
    } finally {
      running.delete(call);
      // Idle, it does not keep the process alive.
      if (running.size === 0) worker.unref();
    }
  }

  const opened = await opening.promise;
  isOpen = true;
  worker.unref();
  return {
    opened,
    get isOpen() {
      return isOpen;
    },
    async retrieve(query, { signal, vector, cutShort: _nothingIs, ...options } = {}) {
      const known = vector && { ...vector, values: vector.values.slice() };
      const asked = { type: 'search', query, options: { ...options, vector: known } } as const;
      return (await ask(asked, { signal })) as ScoredChunk[];
    },
    document: async (id, options = {}) =>
      (await ask({ type: 'document', id }, options)) as Document | undefined,
    asWritten: async (text, options = {}) => (await ask({ type: 'spelling', text }, options)) as string,
    async end() {
      isOpen = false;
      await Promise.allSettled(running);
      await worker.terminate();
    },
  };
}

/** The most that the JavaScript objects of a generation take, with room to make them: a thread that takes more is ended. */
function heapMegabytes({ documents }: GenerationManifest): number {
  return Math.ceil(2_048 + documents * 0.004);
}
