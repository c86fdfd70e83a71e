// Opens everything that one answer needs, without conversations: knowledge, chat model, thresholds, dialogue acts.
import { type Answer, type AnswerDependencies, type AnswerObserver, createAnswer } from '#chat/answer.ts';
import { createQuestionRewriter } from '#chat/understand/rewrite-question.ts';
import { isInProcess } from '#models/chat/chat-model-name.ts';
import { openExtractive } from '#models/chat/open-chat-model.ts';
import { openActClassifier } from '#models/dialogue-acts/open-act-classifier.ts';
import { rememberSentences } from '#models/embedder/recent-texts.ts';
import { createMessageLanguage } from '#models/language/message-language.ts';
import { withChatModelInUse } from './chat-model-in-use.ts';
import type { Config } from './config.ts';
import { openCalibration } from './open-calibration.ts';
import { openDanger } from './open-danger.ts';
import { type Knowledge, type OpenOptions, openKnowledge } from './open-knowledge.ts';
import { openWriting } from './open-writing.ts';

const replyLanguages = ['en', 'es', 'fr', 'de', 'pt', 'zh'];

export interface AnswerPipelineOptions extends OpenOptions {
  readonly observer?: AnswerObserver;
  /** One that is being opened already; it is closed with the rest. Default: it is opened here. */
  readonly knowledge?: Promise<Knowledge>;
}

export interface AnswerPipeline extends AsyncDisposable {
  readonly answer: Answer;
  /** What `answer` is made of, for evals that change a part of it. */
  readonly dependencies: AnswerDependencies;
  readonly knowledge: Knowledge;
}

/** A model in this process would keep the customer waiting for the question before it writes a word of the answer. Where a cap is set, all of it is for answers. */
const rewrites = (model: string) => !isInProcess(model);

/** Answering without conversations: one question at a time, nothing is kept. */
export async function openAnswerPipeline(
  settings: Config,
  { knowledge: begun, observer, ...options }: AnswerPipelineOptions = {},
): Promise<AnswerPipeline> {
  await using stack = new AsyncDisposableStack();
  const knowledge = stack.use(await (begun ?? openKnowledge(settings, options)));
  const config = await withChatModelInUse(settings);
  const { dependencies: writing } = stack.use(await openWriting(config, () => knowledge.embedder));
  const [calibration, dangerIn] = await Promise.all([
    openCalibration(config, knowledge.embedder, options.logger),
    openDanger(config.dangerPhrases),
  ]);
  const dependencies: AnswerDependencies = {
    knowledgeBase: knowledge.current,
    embedder: knowledge.embedder,
    chatModel: openExtractive({ ...knowledge, embedder: rememberSentences(knowledge.embedder) }),
    ...(writing ? { writing } : {}),
    ...(writing && rewrites(config.chat.model) && !writing.spending
      ? { rewriteQuestion: createQuestionRewriter(writing.model.model) }
      : {}),
    calibration,
    acts: openActClassifier(),
    dangerIn,
    languageOf: createMessageLanguage(replyLanguages),
    ...(observer ? { observer } : {}),
  };
  const closing = stack.move();
  return {
    answer: createAnswer(dependencies),
    dependencies,
    knowledge,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
