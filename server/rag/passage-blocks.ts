// A passage as a reader sees it: paragraphs of sentences, and lists that belong to the line that leads into them.
import { splitSentences } from '#core/sentences.ts';

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

const headingLine = /^#{1,6}\s+(.*)$/;
const itemLine = /^[ \t]*(?:[-*+•–]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]/;

export function passageBlocks(text: string): Block[] {
  const blocks: { kind: Block['kind']; units: Unit[] }[] = [];
  let heading = '';
  let previousEnd = 0;
  let fenced = false;
  for (const { start, end } of splitSentences(text)) {
    const sentence = text.slice(start, end);
    const paragraphBreak = /\n[ \t]*\n/.test(text.slice(previousEnd, start)) || blocks.length === 0;
    previousEnd = end;
    if (/^(?:```|~~~)/.test(sentence)) {
      fenced = !fenced;
      continue;
    }
    const title = fenced ? undefined : headingLine.exec(sentence)?.[1];
    if (title !== undefined) {
      heading = title;
      blocks.push({ kind: 'paragraph', units: [] });
      continue;
    }
    const kind: Unit['kind'] = fenced ? 'code' : itemLine.test(sentence) ? 'item' : 'sentence';
    const unit: Unit = { text: sentence, kind, heading };
    const open = blocks.at(-1);
    if (kind === 'sentence') {
      // A sentence right behind an item, without a blank line, still belongs to the item.
      const continues = open && !paragraphBreak && open.units.length > 0;
      if (continues) open.units.push(unit);
      else blocks.push({ kind: 'paragraph', units: [unit] });
    } else if (open?.kind === 'list') {
      open.units.push(unit);
    } else {
      const leadIn = open?.units.at(-1)?.text.endsWith(':') ? open.units.pop() : undefined;
      blocks.push({ kind: 'list', units: leadIn ? [leadIn, unit] : [unit] });
    }
  }
  return blocks
    .filter(({ units }) => units.length > 0)
    .map((block) => ({
      ...block,
      ordered: block.units.some(({ text, kind }) => kind === 'code' || /^\s*\d/.test(text)),
    }));
}
