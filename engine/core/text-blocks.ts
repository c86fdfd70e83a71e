// What a text is made of: headings, paragraphs, list items, table rows and code, as its author wrote it.

/** `step` is an item of a numbered list. */
export type BlockKind = 'heading' | 'paragraph' | 'item' | 'step' | 'row' | 'code';

export interface TextBlock {
  readonly kind: BlockKind;
  /** Offsets in UTF-16 code units, without the whitespace around the block; an item begins with its marker, code with its fence. */
  readonly start: number;
  readonly end: number;
  /** Of a heading 1 to 6. Of all others the depth in lists and tables, 0 outside: a paragraph or code with a depth belongs to the item above it. */
  readonly level: number;
  /** Of a file that has pages: the one it begins on, from 1. */
  readonly page?: number;
}

const letters: Readonly<Record<BlockKind, string>> = {
  heading: 'h',
  paragraph: 'p',
  item: 'i',
  step: 's',
  row: 'r',
  code: 'c',
};
const kinds = new Map(Object.entries(letters).map(([kind, letter]) => [letter, kind as BlockKind]));

/** One short word a block, as in `h2:0-14 p0:16-210` or `p0:0-80@3` on page 3: a server holds those of every passage in memory. */
export function packBlocks(blocks: readonly TextBlock[]): string {
  return blocks
    .map(({ kind, level, start, end, page }) => {
      const block = `${letters[kind]}${level}:${start}-${end}`;
      return page === undefined ? block : `${block}@${page}`;
    })
    .join(' ');
}

export function unpackBlocks(packed: string): TextBlock[] {
  const pattern = /([hpisrc])(\d+):(\d+)-(\d+)(?:@(\d+))?/g;
  return Array.from(packed.matchAll(pattern), ([, letter, level, start, end, page]) => ({
    kind: kinds.get(letter!)!,
    level: Number(level),
    start: Number(start),
    end: Number(end),
    ...(page === undefined ? {} : { page: Number(page) }),
  }));
}

/** The blocks inside `start` to `end`, their offsets counted from `start`. What is left of a cut item is a paragraph of that item. */
export function blocksWithin(blocks: readonly TextBlock[], start: number, end: number): TextBlock[] {
  return blocks
    .filter((block) => block.start < end && block.end > start)
    .map((block) => ({
      kind: block.start < start && block.kind !== 'code' ? 'paragraph' : block.kind,
      level: block.level,
      start: Math.max(block.start, start) - start,
      end: Math.min(block.end, end) - start,
      ...(block.page === undefined ? {} : { page: block.page }),
    }));
}

const fenceLine = /^[ \t]*(?:```[^`]*$|~~~)/;
const headingLine = /^[ \t]*(#{1,6})[ \t]/;
const itemLine = /^([ \t]*)(?:[-*+•–][ \t]|(\d{1,3}[.)]|[a-zA-Z][.)])[ \t])/;
/** A table row, a quotation and a rule stand for themselves. */
const rowLine = /^[ \t]*\|/;
const ownLine = /^[ \t]*(?:>|-{3,}[ \t]*$|\*{3,}[ \t]*$)/;

/** Of text that no parser has read (a message, a text file, a passage of an older knowledge base): what its lines look like. */
export function readBlocks(text: string): TextBlock[] {
  const blocks: { -readonly [Key in keyof TextBlock]: TextBlock[Key] }[] = [];
  let open: (typeof blocks)[number] | undefined;
  let inList = false;
  const begin = (kind: BlockKind, start: number, { end, level = 0 }: { end: number; level?: number }) => {
    open = { kind, start, end, level };
    blocks.push(open);
  };
  for (let lineStart = 0; lineStart < text.length; ) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline === -1 ? text.length : newline;
    const line = text.slice(lineStart, lineEnd);
    const start = lineStart + line.length - line.trimStart().length;
    const end = lineStart + line.trimEnd().length;
    lineStart = lineEnd + 1;
    const fence = fenceLine.test(line);
    if (open?.kind === 'code') {
      open.end = Math.max(open.end, end);
      if (fence) open = undefined;
      continue;
    }
    const heading = headingLine.exec(line)?.[1];
    const item = itemLine.exec(line);
    if (end <= start) {
      open = undefined;
      inList = false;
    } else if (fence) begin('code', start, { end, level: inList ? 1 : 0 });
    else if (heading) {
      begin('heading', start, { end, level: heading.length });
      open = undefined;
    } else if (rowLine.test(line)) {
      begin('row', start, { end, level: 1 });
      open = undefined;
    } else if (item) {
      inList = true;
      begin(item[2] ? 'step' : 'item', start, { end, level: 1 + Math.floor(item[1]!.length / 2) });
    } else if (open && !ownLine.test(line)) open.end = end;
    else begin('paragraph', start, { end, level: inList ? 1 : 0 });
  }
  return blocks;
}
