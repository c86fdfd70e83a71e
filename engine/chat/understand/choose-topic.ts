// What a customer replies to "Is it about one of these?": which of the articles the reply names (by number, title or words), or none.
import type { Topic } from '#core/conversation.ts';
import { contentWords, wordsOf } from './content-words.ts';
import { smallTalkIn } from './small-talk.ts';

export type Choice =
  | { readonly kind: 'chosen'; readonly topics: readonly Topic[] }
  /** Yes, but to which of several? */
  | { readonly kind: 'which-one' }
  | { readonly kind: 'none' };

const none =
  /^\W*(?:(?:no+|nope|nah|non|nein|not really|sorry)[\s,.!-]*)*(?:no+|nope|nah|non|nein|not really|(?:none|neither|not any|not one|nothing)(?: of (?:these|them|those|the above|that|the two|the three))?|not (?:these|those|that|any)|(?:something|anything) else|ninguno|ninguna|aucun|aucune|keines?(?: davon)?)(?: (?:of (?:these|them|those)|please|thanks|sorry))*\W*$/i;
const all =
  /^\W*(?:yes,? )?(?:both|all(?: of (?:them|these|those)| (?:two|three|of the above))?)(?: please)?\W*$/i;
/** Beside a number or a word of assent these say nothing: "it's the second one please". */
const fillers = new Set(
  (
    'the a it is its it’s this that these about one ones article topic point option number nr no choice please pls i i’m im mean meant would be guess think probably for me to my want take go with ' +
    'yes yeah yep yup ok okay sure correct right exactly indeed el la lo le les das der die es ist un una sí si oui ja genau claro'
  ).split(' '),
);
const assent = new Set(
  'yes yeah yep yup ok okay sure correct right exactly indeed sí si oui ja genau claro'.split(' '),
);
/** Of one topic only: "that one" names none of several. */
const pointing = new Set('it this that one ones'.split(' '));
const places = [
  /^(?:1(?:st)?|first|primer[oa]?|premi(?:er|ère)|erste[nrs]?)$/,
  /^(?:2(?:nd)?|second|two|segund[oa]|deuxième|seconde?|zweite[nrs]?)$/,
  /^(?:3(?:rd)?|third|three|tercer[oa]?|troisième|dritte[nrs]?)$/,
];
const lastPlace = /^(?:last|[uú]ltim[oa]|derni(?:er|ère)|letzte[nrs]?)$/;
const asks = /\?|\b(?:how|what|where|when|why|who|which|can|could|do|does|is there|are there)\b/i;
const refuses = /\b(?:not|no|never|neither|without|except|instead)\b|n['’]t\b/i;
/** More than this is the question in other words: what is found decides, with what was offered beside it. */
const longestParaphrase = 6;

/** `topics`: what was offered. Undefined where the reply is something else: the question in other words, or another question. */
export function chooseTopic(reply: string, topics: readonly Topic[]): Choice | undefined {
  if (none.test(reply)) return { kind: 'none' };
  if (topics.length === 0) return undefined;
  const chosen = (...picked: readonly Topic[]): Choice => ({ kind: 'chosen', topics: picked });
  const titled = byTitle(reply, topics);
  if (titled) return chosen(titled);
  if (all.test(reply)) return chosen(...topics);
  const words = wordsOf(reply).map((word) => word.replaceAll("'", '’'));
  const telling = words.filter((word) => !fillers.has(word));
  if (telling.length === 1) {
    const place = lastPlace.test(telling[0]!)
      ? topics.length - 1
      : places.findIndex((pattern) => pattern.test(telling[0]!));
    if (topics[place]) return chosen(topics[place]);
  }
  if (telling.length === 0) {
    if (/\b(?:number|option|nr|no)\W+one\b/i.test(reply)) return chosen(topics[0]!);
    if (!words.some((word) => assent.has(word) || pointing.has(word))) return undefined;
    return topics.length === 1 ? chosen(topics[0]!) : { kind: 'which-one' };
  }
  if (smallTalkIn(reply) || asks.test(reply) || refuses.test(reply)) return undefined;
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
  const said = [...contentWords(reply)].filter((word) => !fillers.has(word));
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
