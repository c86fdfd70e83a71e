// What the desk itself would answer, for an agent to send, change or leave: to the customer's last question that no person has answered.
// It draws on nothing that customers may not see, because its words are meant for one.
import type { CallOptions } from '#core/call-options.ts';
import type { Citation, Conversation, Message } from '#core/conversation.ts';
import { newSecret } from '#core/conversation-secret.ts';
import type { ScoredChunk } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { Answer } from './answer.ts';
import { timeLimit } from './time-limit.ts';
import { withoutDoubt } from './write/answer-wording.ts';

export interface Suggestion {
  readonly question: Pick<Message, 'id' | 'text'>;
  /** Absent where the articles do not answer it. */
  readonly answer?: { readonly text: string; readonly citations: readonly Citation[] };
  /** The nearest passages, best first. */
  readonly passages: readonly SuggestedPassage[];
}

export interface SuggestedPassage {
  readonly documentId: string;
  readonly title: string;
  readonly url?: string;
  readonly quote: string;
}

export interface SuggestAnswerOptions {
  readonly answer: Answer;
  readonly timeoutMs?: number;
  /** Suggestions being made; above it they are refused as `busy`. */
  readonly atOnce?: number;
}

/** Undefined where no question waits. Rejects with `model-timeout`, `busy`, what answering ends with, or the signal's reason. */
export type SuggestAnswer = (
  conversation: Conversation,
  options?: CallOptions,
) => Promise<Suggestion | undefined>;

/** The last message may be "is anybody there?": then the question stands before it. */
const questionsTried = 3;
const passagesShown = 3;

export function createSuggestAnswer({
  answer,
  timeoutMs = 12_000,
  atOnce = 4,
}: SuggestAnswerOptions): SuggestAnswer {
  let active = 0;

  async function answerTo(
    conversation: Conversation,
    question: Message,
    { signal }: CallOptions,
  ): Promise<Suggestion> {
    let found: readonly ScoredChunk[] = [];
    const observer = {
      retrieved: (_ms: number, passages: readonly ScoredChunk[]) => {
        found = passages;
      },
    };
    const at = conversation.messages.indexOf(question);
    const asked = { ...conversation, messages: conversation.messages.slice(0, at + 1) };
    const request = { conversation: asked, messageId: newSecret(), replyTo: question.id };
    let said: Suggestion['answer'];
    for await (const event of answer(request, { signal, observer })) {
      if (event.type === 'answer-error')
        throw new AppError(event.code, 'No answer could be suggested.', { publicMessage: event.message });
      if (event.type !== 'answer-end' || event.message.decision !== 'answer') continue;
      // An agent judges for themselves how sure it is.
      said = { text: withoutDoubt(event.message.text), citations: event.message.citations ?? [] };
    }
    return {
      question: { id: question.id, text: question.text },
      ...(said ? { answer: said } : {}),
      passages: nearest(found),
    };
  }

  return async (conversation, { signal } = {}) => {
    const questions = openQuestions(conversation.messages);
    if (questions.length === 0) return undefined;
    if (active >= atOnce) throw new AppError('busy', `${active} suggestions are being made.`);
    active += 1;
    const limit = timeLimit({ timeoutMs, signal, message: `No suggestion after ${timeoutMs} ms.` });
    try {
      let first: Suggestion | undefined;
      for (const question of questions) {
        const suggestion = await answerTo(conversation, question, limit);
        if (suggestion.answer) return suggestion;
        // An older question is not looked up in the place of a newer one that has passages.
        if (!first || first.passages.length === 0) first = suggestion;
      }
      return first;
    } catch (thrown) {
      throw limit.failure(thrown);
    } finally {
      active -= 1;
    }
  };
}

/** Newest first: what the customer wrote since a person's last word, without greetings. */
function openQuestions(messages: readonly Message[]): Message[] {
  const answered = messages.findLastIndex(({ author }) => author === 'person');
  const greeted = new Set(
    messages.flatMap(({ decision, replyTo }) => (decision === 'small-talk' && replyTo ? [replyTo] : [])),
  );
  return messages
    .slice(answered + 1)
    .filter(({ author, id, text }) => author === 'customer' && text !== '' && !greeted.has(id))
    .reverse()
    .slice(0, questionsTried);
}

function nearest(found: readonly ScoredChunk[]): SuggestedPassage[] {
  const articles = found.filter(({ chunk }) => chunk.kind === 'article');
  return articles.slice(0, passagesShown).map(({ chunk: { documentId, title, url, text } }) => ({
    documentId,
    title,
    quote: text,
    ...(url === undefined ? {} : { url }),
  }));
}
