// The inside of the thread that one generation is loaded and searched in; search-thread.ts speaks to it.
import { parentPort, workerData } from 'node:worker_threads';
import type { AnswerCard } from '#core/answer-card.ts';
import type { Citation } from '#core/conversation.ts';
import type { Document, ScoredChunk } from '#core/document.ts';
import { type ErrorCode, toAppError } from '#core/errors.ts';
import type { GenerationInfo, RetrieveOptions } from '#core/retriever.ts';
import { createThreadCalls } from '#core/thread-calls.ts';
import type { VectorMatrix } from '#core/vector-matrix.ts';
import { citationsOfCards } from './cards/find-cards.ts';
import type { GenerationManifest } from './generations/generation-manifest.ts';
import { loadGeneration } from './generations/load-generation.ts';
import { createHybridRetriever } from './retrieval/hybrid-retriever.ts';

export interface SearchWorkerData {
  /** Of the generation. */
  readonly folder: string;
  readonly manifest: GenerationManifest;
  readonly graph: boolean;
}

/** The first message: of the generation, what is asked without searching. */
export type SearchThreadReply =
  | { readonly type: 'opened'; readonly opened: OpenedGeneration }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string };

export interface OpenedGeneration {
  readonly info: GenerationInfo;
  readonly articleHosts: ReadonlySet<string> | undefined;
  readonly cards: readonly AnswerCard[];
  readonly cardVectors: VectorMatrix;
  /** By the id of the card. */
  readonly citations: ReadonlyMap<string, readonly Citation[]>;
}

export type Asked =
  | {
      readonly type: 'search';
      readonly query: string;
      readonly options: Omit<RetrieveOptions, 'signal'>;
    }
  | { readonly type: 'document'; readonly id: string }
  | { readonly type: 'spelling'; readonly text: string };

export type Found = ScoredChunk[] | Document | string | undefined;

async function open({ folder, manifest, graph }: SearchWorkerData): Promise<OpenedGeneration> {
  const generation = await loadGeneration(folder, manifest, { graph });
  const { info, passages, articleHosts, cards, cardVectors } = generation;
  // The model is the server's: it is asked for each vector.
  const embedder = {
    modelId: info.modelId,
    embedQuery: (text: string, options = {}) => server.call(text, options),
  };
  const { retrieve, asWritten } = createHybridRetriever({ ...generation, embedder });
  const server = createThreadCalls<string, Float32Array, Asked, Found>(
    parentPort!,
    async (asked, { signal }) => {
      if (asked.type === 'spelling') return asWritten(asked.text);
      if (asked.type === 'document') return passages.document(asked.id);
      return retrieve(asked.query, { ...asked.options, signal });
    },
  );
  const citations = citationsOfCards(generation);
  return { info, articleHosts, cards, cardVectors, citations };
}

const reply = (message: SearchThreadReply) => parentPort!.postMessage(message);

try {
  reply({ type: 'opened', opened: await open(workerData as SearchWorkerData) });
} catch (thrown) {
  const { code, message } = toAppError(thrown);
  reply({ type: 'refused', code, message });
  parentPort!.close();
}
