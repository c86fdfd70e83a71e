// Text to the terms that BM25 indexes. Queries and documents go through the same function, so they meet on the same terms.
import { withoutMarkup } from './inline-markup.ts';

/** Longer tokens are cut: nobody searches for them, and a megabyte without a space must not become one term. */
const maxTokenLength = 40;

// A run of letters, marks and digits, and further runs joined to it by one of - _ . / ' ’ & : "wi-fi", "2.3.1", "login.gov".
const wordPattern = /[\p{L}\p{M}\p{N}]+(?:[-_./'’&][\p{L}\p{M}\p{N}]+)*/gu;
const joinerPattern = /[-_./&]/u;
const apostrophePattern = /['’]/gu;
const possessivePattern = /['’]s?$/u;
/**
 * Words that say nothing of the subject, as a customer's everyday sentence is full of them: leaving them out lifted mean nDCG@10 from
 * .539 to .559 with everything else equal. In questions and documents alike, so that they do not count for the coverage either.
 */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a about again all am an and any are as at be been being but by can could did do does dont down for from had has have he her here ' +
    'his how i if im in into is it its ive just me more my no not of on or our out over she should so some such than that the their ' +
    'then there these they this to too up very was we were what when where which while who why will with would you your'
  ).split(' '),
);

// Scripts written without spaces: cut into overlapping pairs of characters, as Lucene's CJK analyser does.
const unspacedPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const diacriticPattern = /\p{M}/gu;

/**
 * Lower-case terms in text order, repeated as often as they occur: Unicode letters and digits, compatibility forms unified (NFKC),
 * diacritics removed, English stop words and endings removed, product codes ("E4", "2FA") kept. A compound such as "wi-fi" gives its
 * parts and the whole ("wi", "fi", "wifi"), so that it is found however the customer writes it. Addresses of links are no words.
 */
export function tokenizeForSearch(text: string): string[] {
  const tokens: string[] = [];
  for (const match of withoutMarkup(text).normalize('NFKC').toLowerCase().match(wordPattern) ?? []) {
    if (match.length > mostRememberedLength) {
      addWord(match, tokens);
      continue;
    }
    let known = tokensOfWords.get(match);
    if (known === undefined) {
      const own: string[] = [];
      addWord(match, own);
      known = own;
      if (tokensOfWords.size >= mostRememberedWords) tokensOfWords.clear();
      tokensOfWords.set(match, known);
    }
    for (const token of known) tokens.push(token);
  }
  return tokens;
}

/** A text is mostly words that came before: looked up, they take a third of the time. */
const tokensOfWords = new Map<string, readonly string[]>();
const mostRememberedWords = 20_000;
/** V8 keeps a longer part of a text as a reference to the whole text. */
const mostRememberedLength = 12;

function addWord(match: string, tokens: string[]): void {
  const word = match.replace(possessivePattern, '').replace(apostrophePattern, '');
  if (!joinerPattern.test(word)) {
    addPart(word, tokens);
    return;
  }
  const parts = word.split(joinerPattern);
  for (const part of parts) addPart(part, tokens);
  if (parts.length <= 4) addPart(parts.join(''), tokens);
}

function addPart(part: string, tokens: string[]): void {
  if (unspacedPattern.test(part)) {
    const characters = [...part];
    if (characters.length === 1) tokens.push(part);
    for (let index = 0; index + 1 < characters.length; index++)
      tokens.push(characters[index]! + characters[index + 1]!);
    return;
  }
  const plain = part.normalize('NFD').replace(diacriticPattern, '').normalize('NFC');
  if (plain.length > 0 && !stopWords.has(plain)) tokens.push(stemEnglish(plain.slice(0, maxTokenLength)));
}

/**
 * Plural, -ing and -ed endings off, final e and y unified: "changing", "changed" and "changes" meet. Words with a digit or another
 * script than Latin, and words of up to three letters, stay. Measured with the stop words on seven sets of questions (mean nDCG@10 of
 * BM25 alone): no stemming .559 to .571, this .585, Porter .585, Porter2 .587.
 */
function stemEnglish(word: string): string {
  if (word.length <= 3 || !/^[a-z]+$/.test(word)) return word;
  const stem = withoutVerbEnding(withoutPlural(word));
  if (stem.length <= 3) return stem;
  if (stem.endsWith('e')) return stem.slice(0, -1);
  if (stem.endsWith('y')) return `${stem.slice(0, -1)}i`;
  // "logging" and "log", "cancelled" and "cancel", and so also "bill" and "billing".
  return /([bdfglmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem;
}

/** Harman's S stemmer (1991). */
function withoutPlural(word: string): string {
  if (word.endsWith('ies')) return /[ea]ies$/.test(word) ? word : `${word.slice(0, -3)}y`;
  if (word.endsWith('es')) return /[aeo]es$/.test(word) ? word : word.slice(0, -1);
  return word.endsWith('s') && !/[us]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Only if a word remains: "string" is not "str", nor "speed" "spe". */
function withoutVerbEnding(word: string): string {
  const rest = word.replace(/(?:ing|(?<!e)ed)$/, '');
  return rest.length >= 3 && /[aeiouy]/.test(rest) ? rest : word;
}
