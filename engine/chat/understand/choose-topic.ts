// What a customer replies to "Is it about one of these?": which of the articles the reply names (by number, title or words), or none.
import type { Topic } from '#core/conversation.ts';
import type { DialogueAct } from '#core/dialogue-acts.ts';
import { contentWords, wordsOf } from './content-words.ts';

export type Choice =
  | { readonly kind: 'chosen'; readonly topics: readonly Topic[] }
  /** Yes, but to which of several? */
  | { readonly kind: 'which-one' }
  | { readonly kind: 'none' };

/** What the classifier calls a place in the list. */
const placeOf: Partial<Record<DialogueAct, number>> = {
  'pick-first': 0,
  'pick-second': 1,
  'pick-third': 2,
  'pick-last': -1,
};
/** What these say is not a choice, whatever words it shares with a title. Of a greeting the words of a title are the surer sign. */
const speaksOfElse: readonly DialogueAct[] = ['unhelped', 'anger', 'person', 'attack', 'address'];
/** Nothing but the number of a topic. */
const bareNumber = /^[^\p{L}\p{N}]*(\d{1,2})[^\p{L}\p{N}]*$/u;
const asks = /\?|\b(?:how|what|where|when|why|who|which|can|could|do|does|is there|are there)\b/i;
const refuses = /\b(?:not|no|never|neither|without|except|instead)\b|n['’]t\b/i;
/** More than this is the question in other words: what is found decides, with what was offered beside it. */
const longestParaphrase = 6;

/**
 * `topics`: what was offered; `act`: what the classifier takes the reply for. Undefined where the reply is something else: the question
 * in other words, or another question.
 */
export function chooseTopic(reply: string, topics: readonly Topic[], act: DialogueAct): Choice | undefined {
  const chosen = (...picked: readonly Topic[]): Choice => ({ kind: 'chosen', topics: picked });
  if (topics.length === 0) return act === 'pick-none' ? { kind: 'none' } : undefined;
  const titled = byTitle(reply, topics);
  if (titled) return chosen(titled);
  const number = bareNumber.exec(reply)?.[1];
  const place = number === undefined ? placeOf[act] : Number(number) - 1;
  const placed = place === undefined ? undefined : topics.at(place);
  if (place !== undefined) return placed && chosen(placed);
  if (act === 'pick-none') return { kind: 'none' };
  if (act === 'pick-all') return chosen(...topics);
  if (act === 'yes') return topics.length === 1 ? chosen(topics[0]!) : { kind: 'which-one' };
  if (speaksOfElse.includes(act) || asks.test(reply) || refuses.test(reply)) return undefined;
  const meant = byWords(reply, topics);
  return meant && chosen(meant);
}

const plain = (text: string) => wordsOf(text).join(' ');

/** The title itself, as a click sends it or as it is typed, perhaps with a few words around it. */
function byTitle(reply: string, topics: readonly Topic[]): Topic | undefined {
  const said = plain(reply);
  const named = topics
    .map((topic) => ({ topic, title: plain(topic.title) }))
    .filter(({ title }) => title !== '' && ` ${said} `.includes(` ${title} `))
    .sort((a, b) => b.title.length - a.title.length)[0];
  return named && wordsOf(said).length <= wordsOf(named.title).length + 4 ? named.topic : undefined;
}

/** At least half of what the reply says stands in one title, and more of it than in any other. */
function byWords(reply: string, topics: readonly Topic[]): Topic | undefined {
  const said = [...contentWords(reply)];
  if (said.length === 0 || said.length > longestParaphrase) return undefined;
  const [best, next] = topics
    .map((topic) => {
      const title = [...contentWords(topic.title)];
      return { topic, shared: said.filter((word) => title.some((other) => isSameWord(word, other))).length };
    })
    .sort((a, b) => b.shared - a.shared);
  return best && best.shared * 2 >= said.length && best.shared > (next?.shared ?? 0) ? best.topic : undefined;
}

/** Also "reset" and "resetting": one begins the other, and neither is short. */
function isSameWord(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short === long || (short.length >= 4 && long.startsWith(short) && long.length - short.length <= 4);
}
