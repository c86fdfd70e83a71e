// Opens everything that one answer needs, without conversations: knowledge, chat model, thresholds, intents.
import { type Answer, type AnswerDependencies, createAnswer } from '#chat/answer.ts';
import { createQuestionRewriter } from '#chat/understand/rewrite-question.ts';
import type { Embedder } from '#core/embedder.ts';
import { toAppError } from '#core/errors.ts';
import type { IntentClassifier } from '#core/intent-classifier.ts';
import { packagePath } from '#core/package-root.ts';
import { openChatModel } from '#models/chat/open-chat-model.ts';
import { openIntentClassifier } from '#models/intents/open-intent-classifier.ts';
import { createLanguageDetector } from '#models/language/language-detector.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { openCalibration } from './open-calibration.ts';
import { type Knowledge, type OpenOptions, openKnowledge } from './open-knowledge.ts';

/** What `answerdesk intents train training/data/general-intents.jsonl` writes. */
const replyLanguages = ['en', 'es', 'fr', 'de', 'pt', 'zh'];
const generalIntentsPath = packagePath('data/models/intents/general.json');

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
    languageOf: createLanguageDetector(replyLanguages),
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
