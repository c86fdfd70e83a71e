// One customer message to a stream of ChatEvents. It composes what it is given and knows no HTTP, no socket, no file.
//   find (understand -> card? -> retrieve -> decide) -> write -> filter
import type { CardMatch } from '#core/answer-card.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Citation, Conversation, FallbackReason, Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import { noticesOn } from './decide/choose-cards.ts';
import type { PolicyOutcome } from './decide/policy.ts';
import { createFinder, type FindDependencies, type Found } from './find-answer.ts';
import { addressIn, hasJustAskedForAddress } from './understand/address.ts';
import { questionsIn } from './understand/questions-in.ts';
import { answerWording } from './write/answer-wording.ts';
import { type CardReply, cardPassage, cardReply } from './write/card-reply.ts';
import { type FixedOutcome, fixedReply, isFixed } from './write/fixed-reply.ts';
import type { GuardVerdict } from './write/guard-sentences.ts';
import { heldAddresses } from './write/held-addresses.ts';
import { quoteWhole } from './write/quote-answer.ts';
import { repliesIn } from './write/replies.ts';
import { wholeSections } from './write/whole-sections.ts';
import { createWriter, type WriterDependencies } from './write/write-answer.ts';

export interface AnswerDependencies extends FindDependencies, WriterDependencies {
  /** The language of a message, ISO 639-1; undefined where it cannot be told, as of a number or an address. */
  readonly languageOf?: (text: string) => string | undefined;
  /** When a person answers, for who is handed over; undefined where nothing is promised. */
  readonly promise?: (language: string | undefined) => Promise<string | undefined>;
  readonly observer?: AnswerObserver;
  readonly now?: () => Date;
}

/** For metrics, logs and evals. No text of a customer passes through here. */
export interface AnswerObserver {
  retrieved?(durationMs: number, passages: readonly ScoredChunk[]): void;
  decided?(outcome: PolicyOutcome): void;
  firstToken?(durationMs: number): void;
  modelFailed?(model: string, error: AppError): void;
  /** What became of the sentences that a model wrote. */
  guarded?(verdict: GuardVerdict): void;
  /** Asked again, it may be answered otherwise: a model had no time, or did not work. */
  cutShort?(): void;
  /** The articles were quoted in place of the model's words. */
  replaced?(because: FallbackReason): void;
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

export function createAnswer(dependencies: AnswerDependencies): Answer {
  const {
    knowledgeBase,
    chatModel,
    writing,
    promise = async () => undefined,
    languageOf = () => undefined,
    now = () => new Date(),
    myTurn = async () => {},
  } = dependencies;
  const find = createFinder(dependencies);
  const write = createWriter(dependencies);
  const modelName = (writing?.model ?? chatModel).name;

  /** What the model is given for one question. What the team has settled needs nothing beside it. */
  async function given(
    { passages, cards, outcome }: Found,
    language: string | undefined,
    options: CallOptions,
  ): Promise<readonly ScoredChunk[]> {
    if (isFixed(outcome) && outcome.decision === 'answer') return [];
    const score = passages.at(-1)?.score ?? 1;
    const near = (cards.near ?? []).slice(0, 1).map((card) => cardPassage(card, score));
    const found = preferLanguage(passages, language).slice(0, passagesGiven - near.length);
    const { document } = knowledgeBase();
    const ids = [...new Set(found.map(({ chunk }) => chunk.documentId))];
    const documents = await Promise.all(ids.map(async (id) => [id, await document(id, options)] as const));
    const byId = new Map(documents);
    return [...wholeSections(found, (id) => byId.get(id), passages), ...near];
  }

  return async function* answer(
    { conversation, messageId, replyTo },
    { signal, observer = dependencies.observer ?? {} } = {},
  ) {
    const startedAt = performance.now();
    const firstToken = () => observer.firstToken?.(performance.now() - startedAt);
    const modelFailed = (model: string, error: AppError) => observer.modelFailed?.(model, error);
    const cutShort = () => observer.cutShort?.();
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
      const language =
        languageOf(question.text) ?? languageBefore(history, languageOf) ?? conversation.language;
      const inLanguage = { ...conversation, ...(language ? { language } : {}) };

      /** Said in front of an answer to one who left an address with the question. */
      let taken = '';

      /** `shown`: what is on the screen already and gives way. */
      const say = async function* (
        outcome: FixedOutcome,
        notices: CardReply,
        shown = '',
      ): AsyncGenerator<ChatEvent> {
        const { decision } = outcome;
        const { text: own, citations, ...card } = fixedReply(outcome, inLanguage);
        // In danger nobody is to wait for the team.
        const isPromised = decision === 'handoff' && outcome.reason !== 'danger';
        const promised = isPromised ? await promise(inLanguage.language) : undefined;
        const text = taken + leadOf(notices) + [own, promised].filter(Boolean).join('\n\n');
        const cardsShown = [...notices.cards, ...(card.cards ?? [])];
        firstToken();
        if (citations.length > 0) yield { type: 'sources-available', messageId, citations };
        if ('email' in outcome && outcome.email !== undefined)
          yield { type: 'contact-given', email: outcome.email };
        if (shown === '') yield { type: 'answer-delta', messageId, text };
        else yield { type: 'answer-replaced', messageId, text, citations, reason: 'declined' };
        if (decision === 'handoff') yield { type: 'handoff-request', reason: outcome.reason };
        const said = message({
          decision,
          text,
          ...card,
          ...(cardsShown.length > 0 ? { cards: cardsShown } : {}),
          ...(citations.length > 0 ? { citations } : {}),
          ...(decision === 'clarify' ? { topics: outcome.topics } : {}),
        });
        yield { type: 'answer-end', message: said, reason: 'complete' };
      };

      const findFor = (text: string) =>
        find(
          {
            conversation: { ...conversation, messages: history },
            question: { ...question, text },
            now: now(),
          },
          {
            signal,
            retrieved: (ms, passages) => observer.retrieved?.(ms, passages),
            rewriteFailed: (error) => modelFailed(modelName, error),
            cutShort,
          },
        );
      // What the whole message does comes first: danger and the wish for a person need no question mark.
      const whole = await findFor(question.text);
      const asked = questionsIn(question.text);
      const isAsIs = asked.length === 1 && asked[0]!.text === question.text.trim();
      const parts: Found[] = [];
      if (whole.act.kind === 'question' && !whole.cards.given && !isAsIs)
        for (const { text } of asked) parts.push(await findFor(text));
      const answered = parts.filter(({ outcome }) => outcome.decision === 'answer');
      // What the desk must never answer it does not answer among other questions either.
      const forPerson = parts.find(
        ({ outcome }) => outcome.decision === 'handoff' && outcome.reason === 'card',
      );
      // Clauses of one sentence may be one question: apart only where each of them is answered, by another article.
      const settledBy = new Set(
        answered.map(({ cards, passages }) => cards.given?.card.id ?? passages[0]?.chunk.documentId),
      );
      const areApart = !asked.some(({ isClause }) => isClause) || settledBy.size === parts.length;
      const several = parts.length > 1 && answered.length > 0 && areApart && !forPerson;
      const found = forPerson ?? (several ? answered[0]! : parts.length === 1 ? parts[0]! : whole);
      const { outcome } = found;
      // An address that was asked for, and behind it a question.
      const email =
        outcome.decision === 'answer' && !conversation.handoff?.email && hasJustAskedForAddress(history)
          ? addressIn(question.text)
          : undefined;
      if (email !== undefined) {
        yield { type: 'contact-given', email };
        taken = `${repliesIn(language).contact(email)}\n\n`;
      }
      observer.decided?.(outcome);
      await myTurn();
      const settled = several ? answered.flatMap(({ cards }) => cards.given ?? []) : [];
      const noticed = (several ? answered : [found]).flatMap((part) => noticesOn(topicOf(part), part.cards));
      const notices = cardReply(
        [...new Map(noticed.map((match) => [match.card.id, match])).values()].filter(
          ({ card }) => !settled.some((match) => match.card.id === card.id),
        ),
      );
      // A reply that declines may have quoted, too.
      const said = history
        .filter(({ decision }) => decision === 'answer' || decision === 'decline')
        .map(({ text }) => text);
      const askedBefore = history.filter(({ author }) => author === 'customer').map(({ text }) => text);
      if (outcome.decision === 'decline' && outcome.isNear && !several) {
        const passages = await given(found, language, { signal });
        const { query, question: asked } = found;
        const { events, text, citations } = await quoteWhole(
          chatModel,
          {
            messageId,
            grounding: {
              query,
              question: asked,
              passages,
              said,
              askedBefore,
              doubt: 'notFound',
              wording: answerWording(language),
              cutShort,
            },
            isAllowedUrl: heldAddresses(passages, knowledgeBase().articleHosts),
          },
          { signal },
        );
        if (text !== '') {
          firstToken();
          const lead = leadOf(notices);
          if (lead) yield { type: 'answer-delta', messageId, text: lead };
          yield* events;
          const { decision } = outcome;
          const model = { name: chatModel.name };
          const cards = lead ? { cards: notices.cards } : {};
          const ended = message({ decision, text: lead + text, citations, model, ...cards });
          yield { type: 'answer-end', message: ended, reason: 'complete' };
          return;
        }
      }
      if (isFixed(outcome) && !several) {
        yield* say(outcome, notices);
        return;
      }

      const grounded = await Promise.all(
        (several ? parts : [found]).map(async (part, index) => ({
          query: part.query,
          question: several ? asked[index]!.question : part.question,
          passages: part.outcome.decision === 'answer' ? await given(part, language, { signal }) : [],
          doubt:
            part.outcome.decision === 'answer' && part.outcome.isUnsure ? ('unsure' as const) : undefined,
          ...(several && part.cards.given ? { settled: part.cards.given.card.answer.trim() } : {}),
        })),
      );
      // What is settled cites no passage by a mark; but its links are held.
      const passages = [
        ...grounded.flatMap((part) => part.passages),
        ...settled.map((match) => cardPassage(match, 1)),
      ];
      const lead = taken + leadOf(notices);
      if (lead) {
        firstToken();
        yield { type: 'answer-delta', messageId, text: lead };
      }
      const { complete, text, declined, ...written } = yield* write(
        {
          messageId,
          turns: [...history, question],
          grounding: {
            query: found.query,
            question: found.question,
            passages,
            ...(several ? { parts: grounded } : { doubt: grounded[0]!.doubt }),
            said,
            askedBefore,
            wording: answerWording(language),
            cutShort,
          },
          isAllowedUrl: heldAddresses(passages, knowledgeBase().articleHosts),
          lead,
        },
        {
          signal,
          modelFailed,
          guarded: (verdict) => observer.guarded?.(verdict),
          ...(lead ? {} : { firstToken }),
        },
      );
      if (written.model.because) observer.replaced?.(written.model.because);
      if (declined) {
        const { confidence } = outcome;
        yield* say({ decision: 'decline', confidence }, notices, lead + text);
        return;
      }
      if (text === '' && complete) {
        // All that answers was said before: a person can say more.
        const handoff = {
          decision: 'handoff',
          confidence: outcome.confidence,
          reason: 'unanswered',
        } as const;
        yield* say(handoff, cardReply([]));
        return;
      }
      const cardsShown = [...(lead ? notices.cards : []), ...new Set(settled.map(({ card }) => card.id))];
      yield {
        type: 'answer-end',
        message: message({
          decision: 'answer',
          text: lead + text,
          ...written,
          citations: withSourcesOf(settled, written.citations),
          ...(several && settled.length === parts.length ? { model: { name: 'card' } } : {}),
          ...(cardsShown.length > 0 ? { cards: cardsShown } : {}),
        }),
        reason: complete ? 'complete' : 'interrupted',
      };
    } catch (thrown) {
      if (signal?.aborted || isAbortError(thrown)) throw thrown;
      const error = toAppError(thrown);
      modelFailed(modelName, error);
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

/** What is answered from, by the ids of its documents. What only came close to a question that is not answered is no topic. */
function topicOf({ outcome, cards, passages }: Found): readonly string[] {
  if (cards.given) return cards.given.card.sources;
  return outcome.decision === 'answer' ? passages.slice(0, 1).map(({ chunk }) => chunk.documentId) : [];
}

/** Behind those that the text cites by their numbers. */
function withSourcesOf(cards: readonly CardMatch[], cited: readonly Citation[]): readonly Citation[] {
  const { citations } = cardReply(cards);
  const others = citations.filter(({ chunkId }) => !cited.some((citation) => citation.chunkId === chunkId));
  return [...cited, ...others.map((citation, index) => ({ ...citation, number: cited.length + index + 1 }))];
}

/** Notices stand in front of what else is said. */
const leadOf = ({ text }: CardReply) => text && `${text}\n\n`;

/** What the customer wrote in last, where it can be told. */
function languageBefore(
  history: readonly Message[],
  languageOf: (text: string) => string | undefined,
): string | undefined {
  for (const { author, text } of history.toReversed()) {
    const language = author === 'customer' ? languageOf(text) : undefined;
    if (language !== undefined) return language;
  }
  return undefined;
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
