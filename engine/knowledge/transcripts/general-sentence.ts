// Whether a sentence of a past conversation may be shown to another customer: only if it is general, an instruction or a fact that holds for
// all, with nobody's name, place, day, order or money in it. What cannot be decided is not shown.
import { type LanguageRules, languageRules } from './general-words.ts';

export interface GeneralityOptions {
  /** ISO 639-1, of the conversation. */
  readonly language: string;
  /** What the team publishes for customers. */
  readonly vocabulary?: TeamWords | undefined;
  /** What a turn sets off by markup: labels of keys and menus, in small letters. */
  readonly labels?: ReadonlySet<string> | undefined;
  /** A recogniser of names has the last word: true if the sentence names a person or a place. */
  readonly namesSomebody?: ((sentence: string) => boolean) | undefined;
}

export interface TeamWords {
  /** In small letters; in an article for customers, wherever it stands. */
  has(word: string): boolean;
  /** In an article for customers with a capital inside a sentence, or a code: the name of a product, a feature, a label. */
  hasName(word: string): boolean;
}

/** Fewer say nothing by themselves. */
const fewestWords = 5;
const mostCharacters = 600;

/** What no language has to do with: placeholders of redaction, addresses, numbers, money, times. */
const particular: readonly RegExp[] = [
  /\[[A-Z][A-Z _-]{2,20}\]|<[a-z]+>/,
  /@|(?<!\p{L})#\p{L}|https?:\/\/\S*(?:[?&=#]|\d{4}|[A-Z]\w*\d|\d\w*[A-Z])|\b(?:bit\.ly|t\.co|goo\.gl|tinyurl\.com|ow\.ly)\//u,
  /#\s?\d{2,}|\d[\d ,.-]{4,}\d/,
  /\b\d{1,2}[:.h]\d{2}\b(?!\d|\.\d)|\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|uhr|h)\b(?! ?\d)|\bo['’]clock\b/i,
  /\b\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d{2}\b/,
  /[€$£¥₹]|\b\d[\d.,]*\s?(?:euros?|eur|usd|gbp|chf|dollars?|pounds?|bucks|quid|cents?|pence|francs?|franken|reais|real|pesos?|libras?|dólares?)\b|\b(?:euros?|eur|usd|gbp|chf|dollars?|rs\.?)\s?\d/i,
  /(?<![\p{L}\p{N}])\d{1,3} ?%/u,
  /[\u{1F300}-\u{1FAFF}\u2600-\u27BF]|[:;]-?[)(DPp]/u,
  /["“„«][^"”“»]{0,300}\?["”“»]/,
];
/** Codes of displays and models: E4, F7, A12. What is longer may be an order, a seat, a flight. */
const shortCode = /^\p{Lu}-?\d{1,2}$/u;
const acronyms = new Set(
  'ok pin usb led lcd tv pc wifi wi-fi wlan lan vpn url pdf csv xml html sms qr id ip hdmi sim puk faq nfc gps rfid api app uv ac dc ce eu pvc pet lpg ups-free cpu gpu ram ssd hdd iso dns http https tls ssl mfa otp totp 2fa cd dvd bluetooth android ios windows mac macos linux iphone ipad chrome firefox safari edge google apple microsoft'.split(
    ' ',
  ),
);
/** A sentence that goes on from another one says nothing without it. */
const continues =
  /^(?:so|then|that|this|that['’]s|these|those|also|and|but|it|it['’]s|they|both|otherwise|else|instead|das|dies|diese[rs]?|dann|danach|sonst|andernfalls|es|sie (?!\p{Ll}+ (?:die|den|das))|und|aber|auch|deshalb|cela|ça|ceci|ensuite|puis|sinon|et|mais|aussi|il|elle|eso|esto|luego|después|entonces|también|y|pero|si no|isso|isto|depois|então|também|e|mas|senão)(?!\p{L})/iu;

/** `sentence`: of an agent, as it was said. Not general in a language without rules. */
export function isGeneral(
  sentence: string,
  { language, vocabulary, labels, namesSomebody }: GeneralityOptions,
): boolean {
  const rules = languageRules[language.toLowerCase().split('-')[0]!];
  const text = withoutMarks(sentence);
  if (!rules || text.length > mostCharacters || /[?؟？:：]\s*["”“»)]*$/.test(text)) return false;
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];
  if (words.length < fewestWords || !words.some((word) => rules.common.has(word.toLowerCase()))) return false;
  if ([...particular, ...rules.particular].some((pattern) => pattern.test(text))) return false;
  return (
    numbersAreGeneral(text, vocabulary) &&
    capitalsAreGeneral(text, { rules, vocabulary, labels, sentence }) &&
    !namesSomebody?.(sentence)
  );
}

/** Can be quoted without the sentence before it. */
export function standsAlone(sentence: string): boolean {
  return !continues.test(withoutMarks(sentence));
}

/** Without the marker of a list item and the marks of bold words and code. */
function withoutMarks(sentence: string): string {
  return sentence
    .replace(/^\s*(?:[-*•–]|\d{1,2}[.)])\s+/, '')
    .replace(/[*_`]{1,3}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Four digits may be anything: a code of a door, a room, a year. */
function numbersAreGeneral(text: string, vocabulary: TeamWords | undefined): boolean {
  return [...text.matchAll(/[\p{L}\p{N}-]*\d[\p{L}\p{N}-]*/gu)].every(([token]) => {
    if (
      /^\d{1,3}$/.test(token) ||
      /^\d{1,3}[-–]?(?:\p{Ll}{1,8})?$/u.test(token) ||
      /^\d{1,3}-\d{1,3}$/.test(token)
    )
      return true;
    return shortCode.test(token) || acronyms.has(token.toLowerCase()) || vocabulary?.hasName(token) === true;
  });
}

interface Capitals {
  readonly rules: LanguageRules;
  readonly vocabulary: TeamWords | undefined;
  readonly labels: ReadonlySet<string> | undefined;
  /** With its marks. */
  readonly sentence: string;
}

/** Every word with a capital is the first of the sentence, known to the team's articles, or a label. */
function capitalsAreGeneral(text: string, { rules, vocabulary, labels, sentence }: Capitals): boolean {
  // In what is written in small letters alone, names have none either.
  if (!/^["“„«'‘(¿¡]?[\p{Lu}\p{N}]/u.test(text)) return false;
  const setOff = new Set([...(labels ?? []), ...quotedIn(sentence)]);
  const tokens = [...text.matchAll(/\p{L}[\p{L}\p{N}'’-]*/gu)];
  const pressed = new RegExp(
    `(?:^|[\\s(])(?:${rules.labelWords})(?: (?:the|le|la|el|o|a|die|den|das))? ?[“"'‘«„]? ?$`,
    'iu',
  );
  const starts = new RegExp(`^(?:${rules.labelWords})(?!\\p{L})`, 'iu');
  const instructs = new RegExp(`(?<!\\p{L})(?:${rules.labelWords})(?!\\p{L})`, 'iu').test(text);
  let label = false;
  return tokens.every(({ 0: word, index }, position) => {
    const lower = word.toLowerCase();
    const before = text.slice(0, index);
    const isCapital = /^\p{Lu}/u.test(word) || /^\p{Ll}+\p{Lu}/u.test(word);
    // "Settings > Security", "Turn On": what follows a label is one, too.
    label &&= /(?:[>→»/›]| |-)$/.test(before) && (isCapital || /[>→»/›] ?$/.test(before));
    if (!isCapital) return true;
    if (position === 0)
      return starts.test(text) || beginsGenerally(word, tokens[1]?.[0], { rules, vocabulary });
    if (label || acronyms.has(lower) || shortCode.test(word) || vocabulary?.hasName(word)) return true;
    const isPath = /^ ?[>→»›] ?\p{L}/u.test(text.slice(index + word.length, index + word.length + 4));
    if (isPath || pressed.test(before.slice(-40))) {
      label = true;
      return true;
    }
    // What is set off is a label only where something is to be pressed: a booking's code and a name may be bold, too.
    if (setOff.has(lower) && instructs && !/^\p{Lu}{4,}\d*$/u.test(word)) return true;
    if (!rules.capitalNouns) return false;
    return isGermanNoun(word, before, tokens[position + 1]?.[0]);
  });
}

/** The first word has a capital in any case; that it is no name shows by itself or by the next one. */
function beginsGenerally(
  word: string,
  next: string | undefined,
  { rules, vocabulary }: Pick<Capitals, 'rules' | 'vocabulary'>,
): boolean {
  const lower = word.toLowerCase();
  if (rules.common.has(lower) || (/['’]/.test(word) && rules.common.has(lower.split(/['’]/)[0]!)))
    return true;
  if (acronyms.has(lower) || shortCode.test(word) || vocabulary?.has(lower)) return true;
  return next !== undefined && rules.afterVerb.test(next);
}

const germanBefore =
  /(?:^|[\s(])(?:der|die|das|den|dem|des|ein(?:e[nmrs]?)?|kein(?:e[nmrs]?)?|ihr(?:e[nmrs]?)?|jede[nmrs]?|diese[nmrs]?|alle[nr]?|beide[n]?|viel(?:e|en)?|mehr|weniger|ohne|mit|pro|zum|zur|vom|beim|im|am|ins|ans|aufs|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|\d{1,3}) (?:(?:\p{Ll}{3,}(?:e|en|er|es|em)) ){0,2}$/iu;

/** A noun, not a name: behind an article or the like, and no second capital follows, as in "der Kunde Meier". */
function isGermanNoun(word: string, before: string, next: string | undefined): boolean {
  if (/^(?:Sie|Ihr|Ihre|Ihren|Ihrem|Ihrer|Ihnen)$/.test(word)) return true;
  return (
    word.length > 2 &&
    germanBefore.test(before) &&
    !(next !== undefined && /^\p{Lu}/u.test(next) && !/^(?:Sie|Ih)/.test(next))
  );
}

/** Words in quotation marks, bold or code, of at most four words. */
function quotedIn(sentence: string): string[] {
  const pieces = sentence.matchAll(
    /[“"„«‘]\s?([^“”"„«»’\n]{1,40}?)\s?[”"“»’]|\*\*([^*\n]{1,40})\*\*|`([^`\n]{1,40})`|<([\p{L} ]{1,20})>/gu,
  );
  return Array.from(pieces, ([, quoted, bold, code, angled]) => quoted ?? bold ?? code ?? angled ?? '')
    .filter((piece) => piece.split(' ').length <= 4)
    .flatMap((piece) => piece.toLowerCase().match(/\p{L}[\p{L}\p{N}'’-]*/gu) ?? []);
}
