// Opens the check of a sample of answers: is each sentence supported by the passage that it cites?
import { readFile } from 'node:fs/promises';
import type { Answer } from '#chat/answer.ts';
import { createAnswerQuality } from '#chat/runs/answer-quality.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import {
  createGroundednessScorer,
  type GroundednessModel,
  groundednessModelSchema,
  rememberingEmbedder,
} from '#models/groundedness/groundedness-score.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What `answerdesk calibrate --groundedness-out` writes. */
const groundednessModelPath = packagePath('data/models/groundedness.json');
/** Sentences and passages whose vectors are kept. */
const rememberedVectors = 2_000;

export interface AnswerQualityOptions {
  readonly embedder: Embedder;
  /** Of all answers, 0 to 1; 0 checks none. */
  readonly share: number;
  /** Nothing is checked while this holds. */
  readonly busy: () => boolean;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface WatchedAnswers extends AsyncDisposable {
  /** The same answers; a sample of them is checked afterwards. */
  watch(answer: Answer): Answer;
}

export async function openAnswerQuality({
  embedder,
  share,
  busy,
  metrics,
  logger,
}: AnswerQualityOptions): Promise<WatchedAnswers> {
  const model = share > 0 ? await readGroundednessModel(embedder, logger) : undefined;
  if (!model) return { watch: (answer) => answer, [Symbol.asyncDispose]: async () => {} };
  const quality = createAnswerQuality({
    scorer: createGroundednessScorer(model, rememberingEmbedder(embedder, rememberedVectors)),
    share,
    busy,
    observer: {
      ...metrics.quality,
      failed(error) {
        metrics.quality.failed?.(error);
        logger.warn({ err: error }, 'an answer of the sample could not be checked');
      },
    },
  });
  return {
    watch(answer) {
      const watched = quality.watch(answer);
      // The score means nothing for another embedder, and one may be swapped in.
      return (request, options) => (embedder.modelId === model.embedder ? watched : answer)(request, options);
    },
    [Symbol.asyncDispose]: () => quality[Symbol.asyncDispose](),
  };
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
      `${groundednessModelPath} cannot be read: it says when a passage supports a sentence. Restore it, fit it with "answerdesk calibrate --groundedness-out data/models/groundedness.json", or set ANSWERDESK_QUALITY_SAMPLE=0.`,
      { cause },
    );
  }
  if (model.embedder === modelId) return model;
  logger.warn(
    { fittedFor: model.embedder, embedder: modelId },
    'answers are not sampled: the groundedness score was fitted with another embedder; "answerdesk calibrate --groundedness-out data/models/groundedness.json" fits it',
  );
  return undefined;
}
