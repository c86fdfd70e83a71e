// A question of a word or two ("How do I cancel?") that several written questions complete, each in its own way: the customer is asked
// which one is meant, in the words of customers.
import type { Message, Topic } from '#core/conversation.ts';
import type { ScoredChunk, WrittenAnswer } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { contentWords, wordsOf } from '../understand/content-words.ts';
import { isOpening } from '../understand/dialogue-state.ts';

export interface AskedQuestion {
  readonly question: string;
  /** Earlier messages, oldest first, without the question. */
  readonly history: readonly Message[];
}

/** More words say which is meant: of those that say something, and of all. */
const fewWords = 2;
const shortQuestion = 6;
/** More are a menu. */
const mostAlternatives = 3;
/** Cosine of the nearest written question: below this nobody has thought of the like, from `same` on it is what is asked. */
const near = 0.55;
const same = 0.88;
/** What is so much farther away than the nearest is about something else. */
const farther = 0.2;

interface Completed {
  readonly topic: Topic;
  readonly cosine: number;
  /** The words that it has and the customer's question has not. */
  readonly own: ReadonlySet<string>;
  readonly place: string;
}

/** `passages`: with the answers to their questions. Two or three questions; empty where there is nothing to ask. */
export function writtenAlternatives(
  { question, history }: AskedQuestion,
  passages: readonly ScoredChunk[],
): readonly Topic[] {
  const asked = new Set(tokenizeForSearch([...contentWords(question)].join(' ')));
  const isThin = asked.size <= fewWords && wordsOf(question).length <= shortQuestion;
  if (asked.size === 0 || !isThin || !isOpening(history)) return [];
  const completed = passages
    .flatMap((passage) => (passage.answers ?? []).map((answer) => completedBy(answer, passage, asked)))
    .sort((a, b) => b.cosine - a.cosine);
  const nearest = completed[0]?.cosine ?? 0;
  if (nearest < near || nearest >= same) return [];
  const chosen: Completed[] = [];
  for (const one of completed) {
    if (chosen.length === mostAlternatives || one.cosine < nearest - farther) break;
    const { own, place } = one;
    if (own === undefined) continue;
    // Who asked in the very words needs no other question.
    if (own.size === 0) return [];
    const isApart = chosen.every(
      (other) => other.place !== place && other.own.symmetricDifference(own).size > 0,
    );
    if (isApart) chosen.push({ ...one, own });
  }
  return chosen.length > 1 ? chosen.map(({ topic }) => topic) : [];
}

function completedBy(
  { question, cosine }: WrittenAnswer,
  { chunk }: ScoredChunk,
  asked: ReadonlySet<string>,
): Omit<Completed, 'own'> & { readonly own: ReadonlySet<string> | undefined } {
  const { documentId, headingPath } = chunk;
  const section = headingPath.at(-1);
  const words = new Set(tokenizeForSearch([...contentWords(question)].join(' ')));
  return {
    topic: {
      documentId,
      // Written as customers write, and shown as a sentence.
      title: question.charAt(0).toUpperCase() + question.slice(1),
      ...(section === undefined ? {} : { section }),
      isQuestion: true,
    },
    cosine,
    own: asked.isSubsetOf(words) ? words.difference(asked) : undefined,
    place: [documentId, ...headingPath].join('\n'),
  };
}
