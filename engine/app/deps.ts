// The composition root: builds everything from the configuration and closes it in reverse order. Each `open…` builds on the one
// above it, so that scripts and evals open only what they need: knowledge, then answers, then the whole desk.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, type AnswerDependencies, type AnswerObserver, createAnswer } from '#chat/answer.ts';
import { withErrorBudget } from '#chat/decide/error-budget.ts';
import { parseCalibration } from '#chat/decide/parse-calibration.ts';
import type { Calibration } from '#chat/decide/policy.ts';
import { createAnswerQuality } from '#chat/runs/answer-quality.ts';
import { type Answering, createAnswering } from '#chat/runs/answering.ts';
import { createQuestionRewriter } from '#chat/understand/rewrite-question.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { IntentClassifier } from '#core/intent-classifier.ts';
import type { Reranker, RerankObserver } from '#core/reranker.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type KnowledgeBaseStore, openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { createRerankedKnowledgeBase } from '#knowledge/retrieval/reranked-knowledge-base.ts';
import type { RerankingOptions } from '#knowledge/retrieval/reranking-retriever.ts';
import { openChatModel } from '#models/chat/open-chat-model.ts';
import { chooseEmbedder, findEmbedder, openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import { createServingEmbedders } from '#models/embedder/serving-embedders.ts';
import {
  createGroundednessScorer,
  type GroundednessModel,
  groundednessModelSchema,
  rememberingEmbedder,
} from '#models/groundedness/groundedness-score.ts';
import { openIntentClassifier } from '#models/intents/open-intent-classifier.ts';
import { openReranker } from '#models/reranker/open-reranker.ts';
import { modelCalibrationPath } from '#models/store/model-store.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { packagePath } from './package-root.ts';

export interface OpenOptions {
  readonly logger?: Logger;
  readonly observer?: AnswerObserver;
  /** How often a new generation is looked for; 0 = never. */
  readonly pollIntervalMs?: number;
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

/** What `npm run calibrate -- --out` writes. */
const calibrationPath = packagePath('data/models/policy.json');
/** What `npm run intents -- train training/data/general-intents.jsonl` writes. */
const generalIntentsPath = packagePath('data/models/intents/general.json');
/** What `npm run calibrate -- --groundedness-out` writes. */
const groundednessModelPath = packagePath('data/models/groundedness.json');
/** A customer waits no longer than this for a better order of the passages. */
const rerankDeadlineMs = 250;

export async function openKnowledge(
  { embedder: settings, reranker: rerankerChoice, dataDir }: Config,
  { logger, pollIntervalMs = 0, reranking = {} }: OpenOptions = {},
): Promise<Knowledge> {
  await using stack = new AsyncDisposableStack();
  const onNotice = logger ? { onNotice: (notice: string) => logger.warn(notice) } : {};
  const first = await openChosenEmbedder(await chooseEmbedder(settings, dataDir), onNotice);
  const embedders = stack.use(
    createServingEmbedders({
      first,
      async open(modelId) {
        const found = await findEmbedder(settings, dataDir, modelId);
        return found && openChosenEmbedder(found, onNotice);
      },
    }),
  );
  const store = stack.adopt(
    await openKnowledgeBase({
      dataDir,
      embedder: first,
      embedderOf: embedders.of,
      pollIntervalMs,
      ...(logger ? { logger } : {}),
    }),
    (opened) => opened.close(),
  );
  stack.defer(store.onSwap(({ generation }) => embedders.keepOnly(generation.modelId)));
  const opened = await openReranker(rerankerChoice);
  if (opened) stack.adopt(opened, ({ close }) => close());
  const reranker = opened && withFailuresTold(opened, reranking.observer);
  const reranked = new WeakMap<KnowledgeBase, KnowledgeBase>();
  const withReranking = (knowledgeBase: KnowledgeBase): KnowledgeBase => {
    if (!reranker) return knowledgeBase;
    const known =
      reranked.get(knowledgeBase) ?? createRerankedKnowledgeBase(knowledgeBase, reranker, reranking);
    reranked.set(knowledgeBase, known);
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
    current: () => withReranking(store.current()),
    onSwap: (listener) => store.onSwap((knowledgeBase) => listener(withReranking(knowledgeBase))),
    refresh: store.refresh,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

export interface AnswerPipeline extends AsyncDisposable {
  readonly answer: Answer;
  /** What `answer` is made of, for evals that change a part of it. */
  readonly dependencies: AnswerDependencies;
  readonly knowledge: Knowledge;
}

/** Answering without conversations: one question at a time, nothing is kept. */
export async function openAnswerPipeline(config: Config, options: OpenOptions = {}): Promise<AnswerPipeline> {
  await using stack = new AsyncDisposableStack();
  const knowledge = stack.use(await openKnowledge(config, options));
  const { chat } = config;
  const extractive = { ...chat, model: 'extractive' };
  const [calibration, chatModel, fallbackModel, intents] = await Promise.all([
    openCalibration(config, knowledge.embedder, options.logger),
    openChatModel(chat, knowledge),
    chat.model === extractive.model ? undefined : openChatModel(extractive, knowledge),
    openGeneralIntents(knowledge.embedder, options.logger),
  ]);
  const dependencies: AnswerDependencies = {
    knowledgeBase: knowledge.current,
    embedder: knowledge.embedder,
    chatModel,
    ...(fallbackModel ? { fallbackModel, rewriteQuestion: createQuestionRewriter(chatModel.model) } : {}),
    calibration,
    ...(intents ? { intents } : {}),
    timeouts: chat,
    ...(options.observer ? { observer: options.observer } : {}),
  };
  const closing = stack.move();
  return {
    answer: createAnswer(dependencies),
    dependencies,
    knowledge,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

export interface Desk extends AsyncDisposable {
  readonly knowledge: Knowledge;
  readonly store: ConversationStore;
  readonly answering: Answering;
  readonly metrics: Metrics;
}

/** Everything behind the edges. Close the edges first. */
export async function openDesk(config: Config, logger: Logger): Promise<Desk> {
  await using stack = new AsyncDisposableStack();
  const metrics: Metrics = createMetrics({ activeAnswers: () => answering.active });
  const { answer: unwatched, knowledge } = stack.use(
    await openAnswerPipeline(config, {
      logger,
      observer: observed(metrics, logger),
      pollIntervalMs: 1_000,
      reranking: { deadlineMs: rerankDeadlineMs, observer: observedReranking(metrics, logger) },
    }),
  );
  const groundednessModel =
    config.qualitySample > 0 ? await readGroundednessModel(knowledge.embedder, logger) : undefined;
  const quality = groundednessModel
    ? stack.use(
        createAnswerQuality({
          scorer: createGroundednessScorer(groundednessModel, rememberingEmbedder(knowledge.embedder, 2_000)),
          share: config.qualitySample,
          busy: () => answering.active > 0,
          observer: {
            ...metrics.quality,
            failed(error) {
              metrics.quality.failed?.(error);
              logger.warn({ err: error }, 'an answer of the sample could not be checked');
            },
          },
        }),
      )
    : undefined;
  const watched = quality?.watch(unwatched);
  // The score means nothing for another embedder, and one may be swapped in.
  const answer: Answer = (request, options) =>
    (watched && knowledge.embedder.modelId === groundednessModel?.embedder ? watched : unwatched)(
      request,
      options,
    );
  const store = stack.adopt(openSqliteConversationStore(join(config.dataDir, 'conversations.db')), (opened) =>
    opened.close(),
  );
  const answering = createAnswering({
    store,
    answer,
    limits: config.limits,
    observer: {
      ...metrics.answering,
      failed: (error, conversationId) =>
        logger.error({ conversationId, code: error.code, err: error }, 'an answer failed'),
    },
  });
  stack.defer(knowledge.onSwap(({ generation }) => metrics.generation(generation)));
  try {
    metrics.generation(knowledge.current().generation);
  } catch (thrown) {
    // The server starts without one, says so on /readyz, and takes it up as soon as it is published.
    logger.warn({ err: thrown }, 'there is nothing to answer from yet');
  }
  const closing = stack.move();
  return { knowledge, store, answering, metrics, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

function observed({ answer }: Metrics, logger: Logger): AnswerObserver {
  return {
    ...answer,
    modelFailed(model, error) {
      answer.modelFailed?.(model, error);
      logger.warn({ model, code: error.code, err: error }, 'the chat model failed');
    },
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

function observedReranking({ reranking }: Metrics, logger: Logger): RerankObserver {
  return {
    ...reranking,
    failed: (error) => logger.warn({ code: error.code, err: error }, 'the reranker failed'),
  };
}

/** The thresholds of the embedder that serves, whichever that is when they are looked at. */
async function openCalibration(
  { dataDir, errorBudget }: Pick<Config, 'dataDir' | 'errorBudget'>,
  embedder: Embedder,
  logger: Logger | undefined,
): Promise<Calibration> {
  let shipped: Calibration;
  try {
    shipped = parseCalibration(await readFile(calibrationPath, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'config-invalid',
      `${calibrationPath} cannot be read: it says when the desk answers and when it declines. Restore it, or fit it with "npm run calibrate -- --out data/models/policy.json".`,
      { cause },
    );
  }
  const known = new Map<string, Calibration>();
  const current = () => {
    const { modelId } = embedder;
    let calibration = known.get(modelId);
    if (!calibration) {
      const fitted = calibrationFor(modelId);
      calibration = errorBudget === undefined ? fitted : withErrorBudget(fitted, errorBudget);
      known.set(modelId, calibration);
    }
    return calibration;
  };

  function calibrationFor(modelId: string): Calibration {
    if (shipped.embedder === modelId) return shipped;
    const path = modelCalibrationPath(dataDir, modelId);
    try {
      if (path !== undefined) return parseCalibration(readFileSync(path, 'utf8'));
    } catch (cause) {
      // Without the file nothing was fitted, and the warning says what to do.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
        logger?.error({ err: cause, path }, 'the thresholds that were fitted for this embedder are damaged');
    }
    logger?.warn(
      { fittedFor: shipped.embedder, embedder: modelId },
      'the thresholds for answering were fitted with another embedder: run "npm run calibrate" on questions of your own',
    );
    return shipped;
  }

  current();
  // Whatever fields it has: who reads them sees those of the embedder of this moment.
  return new Proxy({} as Calibration, {
    get: (_target, key) => Reflect.get(current(), key),
    has: (_target, key) => Reflect.has(current(), key),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_target, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(current(), key);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}

/** Undefined where the score was fitted for another embedder: its figures would mean nothing. */
async function readGroundednessModel(
  { modelId }: Embedder,
  logger: Logger,
): Promise<GroundednessModel | undefined> {
  let model: GroundednessModel;
  try {
    model = groundednessModelSchema.parse(JSON.parse(await readFile(groundednessModelPath, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'config-invalid',
      `${groundednessModelPath} cannot be read: it says when a passage supports a sentence. Restore it, fit it with "npm run calibrate -- --groundedness-out data/models/groundedness.json", or set ANSWERDESK_QUALITY_SAMPLE=0.`,
      { cause },
    );
  }
  if (model.embedder === modelId) return model;
  logger.warn(
    { fittedFor: model.embedder, embedder: modelId },
    'answers are not sampled: the groundedness score was fitted with another embedder; "npm run calibrate -- --groundedness-out data/models/groundedness.json" fits it',
  );
  return undefined;
}

/** Undefined, with a warning, where it cannot be used: the policy's patterns go on without it. */
async function openGeneralIntents(
  embedder: Embedder,
  logger: Logger | undefined,
): Promise<IntentClassifier | undefined> {
  try {
    return await openIntentClassifier(generalIntentsPath, embedder);
  } catch (thrown) {
    logger?.warn(
      { code: toAppError(thrown).code, err: thrown },
      'the general intents are not used: small talk and requests for a person are recognised by their commonest words only',
    );
    return undefined;
  }
}
