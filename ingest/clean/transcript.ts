// A past conversation to a document: the customer's problem and the agent's resolution. The document's text is the agent's alone, so
// that nothing a customer said can be quoted; the problem stands in a heading above it and is embedded with every passage.
import { type Audience, type Document, type TextRange, transcriptTitle } from '#core/document.ts';
import { splitSentences } from '#core/sentences.ts';
import { standsAlone } from '#knowledge/transcripts/general-sentence.ts';
import { oneLine } from '#parse/clean.ts';
import type { TranscriptTurn } from '../item.ts';
import { type Boilerplate, sentencesOf } from './boilerplate.ts';

/** Turns are clean and redacted. */
export interface Conversation {
  readonly id: string;
  readonly source: string;
  readonly turns: readonly TranscriptTurn[];
  readonly audience: Audience;
  readonly language: string;
  readonly url?: string;
  /** Hashes of the addresses of whose it is. */
  readonly subjects?: readonly string[];
  /** What its turns set off by markup, in small letters. */
  readonly labels?: ReadonlySet<string>;
}

const problemWords = 40;
/** With fewer, what the customer says next belongs to the problem too. */
const leastProblemWords = 8;
/** Fewer words are no resolution. */
const leastResolutionWords = 8;

/**
 * `isGeneral`: whether a sentence of the agent may be shown to other customers; without it none is. Undefined when no agent said anything that could help another
 * customer, or no customer said what the matter is.
 */
export function transcriptToDocument(
  conversation: Conversation,
  boilerplate: Boilerplate,
  isGeneral: (sentence: string) => boolean = () => false,
): Document | undefined {
  const problem = problemOf(conversation.turns, boilerplate);
  const resolution = resolutionOf(conversation.turns, boilerplate);
  if (problem === '' || wordCount(resolution) < leastResolutionWords) return undefined;
  const { id, source, audience, language, url, turns, subjects } = conversation;
  const last = turns.findLast((turn) => turn.time !== undefined)?.time;
  const heading = `## ${problem}\n\n`;
  const quotable = generalRanges(resolution, isGeneral).map(({ start, end }) => ({
    start: heading.length + start,
    end: heading.length + end,
  }));
  return {
    id,
    pageContent: heading + resolution,
    metadata: {
      source,
      kind: 'transcript',
      title: transcriptTitle,
      audience,
      language,
      ...(url === undefined ? {} : { url }),
      ...(last === undefined ? {} : { updated: new Date(last).toISOString() }),
      ...(quotable.length > 0 ? { quotable } : {}),
      ...(subjects === undefined ? {} : { subjects }),
    },
  };
}

/** A sentence that goes on from one that is not shown is not shown either. */
function generalRanges(text: string, isGeneral: (sentence: string) => boolean): TextRange[] {
  const ranges: TextRange[] = [];
  let before: TextRange | undefined;
  for (const range of splitSentences(text)) {
    const sentence = text.slice(range.start, range.end);
    const goesOn = before !== undefined && before === ranges.at(-1);
    if (isGeneral(sentence) && (goesOn || standsAlone(sentence))) ranges.push(range);
    before = range;
  }
  return ranges;
}

const courtesy =
  /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|dear|thanks?|thank you|please|ok(?:ay)?|yes|no|sure|cheers|hola|bonjour|hallo|guten tag)\b[^?]{0,25}$/i;

/** What the customer said before the first help came, or a little after if that was hardly anything. One line. */
function problemOf(turns: readonly TranscriptTurn[], boilerplate: Boilerplate): string {
  const sentences: string[] = [];
  let words = 0;
  let helped = false;
  for (const { role, text } of turns) {
    const said = sentencesOf(plainTurn(text));
    if (role === 'agent') helped ||= said.some((sentence) => !boilerplate.has(sentence));
    else if (!helped || words < leastProblemWords) {
      const telling = said.filter((sentence) => !courtesy.test(sentence) && wordCount(sentence) > 1);
      sentences.push(...telling);
      words += wordCount(telling.join(' '));
    }
    if (words >= problemWords) break;
  }
  const kept = oneLine(sentences.join(' ').replace(/^[#>\s-]+/, ''), 2_000).split(' ');
  return oneLine(
    kept.length > problemWords ? `${kept.slice(0, problemWords).join(' ')}…` : kept.join(' '),
    400,
  );
}

/** One paragraph a turn, without what helps nobody else. */
function resolutionOf(turns: readonly TranscriptTurn[], boilerplate: Boilerplate): string {
  const said = new Set<string>();
  const paragraphs: string[] = [];
  for (const { role, text } of turns) {
    if (role !== 'agent') continue;
    const kept = sentencesOf(plainTurn(text)).filter(
      (sentence) => !boilerplate.has(sentence) && !said.has(sentence),
    );
    for (const sentence of kept) said.add(sentence);
    if (kept.length > 0) paragraphs.push(joinSentences(kept));
  }
  return paragraphs.join('\n\n');
}

/** List items stay on lines of their own. */
function joinSentences(sentences: readonly string[]): string {
  return sentences.reduce(
    (text, sentence) =>
      text === '' ? sentence : text + (/^(?:[-•]|\d{1,2}[.)])\s/.test(sentence) ? '\n' : ' ') + sentence,
    '',
  );
}

/**
 * Without the handles that posts begin with, without what is quoted of the other side, and without lines that would be read as headings.
 */
export function plainTurn(text: string): string {
  return (
    text
      .trimStart()
      .replace(/^(?:\s*@[\w.-]{1,50}[,:]?)+\s*/, '')
      .replace(/^[ \t]*>.*$/gm, '')
      .replace(/^[ \t]*#{1,6}[ \t]+/gm, '')
      // Parts of a long post, and the initials or name that agents sign with.
      // Spaces are counted to a few: a run of thousands would be read from each of them to its end.
      .replace(/(?:^|[ \t]{1,3})\(?\b\d\/\d\)?(?=\s|$)/g, ' ')
      .trimEnd()
      .replace(/\s{1,3}[-–—~^*]\s?\p{Lu}\p{L}{0,12}\.?$/u, '')
      .trim()
  );
}

function wordCount(text: string): number {
  return text.replace(/https?:\/\/\S+/g, ' ').match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}
