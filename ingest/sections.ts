// The structure of a document's text: sections under headings, each a row of units (sentences, list items, table rows, lines of
// code) that know how willingly a cut is made before them.
import { type SentenceRange, splitSentences } from '#core/sentences.ts';
import { estimateTokens } from './estimate-tokens.ts';

export interface Unit extends SentenceRange {
  readonly tokens: number;
  /**
   * What stands between this unit and the one before: a new paragraph, a new list item or table row, a new sentence of a paragraph or
   * of an item; or `glued`, when the one before leads in to this one (a list's introduction, a table's head, a heading).
   */
  readonly before: 'paragraph' | 'item' | 'sentence' | 'inItem' | 'glued';
  /** Of a section's first unit: the heading line above it. */
  readonly heading?: Unit;
}

export interface Section {
  /** Outermost first, without the document's title. */
  readonly headingPath: readonly string[];
  readonly heading?: Unit;
  /** Not empty. */
  readonly units: readonly Unit[];
}

export interface SectionOptions {
  readonly title: string;
  /** A sentence longer than this is cut at a word: nothing else would fit it in. */
  readonly maxUnitTokens: number;
}

const headingLine = /^#{1,6}[ \t]+/;
const itemLine = /^[ \t]*(?:[-•–][ \t]|\d{1,3}[.)][ \t]|[a-zA-Z][)][ \t])/;
const rowLine = /^[ \t]*\|/;
const fenceLine = /^[ \t]*(?:```[^`]*$|~~~)/;

export function readSections(text: string, options: SectionOptions): Section[] {
  const sentences = splitSentences(text);
  const sections: Section[] = [];
  const stack: { level: number; text: string }[] = [];
  let heading: Unit | undefined;
  let body: SentenceRange[] = [];
  const close = () => {
    if (body.length > 0) {
      const units = toUnits(text, body, options.maxUnitTokens);
      if (heading) units[0] = { ...units[0]!, heading };
      sections.push({
        headingPath: stack.map((entry) => entry.text),
        units,
        ...(heading ? { heading } : {}),
      });
    }
    body = [];
    heading = undefined;
  };
  let fenced = false;
  let headingEnd = -1;
  for (const sentence of sentences) {
    const line = text.slice(sentence.start, sentence.end);
    if (fenceLine.test(line)) fenced = !fenced;
    const marker = fenced ? undefined : headingLine.exec(line)?.[0];
    const startsLine = sentence.start === 0 || text[sentence.start - 1] === '\n';
    if (marker && startsLine) {
      close();
      const lineEnd = text.indexOf('\n', sentence.start);
      headingEnd = lineEnd === -1 ? text.length : lineEnd;
      const name = text.slice(sentence.start + marker.length, headingEnd).trim();
      const level = marker.trim().length;
      while ((stack.at(-1)?.level ?? 0) >= level) stack.pop();
      // The title stands before every heading path anyway.
      if (name !== options.title) stack.push({ level, text: name });
      heading = { start: sentence.start, end: headingEnd, tokens: estimateTokens(name), before: 'paragraph' };
    } else if (sentence.start >= headingEnd) body.push(sentence);
  }
  close();
  if (sections.length > 0 || sentences.length === 0) return sections;
  // Nothing but headings: then they are the text.
  return [{ headingPath: [], units: toUnits(text, sentences, options.maxUnitTokens) }];
}

function toUnits(text: string, sentences: readonly SentenceRange[], maxUnitTokens: number): Unit[] {
  const units: Unit[] = [];
  let inItem = false;
  let inFence = false;
  let previousKind = '';
  for (const [index, { start, end }] of sentences.entries()) {
    const line = text.slice(start, end);
    const between = index === 0 ? '\n\n' : text.slice(sentences[index - 1]!.end, start);
    const kind = fenceLine.test(line)
      ? 'fence'
      : inFence
        ? 'code'
        : itemLine.test(line)
          ? 'item'
          : rowLine.test(line)
            ? 'row'
            : 'prose';
    const newParagraph = /\n[ \t]*\n/.test(between);
    let before: Unit['before'] = newParagraph ? 'paragraph' : 'sentence';
    if (kind === 'item' || kind === 'row') {
      before = previousKind === kind || (previousKind === 'prose' && inItem) ? 'item' : 'glued';
      if (kind === 'row' && isSecondRow(text, sentences, index)) before = 'glued';
    } else if (kind === 'code' || (kind === 'fence' && inFence))
      before = previousKind === 'fence' ? 'glued' : 'inItem';
    else if (kind === 'fence') before = 'glued';
    else if (inItem && !newParagraph) before = 'inItem';
    else if (leadsIn(text, sentences[index - 1])) before = 'glued';
    if (index === 0) before = 'paragraph';
    if (kind === 'fence') inFence = !inFence;
    inItem = kind === 'item' || (inItem && kind === 'prose' && !newParagraph);
    previousKind = kind;
    units.push(...withinLimit(text, { start, end, before, tokens: estimateTokens(line) }, maxUnitTokens));
  }
  return units;
}

function isSecondRow(text: string, sentences: readonly SentenceRange[], index: number): boolean {
  const lineOf = (at: number) => (sentences[at] ? text.slice(sentences[at].start, sentences[at].end) : '');
  return rowLine.test(lineOf(index - 1)) && !rowLine.test(lineOf(index - 2));
}

function leadsIn(text: string, sentence: SentenceRange | undefined): boolean {
  return sentence !== undefined && text[sentence.end - 1] === ':';
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** An absurdly long sentence in pieces that end at words, or between graphemes where there are no words. */
function withinLimit(text: string, unit: Unit, limit: number): Unit[] {
  if (unit.tokens <= limit) return [unit];
  const pieces: Unit[] = [];
  let start = unit.start;
  let end = start;
  let tokens = 0;
  const push = (next: number) => {
    const before = pieces.length === 0 ? unit.before : 'sentence';
    if (end > start) pieces.push({ start, end, tokens, before });
    start = next;
    tokens = 0;
  };
  for (const word of words(text, unit, limit)) {
    if (tokens > 0 && tokens + word.tokens > limit) push(word.start);
    end = word.end;
    tokens += word.tokens;
  }
  push(end);
  return pieces;
}

function* words(
  text: string,
  { start, end }: SentenceRange,
  limit: number,
): Generator<SentenceRange & { tokens: number }> {
  for (const match of text.slice(start, end).matchAll(/\S+/g)) {
    const word = { start: start + match.index, end: start + match.index + match[0].length };
    const tokens = estimateTokens(match[0]);
    if (tokens <= limit / 2) yield { ...word, tokens };
    else {
      for (const { segment, index } of graphemes.segment(match[0])) {
        yield {
          start: word.start + index,
          end: word.start + index + segment.length,
          tokens: estimateTokens(segment),
        };
      }
    }
  }
}
