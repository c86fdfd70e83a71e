// What a message asks: the questions in it, without the log, the address or the order number that came with them.
import { splitSentences } from '#core/sentences.ts';
import { contentWords } from './content-words.ts';

export interface AskedQuestion {
  /** The question alone, as the customer put it: what an answer to several is headed with. */
  readonly question: string;
  /** With the sentences that lead up to it: what is looked up. */
  readonly text: string;
}

/** More in one message are answered as one. */
const mostQuestions = 4;
/** A message of more words is a paste: only its questions are looked up, or its beginning and end. */
const longMessage = 80;
const wordsBefore = 40;
const wordsKept = 60;
/** UTF-16 code units that are looked at, half from the beginning and half from the end. */
const longestRead = 20_000;

/** At least one. A single short question comes as it is, without addresses and numbers. */
export function questionsIn(message: string): AskedQuestion[] {
  const isLong = countWords(message) > longMessage;
  const text = isLong ? withoutLogs(bounded(message)) : message;
  const asked = readQuestions(text);
  const [first] = asked;
  if (asked.length > 1 && asked.length <= mostQuestions) return asked.map(withoutNumbers);
  const whole = isLong
    ? first
      ? asked.map((one) => one.text).join(' ')
      : endsOf(text || bounded(message))
    : message;
  return [withoutNumbers({ question: first?.question ?? whole, text: whole.trim() })];
}

/** Sentences with a question mark, each with what was said before it. What cannot stand alone belongs to the question before it. */
function readQuestions(text: string): AskedQuestion[] {
  const asked: { question: string; text: string }[] = [];
  let before = '';
  for (const { start, end } of splitSentences(text)) {
    const sentence = text.slice(start, end).replace(/\s+/g, ' ');
    if (!/[?？]["'”»)\]]*$/.test(sentence)) {
      before = lastWords(`${before} ${sentence}`, wordsBefore);
      continue;
    }
    const isOwn = contentWords(sentence).size > 1 && !(asked.length > 0 && leansBack(sentence));
    const together = [before.trim(), sentence].filter(Boolean).join(' ');
    const last = asked.at(-1);
    if (isOwn) asked.push({ question: sentence, text: together });
    else if (last) last.text = `${last.text} ${together}`;
    else if (before !== '') asked.push({ question: sentence, text: together });
    before = '';
  }
  return asked;
}

const pronoun = /\b(?:it|its|that|this|those|these|them|they|one|ones)\b/i;
/** So few words beside a pronoun do not say what is meant by it. */
const fewWords = 3;

function leansBack(sentence: string): boolean {
  return pronoun.test(sentence) && contentWords(sentence).size <= fewWords;
}

/** Lines that a machine wrote: with a time, of a stack trace, or with hardly any words. */
function withoutLogs(text: string): string {
  return text
    .split('\n')
    .filter((line) => !isLogLine(line))
    .join('\n');
}

function isLogLine(line: string): boolean {
  const start = line.slice(0, 300);
  if (
    /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}|^\W{0,3}\d{2}:\d{2}:\d{2}|^\s*at \S+ ?\(|^\s*(?:INFO|WARN|ERROR|DEBUG|TRACE)\b/.test(
      start,
    )
  )
    return true;
  const letters = start.match(/[\p{L}\s]/gu)?.length ?? 0;
  return start.length > 40 && letters / start.length < 0.6;
}

const address = /\b(?:https?:\/\/|www\.)\S+/gi;
const orderNumber = /(?<![\w.-])(?:[A-Z]{1,5}-?)?\d{6,20}(?![\w-])/g;

/** As long as something is left to look up. */
function withoutNumbers({ question, text }: AskedQuestion): AskedQuestion {
  const rest = text
    .replace(address, ' ')
    .replace(orderNumber, ' ')
    .replace(/[ \t]{2,}/g, ' ')
    .trim();
  return { question, text: contentWords(rest).size > 0 ? rest : text };
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

const countWords = (text: string) => text.match(/\S+/g)?.length ?? 0;
