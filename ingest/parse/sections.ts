// The sections of a document's text under their headings, each a row of units (sentences, list items, table rows, lines of
// code). Each unit knows how good a place the cut before it is.
import { type SentenceRange, splitSentences } from '#core/sentences.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { ParsedBlock } from './parsed-text.ts';

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
  /** Not to be joined with a neighbour, however short. */
  readonly standsAlone: boolean;
  /** Not empty. */
  readonly units: readonly Unit[];
}

export interface SectionOptions {
  readonly title: string;
  /** A sentence longer than this is cut at a word: nothing else would fit it in. */
  readonly maxUnitTokens: number;
}

export function readSections(
  text: string,
  blocks: readonly ParsedBlock[],
  options: SectionOptions,
): Section[] {
  const sections: Section[] = [];
  let heading: Unit | undefined;
  let standsAlone = false;
  let headingPath: readonly string[] = [];
  let body: ParsedBlock[] = [];
  // The title stands before every heading path anyway.
  const underTitle = (path: readonly string[]) => path.filter((name) => name !== options.title);
  const close = () => {
    const units = toUnits(text, body, options.maxUnitTokens);
    if (units.length > 0) {
      if (heading) units[0] = { ...units[0]!, heading };
      sections.push({ headingPath, standsAlone, units, ...(heading ? { heading } : {}) });
    }
    body = [];
    heading = undefined;
    standsAlone = false;
  };
  for (const block of blocks) {
    if (block.kind === 'heading') {
      close();
      const { start, end } = block;
      standsAlone = block.standsAlone ?? false;
      heading = {
        start,
        end,
        tokens: estimateTokens(text.slice(start, end)) - block.level,
        before: 'paragraph',
      };
      continue;
    }
    const path = underTitle(block.headingPath);
    // A part of the page (a tab, a panel) can end without another heading.
    if (body.length > 0 && path.join('\n') !== headingPath.join('\n')) close();
    headingPath = path;
    body.push(block);
  }
  close();
  if (sections.length > 0 || blocks.length === 0) return sections;
  // Nothing but headings: then they are the text.
  const units = blocks.map(({ start, end }, index): Unit => {
    const before = index === 0 ? 'paragraph' : 'sentence';
    return { start, end, before, tokens: estimateTokens(text.slice(start, end)) };
  });
  return [
    {
      headingPath: [],
      standsAlone: false,
      units: units.flatMap((unit) => withinLimit(text, unit, options.maxUnitTokens)),
    },
  ];
}

function toUnits(text: string, blocks: readonly ParsedBlock[], maxUnitTokens: number): Unit[] {
  const units: Unit[] = [];
  for (const [index, block] of blocks.entries()) {
    const previous = blocks[index - 1];
    const first = beforeBlock(text, block, blocks.slice(Math.max(0, index - 2), index));
    for (const [position, range] of rangesOf(text, block).entries()) {
      const before = position === 0 ? first : beforeSentence(text, block, units.at(-1)!);
      const unit = { ...range, before: previous || position > 0 ? before : 'paragraph' } as const;
      const tokens = estimateTokens(text.slice(unit.start, unit.end));
      units.push(...withinLimit(text, { ...unit, tokens }, maxUnitTokens));
    }
  }
  return units;
}

/** Sentences; of code its lines; a row of a table as plain text is whole. */
function rangesOf(text: string, { kind, start, end }: ParsedBlock): SentenceRange[] {
  const inside = text.slice(start, end);
  if (kind !== 'code')
    return splitSentences(inside).map((range) => ({ start: start + range.start, end: start + range.end }));
  const lines: SentenceRange[] = [];
  for (const match of inside.matchAll(/\S[^\n]*/g)) {
    lines.push({ start: start + match.index, end: start + match.index + match[0].trimEnd().length });
  }
  return lines;
}

/** `earlier`: at most the two blocks before, nearest last. */
function beforeBlock(text: string, block: ParsedBlock, earlier: readonly ParsedBlock[]): Unit['before'] {
  const previous = earlier.at(-1);
  if (!previous) return 'paragraph';
  const inList = previous.level > 0;
  if (block.kind === 'code') return 'glued';
  if (block.kind === 'paragraph') {
    if (block.level > 0 && inList) return 'inItem';
    return text[previous.end - 1] === ':' ? 'glued' : 'paragraph';
  }
  const isSecondRow = isBareRow(text, block) && isBareRow(text, previous) && !isBareRow(text, earlier.at(-2));
  return inList && !isSecondRow ? 'item' : 'glued';
}

function beforeSentence(text: string, { kind, level }: ParsedBlock, previous: Unit): Unit['before'] {
  if (kind === 'code')
    return /^(?:```|~~~)/.test(text.slice(previous.start, previous.end)) ? 'glued' : 'inItem';
  if (level > 0) return 'inItem';
  return text[previous.end - 1] === ':' ? 'glued' : 'sentence';
}

/** A table that no parser has read: its first row is its head. */
function isBareRow(text: string, block: ParsedBlock | undefined): boolean {
  return block?.kind === 'row' && text[block.start] === '|';
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
  // A link is one word: its halves would be none.
  for (const match of text.slice(start, end).matchAll(/\[[^[\]\n]{1,300}\]\([^\s()]{1,500}\)\S*|\S+/g)) {
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
