// Messages that are polite and ask nothing. Knows which kind of small talk it is, so that the reply is of the same kind.

export type SmallTalk = 'greeting' | 'thanks' | 'farewell';

const greetings =
  'hi+|hello+|hey+|hiya|good (?:morning|afternoon|evening|day)|greetings|hola|buenos d[ií]as|bonjour|salut|hallo|guten (?:tag|morgen|abend)|moin';
const thanks =
  "thanks?|thank you|thx|ty|merci|gracias|danke|cheers|ok(?:ay)?|great|perfect|cool|awesome|that helped|that works|got it|all good|no that's all|that's all";
const farewells =
  '(?:good ?)?bye(?: ?bye)?|see (?:you|ya)(?: (?:later|soon|around|then))?|you too|same to you|take care|good ?night|have a (?:nice|good|great|lovely) (?:day|evening|night|weekend|week|one)|farewell|adi[oó]s|hasta (?:luego|pronto)|au revoir|bonne (?:journ[eé]e|soir[eé]e)|tsch[uü](?:ss|ß)|auf wiedersehen';
const besides = 'there|team|all|everyone|so much|very much|a lot';

/** Letters of any alphabet end a word; `\b` knows those of English only. */
const words = (alternatives: string) => `(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`;
const smallTalk = new RegExp(
  `^(?:[\\s\\p{P}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\u200d\\ufe0f]|${words([farewells, greetings, thanks, besides].join('|'))})*$`,
  'iu',
);
const says = (alternatives: string) => new RegExp(words(alternatives), 'iu');
const saysThanks = says(thanks);
const saysFarewell = says(farewells);
const saysGreeting = says(greetings);

/** Undefined if the message says anything else. An emoji alone is a friendly sign, like thanks. */
export function smallTalkIn(text: string): SmallTalk | undefined {
  if (text.trim().length === 0 || !smallTalk.test(text.trim())) return undefined;
  if (saysFarewell.test(text)) return 'farewell';
  if (saysThanks.test(text)) return 'thanks';
  return saysGreeting.test(text) || !/\p{Extended_Pictographic}/u.test(text) ? 'greeting' : 'thanks';
}

export function isSmallTalk(text: string): boolean {
  return smallTalkIn(text) !== undefined;
}

/** For a message that the classifier took for thanks: a customer who leaves gets a goodbye. */
export function isFarewell(text: string): boolean {
  return saysFarewell.test(text);
}
