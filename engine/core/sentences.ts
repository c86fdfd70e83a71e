// Where sentences begin and end: shared by the chunker, which never cuts one, and the extractive answerer, which quotes them.
import { withMarkupHidden } from './inline-markup.ts';

/** Offsets in UTF-16 code units: `text.slice(start, end)` is the sentence without surrounding whitespace. */
export interface SentenceRange {
  readonly start: number;
  readonly end: number;
}

/** A line that stands for itself in Markdown: heading, list item, table row, quotation, fence, rule. */
const structuralLine =
  /^[ \t]*(?:#{1,6}[ \t]|[-*+•–][ \t]|\d{1,3}[.)][ \t]|[a-zA-Z][)][ \t]|\||>|```|~~~|-{3,}[ \t]*$|\*{3,}[ \t]*$)/;
/** Of those, the ones that the following line never continues. */
const closedLine = /^[ \t]*(?:#{1,6}[ \t]|\||```|~~~|-{3,}[ \t]*$|\*{3,}[ \t]*$)/;
/** Three backticks with more of them on the line are a code span. */
const headingLine = /^[ \t]*#{1,6}[ \t]/;
const fenceLine = /^[ \t]*(?:```[^`]*$|~~~)/;

// `etc.`, `a.m.`, `U.S.` and the like end a sentence as often as not and are left to the segmenter.
const abbreviations = new Set(
  (
    'mr mrs ms dr prof st sr jr vs viz cf approx dept tel fig figs no nos vol pp ref ext min max incl excl est resp ' +
    'e.g i.e eg ie bzw ca ggf evtl inkl exkl vgl z.b d.h u.a nr str abs p.ej p.ex sra sres dra núm pág mme mlle env art'
  ).split(' '),
);
const lastWord = /(?:^|[\s([{"'“„«])((?:\p{L}\.)*\p{L}+)\.["'”»)\]]*\s*$/u;
const onlyMarker = /^\s*(?:[-*+•–>]|\d{1,3}[.)]|\p{L}[.)])\s*$/u;
const initial = /(?:^|\s)\p{Lu}\.\s*$/u;
const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' });

/**
 * Splits Markdown or plain text. Ranges are in order and do not overlap; every non-whitespace character lies in exactly
 * one. Headings, list items (with their marker), table rows and lines of code are units of their own; a line break inside
 * a paragraph is a space. Rules: UAX #29 (Intl.Segmenter), then joined again after abbreviations, initials and list markers.
 */
export function splitSentences(text: string): SentenceRange[] {
  const ranges: SentenceRange[] = [];
  for (const block of blocks(text)) splitBlock(text, block, ranges);
  return ranges;
}

function* blocks(text: string): Generator<SentenceRange> {
  let start = -1;
  let end = 0;
  let fenced = false;
  let lineStart = 0;
  while (lineStart < text.length) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline === -1 ? text.length : newline;
    const line = text.slice(lineStart, lineEnd);
    const fence = fenceLine.test(line);
    const blank = line.trim() === '';
    if (start !== -1 && (blank || fenced || fence || structuralLine.test(line))) {
      yield { start, end };
      start = -1;
    }
    if (!blank) {
      if (start === -1) start = lineStart;
      end = lineEnd;
      if (closedLine.test(line)) {
        yield { start, end };
        start = -1;
      }
    }
    if (fence) fenced = !fenced;
    lineStart = lineEnd + 1;
  }
  if (start !== -1) yield { start, end };
}

function splitBlock(text: string, block: SentenceRange, ranges: SentenceRange[]): void {
  const raw = text.slice(block.start, block.end);
  if (headingLine.test(raw)) {
    // "## 4. Reset it" is one heading, not two sentences.
    const start = block.start + raw.length - raw.trimStart().length;
    ranges.push({ start, end: start + raw.trim().length });
    return;
  }
  // The segmenter ends a sentence at every line break; inside a paragraph a break is only where the line was wrapped.
  const flat = withMarkupHidden(raw).replace(/[\r\n\u0085\u2028\u2029]/g, ' ');
  let start = 0;
  for (const { segment, index } of segmenter.segment(flat)) {
    const end = index + segment.length;
    if (end < flat.length && !endsSentence(flat, start, end)) continue;
    const sentence = flat.slice(start, end);
    const from = start + (sentence.length - sentence.trimStart().length);
    const to = end - (sentence.length - sentence.trimEnd().length);
    if (to > from) ranges.push({ start: block.start + from, end: block.start + to });
    start = end;
  }
}

function endsSentence(flat: string, start: number, end: number): boolean {
  // Every rule looks at the last word only; a bounded tail keeps the whole linear.
  const tail = flat.slice(Math.max(start, end - 40), end);
  if (end - start < 12 && onlyMarker.test(flat.slice(start, end))) return false;
  // The segmenter also ends a sentence inside `example.com/a?b=c`; where words are spaced, an end is followed by a space.
  if (/[.?!…]["'”»)\]]*$/.test(tail)) return false;
  if (!/[.]["'”»)\]]*\s+$/.test(tail)) return true;
  if (initial.test(tail)) return false;
  const word = lastWord.exec(tail)?.[1]?.toLowerCase();
  if (word === undefined || !abbreviations.has(word)) return true;
  // `No.` abbreviates only before a number: "No. 12", but "No. Sign in again."
  return /^(?:no|nos|art|abs|fig|figs|min|max)$/.test(word) && !/^\d/.test(flat.slice(end, end + 1));
}
