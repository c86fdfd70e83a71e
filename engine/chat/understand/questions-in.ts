// What a message asks: the questions in it, without the log, the address or the order number that came with them.
import { splitSentences } from '#core/sentences.ts';
import { contentWords } from './content-words.ts';
import { isLong, withoutLogs } from './spoken.ts';

export interface AskedQuestion {
  /** The question alone, as the customer put it: what an answer to several is headed with. */
  readonly question: string;
  /** With the sentences that lead up to it: what is looked up. */
  readonly text: string;
  /** Joined to another one by a comma or an "and": it may be half of one question, too. */
  readonly isClause?: boolean;
}

/** More in one message are answered as one. */
const mostQuestions = 4;
const wordsBefore = 40;
const wordsKept = 60;
/** UTF-16 code units that are looked at, half from the beginning and half from the end. */
const longestRead = 20_000;

/** At least one. A single short question comes as it is, without addresses and numbers. */
export function questionsIn(message: string): AskedQuestion[] {
  // Of a paste only the questions are looked up, or its beginning and end.
  const isPaste = isLong(message);
  const text = isPaste ? withoutLogs(bounded(message)) : message;
  const asked = readQuestions(text);
  const [first] = asked;
  if (asked.length > 1 && asked.length <= mostQuestions) return asked.map(withoutNumbers);
  const whole = isPaste
    ? first
      ? asked.map((one) => one.text).join(' ')
      : endsOf(text || bounded(message))
    : message;
  return [withoutNumbers({ question: first?.question ?? whole, text: whole.trim() })];
}

/** Sentences with a question mark, each with what was said before it. What cannot stand alone belongs to the question before it. */
function readQuestions(text: string): AskedQuestion[] {
  const asked: { question: string; text: string; isClause?: boolean }[] = [];
  let before = '';
  const isList = isListOfQuestions(text);
  const sentences = (isList ? text.split('\n') : [text]).flatMap((part) =>
    splitSentences(part).flatMap(({ start, end }) => {
      const sentence = part.slice(start, end).replace(/\s+/g, ' ');
      const clauses = isAsked(sentence) ? clausesOf(sentence) : [sentence];
      return clauses.map((clause) => ({ sentence: clause, isClause: clauses.length > 1 }));
    }),
  );
  for (const { sentence, isClause } of sentences) {
    if (!isAsked(sentence) && !(isList && opensQuestion.test(sentence))) {
      before = lastWords(`${before} ${sentence}`, wordsBefore);
      continue;
    }
    const isOwn = contentWords(sentence).size > 1 && !(asked.length > 0 && leansBack(sentence));
    const together = [before.trim(), sentence].filter(Boolean).join(' ');
    const last = asked.at(-1);
    if (isOwn) asked.push({ question: sentence, text: together, ...(isClause ? { isClause } : {}) });
    else if (last) last.text = `${last.text} ${together}`;
    else if (before !== '') asked.push({ question: sentence, text: together });
    before = '';
  }
  return asked;
}

const isAsked = (sentence: string) => /[?？]["'”»)\]]*$/.test(sentence);

/** How a question begins, in the languages of the desk. */
const openings =
  '(?:(?:and|und|y|et|e) )?(?:how|what|when|where|why|which|who|(?:can|could|may|should|must|do|does|did|is|are|will|would|have|has) (?:i|you|we|it|they|there|the|my|your|a|an)|' +
  'wie|was|wann|wo|warum|wieso|welche[rsnm]?|wer|(?:kann|darf|muss|soll) (?:ich|man|ich)|gibt es|' +
  'cómo|qué|cuándo|dónde|por qué|cuál(?:es)?|cuánt[oa]s?|(?:se )?puedo|hay|' +
  'comment|quand|où|pourquoi|quel(?:le)?s?|combien|est-ce que?|puis-je|peut-on|' +
  'como|quando|onde|por que|qual|quais|quant[oa]s?|posso)';
const opensQuestion = new RegExp(`^\\s*(?:[-*•]\\s+|\\d{1,2}[.)]\\s*)?${openings}(?![\\p{L}\\p{N}])`, 'iu');
/** Where one question ends and another begins in one sentence: "how long does it take and what does it cost?" */
const nextQuestion = new RegExp(
  `(?:,\\s*(?:and|und|y|et|e|or)?\\s*|\\s+(?:and|und|y|et|e)\\s+)(?=${openings}(?![\\p{L}\\p{N}]))`,
  'iu',
);
/** "Do you know when … and where …?" asks for all of it with one verb. */
const leastWords = 2;

/** Who writes one question a line often leaves their marks out. */
function isListOfQuestions(text: string): boolean {
  const lines = text.split('\n').filter((line) => contentWords(line).size > 1);
  return lines.length > 1 && lines.every((line) => opensQuestion.test(line));
}

/** The questions that a comma or an "and" joins, where each of them says what it asks about; else the sentence. */
function clausesOf(sentence: string): string[] {
  const clauses = sentence.split(nextQuestion).filter((clause) => clause.trim() !== '');
  const standAlone =
    clauses.length > 1 &&
    clauses.every(
      (clause) => opensQuestion.test(clause) && contentWords(clause).size >= leastWords && !leansBack(clause),
    );
  if (!standAlone) return [sentence];
  return clauses.map((clause) => (isAsked(clause) ? clause : `${clause}?`));
}

const pronoun = /\b(?:it|its|that|this|those|these|them|they|one|ones|mine|yours)\b/i;
/** So few words beside a pronoun do not say what is meant by it. */
const fewWords = 3;

function leansBack(sentence: string): boolean {
  return pronoun.test(sentence) && contentWords(sentence).size <= fewWords;
}

const address = /\b(?:https?:\/\/|www\.)\S+/gi;
const orderNumber = /(?<![\w.-])(?:[A-Z]{1,5}-?)?\d{6,20}(?![\w-])/g;

/** As long as something is left to look up. */
function withoutNumbers({ question, text, ...asked }: AskedQuestion): AskedQuestion {
  const rest = text
    .replace(address, ' ')
    .replace(orderNumber, ' ')
    .replace(/[ \t]{2,}/g, ' ')
    .trim();
  return { ...asked, question, text: contentWords(rest).size > 0 ? rest : text };
}

function bounded(text: string): string {
  if (text.length <= longestRead) return text;
  return `${text.slice(0, longestRead / 2)}\n${text.slice(-longestRead / 2)}`;
}

function endsOf(text: string): string {
  const words = text.split(/\s+/).filter(Boolean);
  return words.length <= 2 * wordsKept
    ? words.join(' ')
    : [...words.slice(0, wordsKept), ...words.slice(-wordsKept)].join(' ');
}

function lastWords(text: string, count: number): string {
  return text.trim().split(/\s+/).slice(-count).join(' ');
}
