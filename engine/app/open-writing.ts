// Opens the model that writes answers in words of its own, with what stands around it: queue, circuit breaker, spending cap, guard.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCircuitBreaker } from '#chat/write/circuit-breaker.ts';
import { mustCoverQuotation } from '#chat/write/covers-quotation.ts';
import { type SupportScore, sentenceGuard } from '#chat/write/guard-sentences.ts';
import { createModelQueue } from '#chat/write/model-queue.ts';
import type { WritingDependencies } from '#chat/write/write-answer.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { groundedFrom } from '#core/groundedness.ts';
import { packagePath } from '#core/package-root.ts';
import { isInProcess } from '#models/chat/chat-model-name.ts';
import { openDailySpending } from '#models/chat/daily-spending.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { type GroundednessChoice, openGroundednessModel } from '#models/groundedness/groundedness-model.ts';
import {
  createGroundednessScorer,
  groundednessModelSchema,
  rememberingEmbedder,
  scoreSupportedFrom,
} from '#models/groundedness/groundedness-score.ts';
import type { Config } from './config.ts';

const groundednessModelPath = packagePath('data/models/groundedness.json');
const builtInEmbedder = packagePath('data/models/embedder');

export interface Writing extends AsyncDisposable {
  /** Absent where answers are quoted. */
  readonly dependencies?: WritingDependencies;
}

/** Throws `config-invalid`, `model-invalid` or `bad-input` that says what to do. */
export async function openWriting(
  { chat, dataDir, groundedness }: Config,
  embedder: () => Embedder,
): Promise<Writing> {
  if (chat.model === 'extractive') return { async [Symbol.asyncDispose]() {} };
  await using stack = new AsyncDisposableStack();
  const model = stack.use(await openWritingModel(chat));
  const score = stack.use(await openSupport(groundedness, embedder));
  const isCapped = chat.caps.tokens !== undefined || chat.caps.money !== undefined;
  if (isCapped) await mkdir(dataDir, { recursive: true });
  const spending = isCapped
    ? await openDailySpending({ path: join(dataDir, 'chat-spending.json'), caps: chat.caps })
    : undefined;
  const closing = stack.move();
  return {
    dependencies: {
      model,
      timeouts: {
        firstTokenTimeoutMs: chat.firstTokenTimeoutMs ?? firstTokenTimeoutMs(chat.model),
        tokenTimeoutMs: chat.tokenTimeoutMs,
      },
      quoteAfterMs: chat.quoteAfterMs,
      coversQuotation: mustCoverQuotation(model.size),
      queue: createModelQueue({ atOnce: model.atOnce, waiting: chat.waiting }),
      breaker: createCircuitBreaker(),
      ...(spending ? { spending } : {}),
      openGuard: sentenceGuard(score),
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** A busy small machine takes a minute for a prompt; who asked has the quoted answer by then. A server that is silent for so long is gone. */
const firstTokenTimeoutMs = (model: string) => (isInProcess(model) ? 120_000 : 20_000);

export type OpenedScore = SupportScore & AsyncDisposable;

/** The model where there is one, else the score. */
export async function openSupport(choice: GroundednessChoice, serving: () => Embedder): Promise<OpenedScore> {
  const model = await openGroundednessModel(choice);
  return model ? Object.assign(model, { supportedFrom: groundedFrom }) : openSupportScore(serving);
}

/** The score that ships was fitted for the embedder that ships. Where another one serves, that one is opened beside it. */
export async function openSupportScore(serving: () => Embedder): Promise<OpenedScore> {
  let model: ReturnType<typeof groundednessModelSchema.parse>;
  try {
    model = groundednessModelSchema.parse(JSON.parse(await readFile(groundednessModelPath, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'config-invalid',
      `${groundednessModelPath} cannot be read: it says when a passage supports a sentence. Restore it, or fit it with "answerdesk calibrate --groundedness-out data/models/groundedness.json".`,
      { cause },
    );
  }
  let own: Promise<Embedder> | undefined;
  const fitting: Pick<Embedder, 'embedDocuments'> = {
    async embedDocuments(texts, options) {
      const now = serving();
      if (now.modelId === model.embedder) return now.embedDocuments(texts, options);
      own ??= openEmbedder({ model: builtInEmbedder, threads: 1 }, { expectedId: model.embedder });
      return (await own).embedDocuments(texts, options);
    },
  };
  return {
    scorer: createGroundednessScorer(model, rememberingEmbedder(fitting)),
    supportedFrom: scoreSupportedFrom,
    async [Symbol.asyncDispose]() {
      await (await own?.catch(() => undefined))?.close();
    },
  };
}
