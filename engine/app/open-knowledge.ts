// Opens what the desk searches: the published knowledge base with the embedder that made it, and the reranker where there is one.
import type { Embedder } from '#core/embedder.ts';
import { isAbortError, toAppError } from '#core/errors.ts';
import type { Reranker, RerankObserver } from '#core/reranker.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { findModelInUse } from '#knowledge/generations/model-in-use.ts';
import { type KnowledgeBaseStore, openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { createRerankedKnowledgeBase } from '#knowledge/retrieval/reranked-knowledge-base.ts';
import type { RerankingOptions } from '#knowledge/retrieval/reranking-retriever.ts';
import { chooseEmbedder, findEmbedder, openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import { createServingEmbedders } from '#models/embedder/serving-embedders.ts';
import { openReranker } from '#models/reranker/open-reranker.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';

export interface OpenOptions {
  readonly logger?: Logger;
  /** How often a new generation is looked for; 0 = never. */
  readonly pollIntervalMs?: number;
  /** False: as if the team had written no answer cards, to see what is put together without them; default true. */
  readonly cards?: boolean;
  /** For a server, whose customers wait: without a deadline, what is found does not depend on how busy the machine is. */
  readonly reranking?: Pick<RerankingOptions, 'deadlineMs' | 'observer'>;
}

export interface Knowledge
  extends Pick<KnowledgeBaseStore, 'current' | 'onSwap' | 'refresh'>,
    AsyncDisposable {
  /** Always the one that the knowledge base in use was made with: it changes when a generation of another model is swapped in. */
  readonly embedder: Embedder;
  /** Ranks again what `current()` finds; absent where there is none. */
  readonly reranker?: Reranker;
}

export async function openKnowledge(
  { embedder: settings, reranker: rerankerChoice, dataDir, vectorSearch }: Config,
  { logger, pollIntervalMs = 0, cards = true, reranking = {} }: OpenOptions = {},
): Promise<Knowledge> {
  await using stack = new AsyncDisposableStack();
  const onNotice = logger ? { onNotice: (notice: string) => logger.warn(notice) } : {};
  const madeWith = (await findModelInUse(dataDir))?.modelId;
  // Models and knowledge base are opened side by side: each mostly waits for a thread of its own.
  const openingReranker = openReranker(rerankerChoice);
  stack.defer(async () => (await openingReranker.catch(() => undefined))?.close());
  const first = openChosenEmbedder(await chooseEmbedder(settings, dataDir, madeWith), onNotice);
  const openingEmbedders = first.then((opened) =>
    createServingEmbedders({
      first: opened,
      async open(modelId) {
        const found = await findEmbedder(settings, dataDir, modelId);
        return found && openChosenEmbedder(found, onNotice);
      },
    }),
  );
  stack.defer(async () => (await openingEmbedders.catch(() => undefined))?.[Symbol.asyncDispose]());
  // Who waits for them is told.
  for (const opening of [openingReranker, openingEmbedders]) opening.catch(() => {});
  const store = stack.adopt(
    await openKnowledgeBase({
      dataDir,
      embedder: first,
      embedderOf: async (modelId) => (await openingEmbedders).of(modelId),
      graph: vectorSearch === 'graph',
      pollIntervalMs,
      ...(logger ? { logger } : {}),
    }),
    (opened) => opened.close(),
  );
  const embedders = await openingEmbedders;
  stack.defer(store.onSwap(({ generation }) => embedders.keepOnly(generation.modelId)));
  const opened = await openingReranker;
  const reranker = opened && withFailuresTold(opened, reranking.observer);
  const prepared = new WeakMap<KnowledgeBase, KnowledgeBase>();
  const prepare = (knowledgeBase: KnowledgeBase): KnowledgeBase => {
    const { findCards: _cards, ...withoutCards } = knowledgeBase;
    const asked = cards ? knowledgeBase : withoutCards;
    return reranker ? createRerankedKnowledgeBase(asked, reranker, reranking) : asked;
  };
  const served = (knowledgeBase: KnowledgeBase): KnowledgeBase => {
    const known = prepared.get(knowledgeBase) ?? prepare(knowledgeBase);
    prepared.set(knowledgeBase, known);
    return known;
  };
  const closing = stack.move();
  return {
    ...(reranker ? { reranker } : {}),
    embedder: {
      get modelId() {
        return store.embedder().modelId;
      },
      get dimensions() {
        return store.embedder().dimensions;
      },
      embedDocuments: (texts, options) => store.embedder().embedDocuments(texts, options),
      embedQuery: (text, options) => store.embedder().embedQuery(text, options),
      close: async () => {},
    },
    current: () => served(store.current()),
    onSwap: (listener) => store.onSwap((knowledgeBase) => listener(served(knowledgeBase))),
    refresh: store.refresh,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** The extractive answer goes on without the scores of its sentences, so it does not tell. */
function withFailuresTold(reranker: Reranker, observer: RerankObserver = {}): Reranker {
  return {
    ...reranker,
    score: (question, texts, options) =>
      reranker.score(question, texts, options).catch((thrown: unknown) => {
        if (!isAbortError(thrown)) observer.failed?.(toAppError(thrown));
        throw thrown;
      }),
  };
}
