// One customer message to a stream of ChatEvents. It composes what it is given and knows no HTTP, no socket, no file.
//   condense -> retrieve -> decide -> generate -> filter
import type { CallOptions } from '#core/call-options.ts';
import type { ChatModel } from '#core/chat-model.ts';
import type { Citation, Conversation, Decision, Message, Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import type { IntentClassifier } from '#core/intent-classifier.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { createAnswerFilter } from './answer-filter.ts';
import { type CondensedQuery, condense } from './condense.ts';
import { decideByIntent } from './decide-by-intent.ts';
import { offeredTopics, openQuestion } from './dialogue-state.ts';
import { heldAddresses } from './held-addresses.ts';
import {
  type Calibration,
  decide,
  decideBeforeRetrieval,
  type PolicyOutcome,
  pickedTopics,
} from './policy.ts';
import { buildPrompt } from './prompt.ts';
import { repliesIn } from './replies.ts';
import { type RewriteQuestion, withRewritten } from './rewrite-question.ts';
import { type StreamTimeouts, timedStream } from './timed-stream.ts';
import { usablePassages } from './usable-passages.ts';

export interface NamedChatModel {
  readonly name: string;
  readonly model: ChatModel;
}

export interface AnswerDependencies {
  /** The knowledge base in force now; throws `knowledge-base-missing` when there is none. */
  readonly knowledgeBase: () => KnowledgeBase;
  readonly chatModel: NamedChatModel;
  /** Answers when `chatModel` fails before its first token. */
  readonly fallbackModel?: NamedChatModel;
  /** Makes a later turn a complete question; without it, or when it fails, `condense` does. */
  readonly rewriteQuestion?: RewriteQuestion;
  /** The general classifier that ships; without it, only the policy's patterns recognise small talk and requests for a person. */
  readonly intents?: IntentClassifier;
  readonly calibration: Calibration;
  readonly timeouts: StreamTimeouts;
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

export function createAnswer(dependencies: AnswerDependencies): Answer {
  const {
    knowledgeBase,
    chatModel,
    fallbackModel,
    rewriteQuestion,
    intents,
    calibration,
    timeouts,
    now = () => new Date(),
  } = dependencies;

  async function* answer(
    request: AnswerRequest,
    { signal, observer = dependencies.observer ?? {} }: CallOptions & { observer?: AnswerObserver } = {},
  ): AsyncGenerator<ChatEvent> {
    const { conversation, messageId, replyTo } = request;
    const startedAt = performance.now();
    yield { type: 'answer-start', messageId, replyTo };
    try {
      const { history, question } = splitAtQuestion(conversation, replyTo);
      let outcome = decideBeforeRetrieval({ question: question.text, history });
      const picked = outcome ? undefined : pickedTopics({ question: question.text, history });
      if (!outcome && !picked) {
        const intent = await intents?.classify(question.text, { signal });
        outcome = decideByIntent(question.text, intent);
      }
      let passages: ScoredChunk[] = [];
      let query = question.text;
      if (!outcome) {
        const condensed = picked
          ? queryAbout(picked, openQuestion(history))
          : await standaloneQuery([...history, question], {
              afterClarify: offeredTopics(history) !== undefined,
              observer,
              signal,
            });
        query = condensed.query;
        const retrievedAt = performance.now();
        const found = await knowledgeBase().retrieve(condensed.search.query, {
          k: passagesRetrieved,
          filter: {
            audiences: ['customer'],
            ...(picked ? { documents: picked.map(({ documentId }) => documentId) } : {}),
          },
          context: condensed.search.context,
          signal,
        });
        passages = usablePassages(found);
        observer.retrieved?.(performance.now() - retrievedAt, passages);
        outcome = decide(
          { question: question.text, history, passages, picked: picked !== undefined },
          calibration,
        );
      }
      observer.decided?.(outcome);

      const message = (decision: Decision, text: string, rest: Partial<Message> = {}): Message => ({
        id: messageId,
        author: 'bot',
        text,
        createdAt: now().toISOString(),
        replyTo,
        decision,
        ...rest,
      });
      if (outcome.decision !== 'answer') {
        const text = replyText(outcome, conversation);
        observer.firstToken?.(performance.now() - startedAt);
        yield { type: 'answer-delta', messageId, text };
        if (outcome.decision === 'handoff') yield { type: 'handoff-request', reason: outcome.reason };
        const rest = outcome.decision === 'clarify' && !outcome.smallTalk ? { topics: outcome.topics } : {};
        yield { type: 'answer-end', message: message(outcome.decision, text, rest), reason: 'complete' };
        return;
      }

      const given = passages.slice(0, passagesGiven);
      const written = yield* generate({
        query,
        // The number of a topic is no question.
        question: picked ? query : question.text,
        turns: [...history, question],
        passages: given,
        messageId,
        startedAt,
        observer,
        signal,
      });
      yield {
        type: 'answer-end',
        message: message('answer', written.text, { citations: written.citations, model: written.model }),
        reason: written.complete ? 'complete' : 'interrupted',
      };
    } catch (thrown) {
      if (signal?.aborted || isAbortError(thrown)) throw thrown;
      const error = toAppError(thrown);
      observer.modelFailed?.(chatModel.name, error);
      yield {
        type: 'answer-error',
        messageId,
        code: error.code,
        message: error.publicMessage,
        retryable: error.retryable,
      };
    }
  }

  async function standaloneQuery(
    turns: readonly Message[],
    {
      afterClarify,
      observer,
      signal,
    }: { afterClarify: boolean; observer: AnswerObserver; signal: AbortSignal | undefined },
  ): Promise<Pick<CondensedQuery, 'query' | 'search'>> {
    const condensed = condense(turns, { afterClarify });
    if (!rewriteQuestion || !(condensed.search.context || condensed.followUp)) return condensed;
    try {
      const rewritten = await rewriteQuestion(turns, { signal });
      return rewritten === undefined ? condensed : withRewritten(condensed, rewritten);
    } catch (thrown) {
      if (signal?.aborted || isAbortError(thrown)) throw thrown;
      observer.modelFailed?.(chatModel.name, toAppError(thrown));
      return condensed;
    }
  }

  interface GenerateInput {
    readonly query: string;
    /** What the customer asks now. */
    readonly question: string;
    readonly turns: readonly Message[];
    readonly passages: readonly ScoredChunk[];
    readonly messageId: string;
    readonly startedAt: number;
    readonly observer: AnswerObserver;
    readonly signal: AbortSignal | undefined;
  }
  interface Written {
    readonly text: string;
    readonly citations: readonly Citation[];
    readonly model: NonNullable<Message['model']>;
    /** False when the model broke off behind its first token. */
    readonly complete: boolean;
  }

  async function* generate(input: GenerateInput): AsyncGenerator<ChatEvent, Written> {
    const { passages, messageId, observer, signal } = input;
    const prompt = buildPrompt({ turns: input.turns, passages });
    const grounding = { query: input.query, question: input.question, passages };
    const isAllowedUrl = heldAddresses(passages, knowledgeBase().articleHosts);
    const models = fallbackModel ? [chatModel, fallbackModel] : [chatModel];

    for (const [index, { name, model }] of models.entries()) {
      const filter = createAnswerFilter({ passages: passages.length, isAllowedUrl });
      let text = '';
      let announced = 0;
      const show = function* (piece: string): Generator<ChatEvent> {
        if (piece.length === 0) return;
        if (text.length === 0) observer.firstToken?.(performance.now() - input.startedAt);
        if (filter.cited.length > announced) {
          announced = filter.cited.length;
          yield { type: 'sources-available', messageId, citations: citationsOf(filter.cited, passages) };
        }
        text += piece;
        yield { type: 'answer-delta', messageId, text: piece };
      };
      const written = (complete: boolean): Written => ({
        text,
        citations: citationsOf(filter.cited, passages),
        model: { name, ...(index > 0 ? { fallback: true } : {}) },
        complete,
      });
      try {
        const stream = timedStream(
          (own) => model.stream(prompt, { signal: own, grounding }),
          timeouts,
          signal,
        );
        for await (const chunk of stream) yield* show(filter.push(chunk.text));
        yield* show(filter.flush());
        if (text.trim().length > 0 || index === models.length - 1) return written(true);
        // An empty answer helps nobody: the next model may do better.
      } catch (thrown) {
        if (signal?.aborted || isAbortError(thrown)) throw thrown;
        const error = toAppError(thrown);
        observer.modelFailed?.(name, error);
        if (text.length > 0) return written(false);
        if (index === models.length - 1) throw error;
      }
    }
    throw new Error('unreachable: the last model returns or throws');
  }

  return answer;
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

/**
 * What the customer asked before the desk asked back. It is looked up in the articles that were picked since, and between passages of one
 * article its title decides nothing.
 */
function queryAbout(
  topics: readonly Topic[],
  asked: Message | undefined,
): Pick<CondensedQuery, 'query' | 'search'> {
  const query = asked?.text ?? topics.map(({ title }) => title).join('\n');
  return { query, search: { query } };
}

function replyText(
  outcome: Exclude<PolicyOutcome, { decision: 'answer' }>,
  { language, handoff }: Pick<Conversation, 'language' | 'handoff'>,
): string {
  const replies = repliesIn(language);
  if (outcome.decision === 'decline') return outcome.tone ? replies.calm : replies.decline;
  if (outcome.decision === 'handoff') {
    if (outcome.reason === 'unanswered')
      return handoff?.email === undefined ? replies.handoffUnanswered : replies.handoffKnown;
    return replies.handoff;
  }
  if (outcome.smallTalk) return replies[outcome.smallTalk];
  if (outcome.after === 'unhelped') return replies.unhelped;
  const titles = outcome.topics.map(({ title }) => title);
  return outcome.after === 'unclear-yes' ? replies.whichOne(titles) : replies.clarify(titles);
}

function citationsOf(cited: readonly number[], passages: readonly ScoredChunk[]): Citation[] {
  return cited.map((passage, index) => {
    const { chunk } = passages[passage - 1]!;
    return {
      number: index + 1,
      documentId: chunk.documentId,
      chunkId: chunk.id,
      title: chunk.title,
      ...(chunk.url === undefined ? {} : { url: chunk.url }),
      quote: chunk.text,
    };
  });
}
