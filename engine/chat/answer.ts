// One customer message to a stream of ChatEvents. It composes what it is given and knows no HTTP, no socket, no file.
//   understand -> retrieve -> decide -> write -> filter
import type { CallOptions } from '#core/call-options.ts';
import type { Conversation, Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { decideByCode } from './decide/decide-by-code.ts';
import { type Calibration, decide, type PolicyOutcome } from './decide/policy.ts';
import { usablePassages } from './decide/usable-passages.ts';
import { isLookedUp } from './understand/act.ts';
import { type AskedQuestion, questionsIn } from './understand/questions-in.ts';
import {
  createUnderstand,
  type UnderstandDependencies,
  type Understanding,
} from './understand/understand.ts';
import { answerWording } from './write/answer-wording.ts';
import { type FixedOutcome, fixedReply } from './write/fixed-reply.ts';
import { heldAddresses } from './write/held-addresses.ts';
import { wholeSections } from './write/whole-sections.ts';
import { createWriter, type WriterDependencies } from './write/write-answer.ts';

export interface AnswerDependencies extends UnderstandDependencies, WriterDependencies {
  /** The knowledge base in force now; throws `knowledge-base-missing` when there is none. */
  readonly knowledgeBase: () => KnowledgeBase;
  /** The thresholds in force now. */
  readonly calibration: () => Calibration;
  /** The language of a message, ISO 639-1; undefined where it cannot be told. */
  readonly languageOf?: (text: string) => string | undefined;
  readonly observer?: AnswerObserver;
  readonly now?: () => Date;
}

/** For metrics, logs and evals. No text of a customer passes through here. */
export interface AnswerObserver {
  retrieved?(durationMs: number, passages: readonly ScoredChunk[]): void;
  decided?(outcome: PolicyOutcome): void;
  firstToken?(durationMs: number): void;
  modelFailed?(model: string, error: AppError): void;
}

export interface AnswerRequest {
  /** Its last customer message is the question. */
  readonly conversation: Conversation;
  /** Id of the answer to be. */
  readonly messageId: string;
  /** Id of the customer's message. */
  readonly replyTo: string;
}

/** Yields `answer-start` … `answer-end`, or `answer-error` as the last event. Throws only the signal's reason. */
export type Answer = (
  request: AnswerRequest,
  options?: CallOptions & { observer?: AnswerObserver },
) => AsyncGenerator<ChatEvent>;

/** Passages given to the model; more cost time and, for small models, correctness. */
const passagesGiven = 5;
const passagesRetrieved = 10;
/** In danger the desk looks through more: the article that says what to do need not be the nearest. */
const passagesRetrievedInDanger = 30;

export function createAnswer(dependencies: AnswerDependencies): Answer {
  const {
    knowledgeBase,
    chatModel,
    calibration,
    languageOf = () => undefined,
    now = () => new Date(),
  } = dependencies;
  const understand = createUnderstand(dependencies);
  const write = createWriter(dependencies);

  async function retrieve(
    { act, query, context, vector }: Understanding,
    { signal }: CallOptions,
  ): Promise<ScoredChunk[]> {
    const found = await knowledgeBase().retrieve(query, {
      k: act.kind === 'danger' ? passagesRetrievedInDanger : passagesRetrieved,
      filter: {
        audiences: ['customer'],
        ...(act.kind === 'pick' ? { documents: act.topics.map(({ documentId }) => documentId) } : {}),
      },
      context,
      vector,
      signal,
    });
    return usablePassages(found);
  }

  return async function* answer(
    { conversation, messageId, replyTo },
    { signal, observer = dependencies.observer ?? {} } = {},
  ) {
    const startedAt = performance.now();
    const firstToken = () => observer.firstToken?.(performance.now() - startedAt);
    const modelFailed = (model: string, error: AppError) => observer.modelFailed?.(model, error);
    const message = (rest: Pick<Message, 'text'> & Partial<Message>): Message => ({
      id: messageId,
      author: 'bot',
      createdAt: now().toISOString(),
      replyTo,
      ...rest,
    });
    yield { type: 'answer-start', messageId, replyTo };
    try {
      const { history, question } = splitAtQuestion(conversation, replyTo);
      const language = languageOf(question.text) ?? conversation.language;
      const rewriteFailed = (error: AppError) => modelFailed(chatModel.name, error);
      const find = async (asked: AskedQuestion | undefined): Promise<Found> => {
        const turn = { question: asked ? { ...question, text: asked.text } : question, history };
        const understanding = await understand(turn, { signal, rewriteFailed });
        const { act } = understanding;
        let passages: ScoredChunk[] = [];
        if (isLookedUp(act)) {
          const retrievedAt = performance.now();
          try {
            passages = await retrieve(understanding, { signal });
          } catch (thrown) {
            // The emergency number needs no article.
            if (act.kind !== 'danger' || signal?.aborted || isAbortError(thrown)) throw thrown;
          }
          observer.retrieved?.(performance.now() - retrievedAt, passages);
        }
        const text = turn.question.text;
        const byEvidence = decide({ act, question: text, history, passages }, calibration());
        const outcome =
          act.kind === 'question' ? decideByCode(byEvidence, { question: text, passages }) : byEvidence;
        // The number of a topic is no question.
        const asks = act.kind === 'pick' ? understanding.standalone : text;
        return { act, outcome, query: understanding.standalone, question: asks, passages };
      };
      const say = function* (outcome: FixedOutcome): Generator<ChatEvent> {
        const { decision } = outcome;
        const { text, citations } = fixedReply(outcome, {
          ...conversation,
          ...(language ? { language } : {}),
        });
        firstToken();
        if (citations.length > 0) yield { type: 'sources-available', messageId, citations };
        yield { type: 'answer-delta', messageId, text };
        if (decision === 'handoff') yield { type: 'handoff-request', reason: outcome.reason };
        const said = message({
          decision,
          text,
          ...(citations.length > 0 ? { citations } : {}),
          ...(decision === 'clarify' ? { topics: outcome.topics } : {}),
        });
        yield { type: 'answer-end', message: said, reason: 'complete' };
      };

      // What the whole message does comes first: danger and the wish for a person need no question mark.
      const asked = questionsIn(question.text);
      const isAsIs = asked.length === 1 && asked[0]!.text === question.text.trim();
      const whole = await find(undefined);
      const parts: Found[] = [];
      if (whole.act.kind === 'question' && !isAsIs) for (const one of asked) parts.push(await find(one));
      const answered = parts.filter(({ outcome }) => outcome.decision === 'answer');
      const several = parts.length > 1 && answered.length > 0;
      const found = several ? answered[0]! : parts.length === 1 ? parts[0]! : whole;
      observer.decided?.(found.outcome);
      if (found.outcome.decision !== 'answer') {
        yield* say(found.outcome);
        return;
      }

      const given = (passages: readonly ScoredChunk[]) =>
        wholeSections(preferLanguage(passages, language).slice(0, passagesGiven), knowledgeBase().document);
      const grounded = several
        ? parts.map(({ outcome, query, passages }, index) => ({
            query,
            question: asked[index]!.question,
            passages: outcome.decision === 'answer' ? given(passages) : [],
          }))
        : [];
      const passages = several ? grounded.flatMap((part) => part.passages) : given(found.passages);
      const { complete, ...written } = yield* write(
        {
          messageId,
          turns: [...history, question],
          grounding: {
            query: found.query,
            question: found.question,
            passages,
            ...(several ? { parts: grounded } : {}),
            said: history.filter(({ decision }) => decision === 'answer').map(({ text }) => text),
            wording: answerWording(language),
          },
          isAllowedUrl: heldAddresses(passages, knowledgeBase().articleHosts),
        },
        { signal, firstToken, modelFailed },
      );
      if (written.text === '' && complete) {
        // All that answers was said before: a person can say more.
        yield* say({ decision: 'handoff', confidence: found.outcome.confidence, reason: 'unanswered' });
        return;
      }
      yield {
        type: 'answer-end',
        message: message({ decision: 'answer', ...written }),
        reason: complete ? 'complete' : 'interrupted',
      };
    } catch (thrown) {
      if (signal?.aborted || isAbortError(thrown)) throw thrown;
      const error = toAppError(thrown);
      modelFailed(chatModel.name, error);
      yield {
        type: 'answer-error',
        messageId,
        code: error.code,
        message: error.publicMessage,
        retryable: error.retryable,
      };
    }
  };
}

/** One question, what it was understood as and what was found for it. */
interface Found {
  readonly act: Understanding['act'];
  readonly outcome: PolicyOutcome;
  /** Complete in itself. */
  readonly query: string;
  /** As it was asked. */
  readonly question: string;
  readonly passages: readonly ScoredChunk[];
}

/** Articles in the customer's language first, however much nearer others are. */
function preferLanguage(
  passages: readonly ScoredChunk[],
  language: string | undefined,
): readonly ScoredChunk[] {
  const primary = language?.toLowerCase().split('-')[0];
  const isTheirs = ({ chunk }: ScoredChunk) => chunk.language.split('-')[0] === primary;
  return [...passages.filter(isTheirs), ...passages.filter((passage) => !isTheirs(passage))];
}

function splitAtQuestion(
  conversation: Conversation,
  replyTo: string,
): { history: Message[]; question: Message } {
  const at = conversation.messages.findIndex((message) => message.id === replyTo);
  const question = conversation.messages[at];
  if (!question) throw new Error(`the conversation has no message ${replyTo} to answer`);
  return { history: conversation.messages.slice(0, at), question };
}
