// What no score may overlook: a sentence that says a number, a name, a code or an address that the passage does not hold, or that denies
// what the passage says, is not supported by it. Words are compared, not meanings.
import { addressesIn } from './addresses.ts';
import { codesIn } from './codes.ts';
import { linksIn, withoutMarkup } from './inline-markup.ts';
import { tokenizeForSearch } from './lexical-tokens.ts';
import { splitSentences } from './sentences.ts';
import { isRowHeld } from './table-row.ts';

export type SupportGap =
  | 'number'
  | 'name'
  | 'code'
  | 'address'
  | 'quotation'
  | 'row'
  | 'negation'
  | 'opposite';

/** Undefined where nothing speaks against it. `passage`: with its title and headings. Both are Markdown. */
export function supportGap(sentence: string, passage: string): SupportGap | undefined {
  const said = plain(sentence);
  const held = plain(passage);
  const missing = (wanted: readonly string[], of: readonly string[]) => {
    const known = new Set(of);
    return wanted.some((one) => !known.has(one));
  };
  const addresses = (text: string) =>
    [...linksIn(text), ...addressesIn(withoutMarkup(text))].map((address) =>
      address.toLowerCase().replace(/^mailto:|\/$/g, ''),
    );
  if (missing(addresses(sentence), addresses(passage))) return 'address';
  if (missing(codesIn(sentence), codesIn(passage))) return 'code';
  if (missing(numbersIn(said), numbersIn(held))) return 'number';
  if (quotationsIn(sentence).some((quoted) => !contains(held, quoted))) return 'quotation';
  if (namesIn(said).some((name) => !contains(held, name))) return 'name';
  if (!isRowHeld(sentence, passage)) return 'row';
  const nearest = nearestSentences(said, held);
  if (nearest.length === 0) return undefined;
  if (nearest.every((other) => negates(other) !== negates(said))) return 'negation';
  return nearest.every((other) => areOpposite(said, other)) ? 'opposite' : undefined;
}

const plain = (text: string) =>
  withoutMarkup(text)
    .normalize('NFKC')
    .replace(/[‘’′]/g, "'")
    .replace(/^\s*(?:[-*+•]|\d{1,3}[.)])\s+/gm, '');

const numberWords = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, index) => [word, `${index}`]),
);
for (const [index, word] of 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').entries())
  numberWords.set(word, `${(index + 2) * 10}`);

/** In figures; "one" is an article as often as a number. */
export function numbersIn(text: string): string[] {
  const words = text.toLowerCase().match(/\d+(?:[.,:]\d+)*|\b[a-z]+\b/g) ?? [];
  return words.flatMap((word) => {
    const number = /^\d/.test(word) ? word.replace(/,(?=\d{3}\b)/g, '') : numberWords.get(word);
    return number === undefined || word === 'one' ? [] : [number];
  });
}

/** Bold and quoted words name what is on a screen. */
function quotationsIn(sentence: string): string[] {
  const quoted = sentence.matchAll(
    /\*\*([^*\n]{2,60})\*\*|"([^"\n]{2,60})"|“([^”\n]{2,60})”|`([^`\n]{2,60})`/g,
  );
  return Array.from(quoted, (match) =>
    plain(match.slice(1).find(Boolean)!)
      .replace(/[.,:;!?]+$/, '')
      .trim(),
  );
}

/**
 * Words in capitals behind the first of the sentence, and those that no ordinary word looks like, wherever they stand. In German
 * every noun has a capital, and it says nothing.
 */
function namesIn(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'&-]*/gu) ?? [];
  const areNames = !german.test(text);
  return words
    .filter((word, index) => {
      if (/^\P{Ll}*$/u.test(word)) return /\p{Lu}{2}/u.test(word);
      if (/\p{Ll}\p{Lu}/u.test(word)) return true;
      return areNames && index > 0 && /^\p{Lu}\p{Ll}/u.test(word) && !startsSentence(text, word);
    })
    .map((word) => word.replace(/'s$/, ''))
    .filter((word) => !/^(?:I|I'm|I'll|I've|I'd)$/.test(word));
}

/** Small words that no other of the languages has. */
const german = /\b(?:der|das|und|ist|nicht|eine?[nmrs]?|dem|auf|wird|sich|Sie|wenn|für)\b/;

/** Behind a full stop, a colon or a bracket a capital begins a sentence. */
function startsSentence(text: string, word: string): boolean {
  const at = text.indexOf(word);
  return /[.:;!?([{"'“]\s*$/.test(text.slice(Math.max(0, at - 3), at));
}

function contains(text: string, part: string): boolean {
  const squeezed = (value: string) =>
    value
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return ` ${squeezed(text)} `.includes(` ${squeezed(part)} `);
}

/** Share of a sentence's words from which on another one speaks of the same. */
const sameSubject = 0.6;

/** Those of the passage that hold most of the sentence's words, if they hold enough of them to speak of the same. */
function nearestSentences(sentence: string, passage: string): string[] {
  const words = new Set(tokenizeForSearch(sentence));
  if (words.size < 2) return [];
  const scored = splitSentences(passage).map(({ start, end }) => {
    const text = passage.slice(start, end);
    const others = new Set(tokenizeForSearch(text));
    return { text, share: [...words].filter((word) => others.has(word)).length / words.size };
  });
  const best = Math.max(0, ...scored.map(({ share }) => share));
  return best < sameSubject ? [] : scored.filter(({ share }) => share >= best).map(({ text }) => text);
}

const negation =
  /\b(?:not|no|never|none|cannot|can't|without|neither|nor|nothing|nobody|unable|nicht|kein\w*|nie|niemals|ohne|weder|ne|pas|jamais|aucune?|sans|nunca|ningún|ninguna?|sin|não|nenhuma?|sem)\b|n't\b|不|没|未|无/i;

export function negates(text: string): boolean {
  return negation.test(text);
}

/** Words that swap a condition. One of a pair in the sentence, and only the other one in the passage, says the opposite. */
const opposites: readonly (readonly [RegExp, RegExp])[] = [
  [/\bbefore\b/i, /\bafter\b/i],
  [
    /\b(?:at least|minimum|or more|more than|over|above)\b/i,
    /\b(?:at most|maximum|up to|or less|less than|fewer than|under|below)\b/i,
  ],
  [/\bmore\b/i, /\b(?:less|fewer)\b/i],
  [/\b(?:enabl\w+|switch\w* on|turn\w* on)\b/i, /\b(?:disabl\w+|switch\w* off|turn\w* off)\b/i],
  [/\balways\b/i, /\b(?:never|sometimes)\b/i],
  [/\b(?:open|opens|opened)\b/i, /\b(?:close|closes|closed)\b/i],
  [/\bincreas\w+\b/i, /\b(?:decreas|reduc)\w+\b/i],
  [/\b(?:allowed|possible|permitted)\b/i, /\b(?:forbidden|impossible|prohibited)\b/i],
  [/\b(?:first|earliest)\b/i, /\b(?:last|latest)\b/i],
  [/\bleft\b/i, /\bright\b/i],
  [/\bfree\b/i, /\b(?:paid|charged|costs?)\b/i],
  [/\boptional\b/i, /\b(?:required|mandatory)\b/i],
  [/\bincoming\b/i, /\boutgoing\b/i],
  [/\b(?:add|adds|added|adding)\b/i, /\b(?:remov|delet)\w+\b/i],
];

function areOpposite(one: string, other: string): boolean {
  const says = (text: string, own: RegExp, theirs: RegExp) => own.test(text) && !theirs.test(text);
  return opposites.some(
    ([a, b]) => (says(one, a, b) && says(other, b, a)) || (says(one, b, a) && says(other, a, b)),
  );
}
