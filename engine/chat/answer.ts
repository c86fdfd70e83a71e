// One customer message to a stream of ChatEvents. It composes what it is given and knows no HTTP, no socket, no file.
//   understand -> retrieve -> decide -> write -> filter
import type { CallOptions } from '#core/call-options.ts';
import type { Conversation, Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { pickedPassages } from './decide/picked-passages.ts';
import { type Calibration, decide, type PolicyOutcome } from './decide/policy.ts';
import { usablePassages } from './decide/usable-passages.ts';
import { type Act, isLookedUp } from './understand/act.ts';
import {
  createUnderstand,
  type UnderstandDependencies,
  type Understanding,
} from './understand/understand.ts';
import { fixedReply } from './write/fixed-reply.ts';
import { heldAddresses } from './write/held-addresses.ts';
import { createWriter, type WriterDependencies } from './write/write-answer.ts';

export interface AnswerDependencies extends UnderstandDependencies, WriterDependencies {
  /** The knowledge base in force now; throws `knowledge-base-missing` when there is none. */
  readonly knowledgeBase: () => KnowledgeBase;
  /** The thresholds in force now. */
  readonly calibration: () => Calibration;
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
/** In danger the desk looks through more: the article that says what to do need not be the nearest. So it does for a picked section. */
const passagesSearchedThrough = 30;

export function createAnswer(dependencies: AnswerDependencies): Answer {
  const { knowledgeBase, chatModel, calibration, now = () => new Date() } = dependencies;
  const understand = createUnderstand(dependencies);
  const write = createWriter(dependencies);

  async function retrieve(
    { act, query, context, vector }: Understanding,
    { signal }: CallOptions,
  ): Promise<ScoredChunk[]> {
    const found = await knowledgeBase().retrieve(query, {
      k: isSearchedThrough(act) ? passagesSearchedThrough : passagesRetrieved,
      filter: {
        audiences: ['customer'],
        ...(act.kind === 'pick' ? { documents: act.topics.map(({ documentId }) => documentId) } : {}),
      },
      context,
      vector,
      signal,
    });
    const usable = usablePassages(found);
    return act.kind === 'pick' ? pickedPassages(act.topics, usable) : usable;
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
      const understanding = await understand(
        { question, history },
        { signal, rewriteFailed: (error) => modelFailed(chatModel.name, error) },
      );
      const { act, standalone } = understanding;

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

      const outcome = decide({ act, question: question.text, history, passages }, calibration());
      observer.decided?.(outcome);

      if (outcome.decision !== 'answer') {
        const { decision } = outcome;
        const { text, citations } = fixedReply(outcome, conversation);
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
        return;
      }

      const given = passages.slice(0, passagesGiven);
      const { complete, ...written } = yield* write(
        {
          messageId,
          turns: [...history, question],
          grounding: {
            query: standalone,
            // The number of a topic is no question.
            question: act.kind === 'pick' ? standalone : question.text,
            passages: given,
          },
          isAllowedUrl: heldAddresses(given, knowledgeBase().articleHosts),
        },
        { signal, firstToken, modelFailed },
      );
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

function isSearchedThrough(act: Act): boolean {
  return (
    act.kind === 'danger' || (act.kind === 'pick' && act.topics.some(({ section }) => section !== undefined))
  );
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
