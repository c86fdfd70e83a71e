// Which of the team's answer cards belong to a question. To be given word for word, a card has to be about exactly that: an embedding
// hardly tells "Thermostat 1" from "Thermostat 2", nor "monthly" from "yearly", so every word that the customer wrote counts besides.
import { type CardMatch, cardStatus } from '#core/answer-card.ts';
import type { Message } from '#core/conversation.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { contentWords, wordsOf } from '../understand/content-words.ts';

export interface ChosenCards {
  /** To be given word for word, or handed over by. */
  readonly given?: CardMatch;
  /** Notices, nearest first; `noticesOn` says which of them to show. */
  readonly notices?: readonly CardMatch[];
  /** Alike, but about something else perhaps: no more than a passage. */
  readonly near?: readonly CardMatch[];
}

export interface CardSituation {
  /** Complete in itself. */
  readonly question: string;
  /** The embedder that the similarities are from. */
  readonly modelId: string;
  /** Nearest first. */
  readonly found: readonly CardMatch[];
  /** Earlier messages. */
  readonly history: readonly Message[];
  /** Of the conversation, BCP 47. */
  readonly language: string | undefined;
  readonly now: Date;
}

/** Fitted by `npm run measure-cards` on the sample company's cards, with questions that nearly match; docs/cards.md has the figures. */
export const cardThresholds = {
  /** What they were fitted with: of another embedder's cosines nothing is known, and the words alone have to do. */
  embedder: 'answerdesk-embedder-2',
  /** Cosine from which a question is the same if the card knows all of its words. */
  sameWords: 0.7,
  /** The same, if it has words of asking besides that the card does not know. */
  askedOtherwise: 0.8,
  /** Share of the card's question that what was asked has to say, too. */
  sharedWords: 0.5,
  /** Nearer than the next card by so much, or it is not clear which one is meant. */
  margin: 0.02,
  /** Cosine from which a card is worth a look, and a notice worth showing. */
  near: 0.75,
} as const;

/** "I'd", "we'll": without their sign they would be taken for words such as "id". */
const contractions =
  /(?<!\p{L})(?:i|you|we|he|she|it|they|there|that|what|who)['’](?:d|ll|ve|re|m|s)(?!\p{L})/giu;
/** How one asks, not what about. */
const askingWords = tokensOf(
  'until till long many day time period duration length last make set up give let use say mean show see explain tell error code message problem issue item product thing device possible way start begin please exactly like love wish',
);
const negations = new Set(
  'not no never without cannot dont cant wont doesnt didnt isnt arent wasnt couldnt wouldnt shouldnt hasnt havent nicht kein keine keinen nie ohne sin nunca jamais pas sans não nunca sem nem 不 没 没有'.split(
    ' ',
  ),
);

export function chooseCards({ found, history, language, now, ...asked }: CardSituation): ChosenCards {
  const said = new Set(history.flatMap(({ cards = [] }) => cards));
  const usable = found.filter(
    ({ card }) =>
      cardStatus(card, now) === 'approved' &&
      card.audience === 'customer' &&
      speaks(card.language, language) &&
      // What did not help is not said again. But what must not be answered is not answered the second time either.
      (card.kind === 'hand-over' || !said.has(card.id)),
  );
  const sameSense = usable.filter((match) => isNegated(match.question) === isNegated(asked.question));
  const exact = (isFitted(asked) ? bestOfEach(sameSense) : sameSense).filter((match) =>
    asksTheSame(match, usable, asked),
  );
  const given = theOne(exact.filter((match) => !isNotice(match))) ?? exact.find(isNotice);
  const others = bestOfEach(usable).filter(({ card }) => card.id !== given?.card.id);
  return {
    ...(given ? { given } : {}),
    // Of another embedder's cosines nothing is known.
    notices: others
      .filter(isNotice)
      .map((match) => (isFitted(asked) ? match : { ...match, similarity: undefined })),
    near: others.filter((match) => match.card.kind === 'answer' && isNear(match) && isFitted(asked)),
  };
}

/** To be shown before whatever else is said: what is nearly asked about, or what rests on the same article. `topic`: ids of documents. */
export function noticesOn(topic: readonly string[], { notices = [] }: ChosenCards): CardMatch[] {
  return notices.filter(
    (match) => isNear(match) || match.card.sources.some((source) => topic.includes(source)),
  );
}

/** The same words in any order, and more than one. */
export function isSameQuestion(asked: string, question: string): boolean {
  return allTokens(asked).size > 1 && sameSet(allTokens(asked), allTokens(question));
}

const isNotice = ({ card }: CardMatch) => card.kind === 'notice';
const isNear = ({ similarity = 0 }: CardMatch) => similarity >= cardThresholds.near;

type Asked = Pick<CardSituation, 'question' | 'modelId'>;

function asksTheSame(
  { card, question, similarity = 0 }: CardMatch,
  usable: readonly CardMatch[],
  asked: Asked,
): boolean {
  if (isFitted(asked) && similarity < cardThresholds.sameWords) return false;
  const words = tokensOf(asked.question);
  const own = tokensOf(question);
  if (words.size === 0 || !isFitted(asked)) return sameSet(allTokens(asked.question), allTokens(question));
  if (share(own, words) < cardThresholds.sharedWords) return false;
  const known = new Set(
    usable.filter((match) => match.card.id === card.id).flatMap((match) => [...tokensOf(match.question)]),
  );
  const unknown = words.difference(known);
  if (unknown.size === 0) return true;
  return unknown.isSubsetOf(askingWords) && similarity >= cardThresholds.askedOtherwise;
}

/** A person's rule before an answer; of several answers the nearest, if it is clearly nearer. */
function theOne(exact: readonly CardMatch[]): CardMatch | undefined {
  const handOver = exact.find(({ card }) => card.kind === 'hand-over');
  if (handOver) return handOver;
  const [best, next] = exact;
  const lead = (best?.similarity ?? 0) - (next?.similarity ?? 0);
  return next && lead < cardThresholds.margin ? undefined : best;
}

function bestOfEach(matches: readonly CardMatch[]): CardMatch[] {
  const best = new Map<string, CardMatch>();
  for (const match of matches) if (!best.has(match.card.id)) best.set(match.card.id, match);
  return [...best.values()];
}

function isFitted({ modelId }: Asked): boolean {
  return modelId.split('@')[0] === cardThresholds.embedder;
}

/** A conversation whose language is not known may be in any. */
function speaks(cardLanguage: string, language: string | undefined): boolean {
  const spoken = language?.toLowerCase().split('-')[0];
  return spoken === undefined || cardLanguage === 'und' || cardLanguage === spoken;
}

function isNegated(text: string): boolean {
  return wordsOf(text).some((word) => negations.has(word.replace(/['’]/g, '')));
}

/** What the text is about. */
function tokensOf(asked: string): Set<string> {
  const text = asked.replace(contractions, ' ');
  const said = contentWords(text);
  const empty = wordsOf(text).filter((word) => !said.has(word.replace(/['’]/g, '')));
  return allTokens(text).difference(allTokens(empty.join(' ')));
}

function allTokens(text: string): Set<string> {
  return new Set(tokenizeForSearch(text));
}

function share(of: ReadonlySet<string>, within: ReadonlySet<string>): number {
  return of.size === 0 ? 0 : of.intersection(within).size / of.size;
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size > 0 && a.size === b.size && a.isSubsetOf(b);
}
