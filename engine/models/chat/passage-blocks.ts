// A passage as a reader sees it: sections of paragraphs, lists, tables and code. A list or table has the line that leads into it.
import type { Chunk } from '#core/document.ts';
import { splitSentences } from '#core/sentences.ts';
import { readBlocks, type TextBlock, unpackBlocks } from '#core/text-blocks.ts';

/** A sentence, a list item with its marker, a table row, or a piece of code. */
export interface Unit {
  readonly text: string;
  readonly kind: 'sentence' | 'item' | 'row' | 'code';
  /** Offsets in the passage. */
  readonly start: number;
  readonly end: number;
  /** Depth in lists, 0 outside. */
  readonly level: number;
}

export interface Block {
  readonly kind: 'paragraph' | 'list' | 'table' | 'code';
  /** Numbered items are steps: leaving one out would mislead. */
  readonly ordered: boolean;
  /** Of all but paragraphs: the lead-in sentence, if there is one, then items, rows or code, each with the sentences that belong to it. */
  readonly units: readonly Unit[];
}

/** What stands under one heading. */
export interface Section {
  /** The innermost heading, inside the passage or above it; empty under the title alone. */
  readonly heading: string;
  readonly blocks: readonly Block[];
}

interface OpenBlock {
  kind: Block['kind'];
  ordered: boolean;
  units: Unit[];
}

/** Passages of a knowledge base from before passages knew their blocks are read by what their lines look like. */
export function passageSections({
  text,
  blocks: packed,
  headingPath = [],
}: Pick<Chunk, 'text' | 'blocks'> & Partial<Pick<Chunk, 'headingPath'>>): Section[] {
  const sections: { heading: string; blocks: OpenBlock[] }[] = [
    { heading: headingPath.at(-1) ?? '', blocks: [] },
  ];
  for (const block of packed === undefined ? readBlocks(text) : unpackBlocks(packed)) {
    if (block.kind === 'heading') {
      const heading = text.slice(block.start, block.end).replace(/^#{1,6}\s+/, '');
      sections.push({ heading, blocks: [] });
    } else addBlock(sections.at(-1)!.blocks, block, unitsOf(text, block));
  }
  return sections
    .map(({ heading, blocks }) => ({ heading, blocks: blocks.filter(({ units }) => units.length > 0) }))
    .filter(({ blocks }) => blocks.length > 0);
}

function addBlock(blocks: OpenBlock[], { kind, level }: TextBlock, units: readonly Unit[]): void {
  const open = blocks.at(-1);
  // What stands inside an item belongs to its list.
  const inside = level > 0 && open?.kind === 'list';
  if (kind === 'paragraph') {
    if (inside) open.units.push(...units);
    else blocks.push({ kind: 'paragraph', ordered: false, units: [...units] });
    return;
  }
  const own = kind === 'row' ? 'table' : kind === 'code' ? 'code' : 'list';
  // A table between two steps is part of the list; rows of one that stands for itself have level 1.
  const isOfItem = inside && (own === 'code' || (own === 'table' && level > 1));
  if (open?.kind === own || isOfItem) {
    open.units.push(...units);
    open.ordered ||= kind === 'step';
    return;
  }
  const leadIn =
    open?.kind === 'paragraph' && /[:：]["'”»)\]]*$/.test(open.units.at(-1)?.text ?? '')
      ? open.units.splice(-1)
      : [];
  blocks.push({ kind: own, ordered: kind === 'step', units: [...leadIn, ...units] });
}

/** The sentences of a block, of an item the first with its marker; a row and a piece of code are one. */
function unitsOf(text: string, { kind, start, end, level }: TextBlock): Unit[] {
  const inside = text.slice(start, end);
  if (kind === 'row' || kind === 'code')
    return inside.trim() === '' ? [] : [{ text: inside, kind, start, end, level }];
  return splitSentences(inside).map((sentence, index) => ({
    text: inside.slice(sentence.start, sentence.end),
    kind: kind !== 'paragraph' && index === 0 ? 'item' : 'sentence',
    start: start + sentence.start,
    end: start + sentence.end,
    level,
  }));
}

export function wordsOf(units: readonly Unit[]): number {
  return units.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
}
