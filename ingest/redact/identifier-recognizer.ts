// Identifiers that only the words before them give away: "my account number is 40-88213-7", "Kennzeichen K-SB 4127". The words are a table,
// identifier-words.ts; how an identifier may look is said here once for all languages.
import { fillers, identifierWords, userNameWords } from './identifier-words.ts';
import type { PersonalDataKind, Recognizer } from './redact.ts';

/** Words between a word of the table and its identifier. */
const mostFillers = 4;
const filler = /[\s:#=.,()"'’“”„«»°º*/-]{0,4}(\p{L}{1,14}(?:[.’'°º]{1,2}\p{L}{0,6})?)(?=[\s:#=.,]|$)/uy;
const gap = /[\s:#=.,()"'’“”„«»°º*]{0,6}/y;
/** Groups of letters and digits as they are written on cards and labels; the first may be in small letters. */
const identifier =
  /(?=[\p{L}\p{N}./-]{0,30}\d|\p{Lu}{1,5}[ -]?[\p{Lu}\d./-]{0,30}\d)[\p{L}\p{N}](?:[./-]?[\p{L}\p{N}]){0,40}(?: (?:[\p{Lu}\d]*\d[\p{Lu}\d]*|\p{Lu}{1,4})(?:[./-][\p{Lu}\d]+)*(?![\p{Ll}\p{L}])){0,6}/uy;
const chosenName = /[\p{L}\p{N}](?:[._-]?[\p{L}\p{N}]){2,40}/uy;
const year = /^(?:19|20)\d\d$/;
const measure = /^\d{1,4}(?:[.,]\d+)?[- ]?(?:days?|años?|jours?|tage?n?|[a-z]{1,2}|%)$/i;
const version = /^\d{1,4}(?:\.\d{1,4}){1,4}$/;
const ibanLike = /^[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{4}[ -]?[A-Za-z0-9]{4}/;
const cardLike = /^\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}$/;

function wordsPattern(entries: readonly string[]): string {
  return entries
    .flatMap((line) => line.split(', '))
    .sort((a, b) => b.length - a.length)
    .map((words) =>
      words
        .replace(/[.+?()]/g, '\\$&')
        .replace('*', '\\p{L}{0,12}')
        .replace(/’/g, "['’]")
        .replace(/ /g, '[ /-]?'),
    )
    .join('|');
}

/** A word of the table, whole; those of Chinese have no spaces around them. */
function contextPattern(entries: readonly string[]): RegExp {
  return new RegExp(
    `(?<![\\p{Script=Latin}\\p{N}_])(?:${wordsPattern(entries)})(?![\\p{Script=Latin}\\p{N}_])`,
    'giu',
  );
}

/** One for each kind of the table, and one for user names. For transcripts: in an article such numbers are examples. */
export const identifierRecognizers: readonly Recognizer[] = [
  ...(Object.entries(identifierWords) as [PersonalDataKind, readonly string[]][]).map(([kind, entries]) =>
    after(kind, contextPattern(entries), valueAt),
  ),
  after('id', contextPattern([userNameWords]), userNameAt),
];

type ReadValue = (text: string, at: number) => { readonly start: number; readonly end: number } | undefined;

function after(kind: PersonalDataKind, words: RegExp, read: ReadValue): Recognizer {
  return {
    kind,
    documentKind: 'transcript',
    *find(text) {
      let position = 0;
      for (const match of text.matchAll(words)) {
        if (match.index < position) continue;
        const found = read(text, match.index + match[0].length);
        if (!found) continue;
        yield { kind, ...found };
        position = found.end;
      }
    },
  };
}

function valueAt(text: string, from: number): ReturnType<ReadValue> {
  let at = from;
  for (let words = 0; words <= mostFillers; words += 1) {
    filler.lastIndex = at;
    const word = filler.exec(text)?.[1]?.toLowerCase().replace(/'/g, '’').replace(/\.$/, '');
    if (word !== undefined && fillers.has(word)) {
      at = filler.lastIndex;
      continue;
    }
    const start = endOf(gap, text, at) ?? at;
    const end = endOf(identifier, text, start);
    return end !== undefined && isIdentifier(text.slice(start, end)) ? { start, end } : undefined;
  }
  return undefined;
}

/** With a digit, a mark, or a verb before it: "username is moonfox". Not "the username you chose". */
function userNameAt(text: string, from: number): ReturnType<ReadValue> {
  const verb =
    /^(?:\s{0,2}(?:there|here))?(?:\s{0,2}[:=]\s{0,2}|\s{1,2}(?:is|was|es|era|est|ist|lautet|war|é)\s{1,2})["'“„«]?/iu.exec(
      text.slice(from, from + 40),
    );
  if (!verb) return undefined;
  const start = from + verb[0].length;
  const end = endOf(chosenName, text, start);
  return end !== undefined && /[\d_.]/.test(text.slice(start, end)) ? { start, end } : undefined;
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Not a year, a number of days or an amount; card numbers and IBANs have recognizers with a checksum. */
function isIdentifier(found: string): boolean {
  const digits = found.replace(/\D/g, '').length;
  const letters = found.replace(/[^\p{L}]/gu, '').length;
  if (
    year.test(found) ||
    measure.test(found) ||
    version.test(found) ||
    ibanLike.test(found) ||
    cardLike.test(found)
  )
    return false;
  return letters > 0 ? digits >= 2 && digits + letters >= 5 : digits >= 4;
}
