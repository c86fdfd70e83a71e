// A passage as a reader sees it: paragraphs of sentences, and lists that belong to the line that leads into them.
import type { Chunk } from '#core/document.ts';
import { splitSentences } from '#core/sentences.ts';
import { readBlocks, type TextBlock, unpackBlocks } from '#core/text-blocks.ts';

export interface Unit {
  /** The sentence or list item, with its list marker. */
  readonly text: string;
  readonly kind: 'sentence' | 'item' | 'code';
  /** The headings inside the passage that the unit stands under, innermost last. */
  readonly heading: string;
}

export interface Block {
  readonly kind: 'paragraph' | 'list';
  /** Numbered items are steps, lines of code a whole: leaving one out would mislead. */
  readonly ordered: boolean;
  /** For a list: the lead-in sentence, if there is one, then the items, each with the sentences that belong to it. */
  readonly units: readonly Unit[];
}

interface OpenBlock {
  kind: Block['kind'];
  ordered: boolean;
  units: Unit[];
}

/** Passages of a knowledge base from before passages knew their blocks are read by what their lines look like. */
export function passageBlocks({ text, blocks: packed }: Pick<Chunk, 'text' | 'blocks'>): Block[] {
  const blocks: OpenBlock[] = [];
  let heading = '';
  for (const block of packed === undefined ? readBlocks(text) : unpackBlocks(packed)) {
    if (block.kind === 'heading') {
      heading = text.slice(block.start, block.end).replace(/^#{1,6}\s+/, '');
      blocks.push({ kind: 'paragraph', ordered: false, units: [] });
      continue;
    }
    const units = unitsOf(text, block).map((unit) => ({ ...unit, heading }));
    const open = blocks.at(-1);
    if (block.kind === 'paragraph') {
      // What stands inside an item belongs to its list.
      if (block.level > 0 && open?.kind === 'list') open.units.push(...units);
      else blocks.push({ kind: 'paragraph', ordered: false, units });
      continue;
    }
    const ordered = block.kind === 'step' || block.kind === 'code';
    if (open?.kind === 'list') {
      open.units.push(...units);
      open.ordered ||= ordered;
    } else {
      const leadIn = open?.units.at(-1)?.text.endsWith(':') ? open.units.splice(-1) : [];
      blocks.push({ kind: 'list', ordered, units: [...leadIn, ...units] });
    }
  }
  return blocks.filter(({ units }) => units.length > 0);
}

/** The sentences of a block, of an item the first with its marker, or the lines of code without their fences. */
function unitsOf(text: string, { kind, start, end }: TextBlock): Omit<Unit, 'heading'>[] {
  const inside = text.slice(start, end);
  if (kind === 'code') {
    const lines = inside.split('\n').filter((line) => line.trim() !== '' && !/^\s*(?:```|~~~)/.test(line));
    return lines.map((line) => ({ text: line.trim(), kind }));
  }
  return splitSentences(inside).map((sentence, index) => ({
    text: inside.slice(sentence.start, sentence.end),
    kind: kind !== 'paragraph' && index === 0 ? 'item' : 'sentence',
  }));
}
