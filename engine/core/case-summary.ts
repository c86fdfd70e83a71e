// What was tried in a conversation, by rule: a line for each question of the customer, with what became of it.
import type { Decision, Feedback, Message } from './conversation.ts';

export interface Attempt {
  /** Id of the customer's message. */
  readonly questionId: string;
  readonly question: string;
  /** Absent while nothing answers it. */
  readonly answer?: {
    /** Id of the message that answers it. */
    readonly messageId: string;
    /** Absent of a person's answer, and of one that was cut off. */
    readonly decision?: Decision;
    /** Who answered, of a person's answer. */
    readonly person?: string;
    /** Of the articles it cites, each once. */
    readonly titles: readonly string[];
    readonly rating?: Feedback['rating'];
  };
}

/** UTF-16 code units of a question that are shown. */
const shownLength = 160;

/** Oldest first. Greetings and thanks are left out. */
export function summarize(messages: readonly Message[], feedback: readonly Feedback[]): Attempt[] {
  const ratingOf = new Map(feedback.map(({ messageId, rating }) => [messageId, rating]));
  const attempts: Attempt[] = [];
  for (const [index, { id, author, text }] of messages.entries()) {
    if (author !== 'customer') continue;
    const answer = answerTo(id, messages.slice(index + 1));
    if (answer?.decision === 'small-talk') continue;
    const rating = ratingOf.get(answer?.id ?? '');
    attempts.push({
      questionId: id,
      question: shorten(text),
      ...(answer
        ? {
            answer: {
              messageId: answer.id,
              titles: [...new Set((answer.citations ?? []).map(({ title }) => title))],
              ...(answer.decision ? { decision: answer.decision } : {}),
              ...(answer.person ? { person: answer.person.name } : {}),
              ...(rating ? { rating } : {}),
            },
          }
        : {}),
    });
  }
  return attempts;
}

/** The assistant's answer says what it answers; a person's stands behind the question, before the next one. */
function answerTo(questionId: string, later: readonly Message[]): Message | undefined {
  const ofBot = later.find(({ author, replyTo }) => author === 'bot' && replyTo === questionId);
  const next = later.findIndex(({ author }) => author === 'customer');
  const before = next === -1 ? later : later.slice(0, next);
  return before.find(({ author }) => author === 'person') ?? ofBot;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= shownLength ? line : `${line.slice(0, shownLength - 1).toWellFormed()}…`;
}
