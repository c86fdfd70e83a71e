// Lines of a PDF to HTML: headings by the size and weight of their letters, paragraphs, lists and tables, each page with its number.
import { isBullet, type PdfLine, type PdfText } from './pdf-lines.ts';
import { createWordJoiner, type WordJoiner } from './pdf-words.ts';
import { escapeHtml } from './xml.ts';

/** A heading is so much larger than the text, or in bold. */
const largerHeading = 1.12;
const longestHeading = 160;
const longestBoldHeading = 90;
const mostHeadingLevels = 4;
/** Of the usual distance of two lines: more of it divides paragraphs. */
const paragraphGap = 1.35;
/** Of its size: the lines of one heading. */
const headingGap = 1.4;
/** A line that ends so far before the right edge of its column, as a share of its width, ends its paragraph if it ends a sentence. */
const shortLine = 0.88;
/** Of the size: how far apart the left edges of cells in a column may be. */
const sameColumn = 1.5;
const leastTableRows = 2;

interface Block {
  readonly kind: 'heading' | 'paragraph' | 'item' | 'step' | 'table';
  readonly page: number;
  readonly lines: PdfLine[];
  text: string;
  /** Of a table. */
  rows?: string[][];
  number?: number;
}

export function pdfHtml(pages: readonly { readonly number: number; readonly lines: readonly PdfLine[] }[]): {
  readonly html: string;
  /** The largest heading of the first page. */
  readonly title?: string;
} {
  const all = pages.flatMap(({ lines }) => lines);
  const bodySize = usualSize(all);
  const leading = usualLeading(all, bodySize);
  const joiner = createWordJoiner(all);
  const blocks: Block[] = [];
  for (const { number, lines } of pages)
    for (const block of blocksOfPage(lines, { page: number, bodySize, leading, joiner })) {
      const last = blocks.at(-1);
      if (last && last.page !== number && continues(last, block))
        last.text = joiner.join(last.text, block.text);
      else blocks.push(block);
    }
  const levels = headingLevels(blocks);
  const largest = blocks
    .filter(({ kind, page }) => kind === 'heading' && page === pages[0]?.number)
    .toSorted((left, right) => right.lines[0]!.size - left.lines[0]!.size)[0];
  return { html: toHtml(blocks, levels), ...(largest ? { title: largest.text } : {}) };
}

interface PageContext {
  readonly page: number;
  readonly bodySize: number;
  readonly leading: number;
  readonly joiner: WordJoiner;
}

function blocksOfPage(lines: readonly PdfLine[], context: PageContext): Block[] {
  const { page, bodySize, leading, joiner } = context;
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    // Of a table of contents: "Cleaning . . . . . 12".
    if (/(?:\.\s?){4,}\s*\d{1,4}$/.test(line.text)) continue;
    const table = readTable(lines, index);
    if (table) {
      blocks.push({ kind: 'table', page, lines: [line], text: '', rows: table.rows });
      index = table.end - 1;
      continue;
    }
    const previous = lines[index - 1];
    const open = blocks.at(-1);
    const marker = readMarker(line);
    const kind = isHeading(line, bodySize, previous) ? 'heading' : (marker?.kind ?? 'paragraph');
    if (
      open &&
      previous &&
      !(marker && kind !== 'heading') &&
      isSameBlock(open, kind, { line, previous, leading, bodySize })
    ) {
      open.text = joiner.join(open.text, line.text);
      open.lines.push(line);
    } else {
      const text = marker && kind !== 'heading' ? marker.text : line.text;
      blocks.push({ kind, page, lines: [line], text, ...(marker?.number ? { number: marker.number } : {}) });
    }
  }
  return bareSteps(blocks.filter(({ text, kind }) => kind === 'table' || text.trim() !== ''));
}

/** `1 Switch it off`, `2 Close the valve`: numbers without a full stop that count on are steps, too. */
function bareSteps(blocks: readonly Block[]): Block[] {
  const numbers = blocks.map(({ kind, text }) =>
    kind === 'paragraph' ? Number(/^(\d{1,2})\s+\p{Lu}/u.exec(text)?.[1] ?? Number.NaN) : Number.NaN,
  );
  return blocks.map((block, index) => {
    const number = numbers[index]!;
    const isStep = numbers[index - 1] === number - 1 || numbers[index + 1] === number + 1;
    return isStep ? { ...block, kind: 'step', number, text: block.text.replace(/^\d+\s+/, '') } : block;
  });
}

function isSameBlock(
  open: Block,
  kind: Block['kind'],
  {
    line,
    previous,
    leading,
    bodySize,
  }: { line: PdfLine; previous: PdfLine; leading: number; bodySize: number },
): boolean {
  const gap = previous.y - line.y;
  const usual = leading * Math.max(1, line.size / bodySize);
  const isNear = gap > 0 && gap <= usual * paragraphGap;
  const goesOnAbove = gap <= 0 && line.column.left !== previous.column.left;
  const last = open.lines.at(-1)!;
  if (open.kind === 'heading')
    return (
      kind === 'heading' &&
      gap > 0 &&
      gap <= line.size * headingGap &&
      Math.abs(last.size - line.size) < 0.6 &&
      last.isBold === line.isBold
    );
  if (kind === 'heading' || open.kind === 'table') return false;
  if (Math.abs(last.size - line.size) > 1) return false;
  // From the foot of a column to the head of the next.
  if (goesOnAbove) return !/[.!?:]["'”)]?$/.test(open.text) && /^\p{Ll}/u.test(line.text);
  if (!isNear) return false;
  if (open.kind !== 'paragraph') return line.x > open.lines[0]!.x + line.size * 0.3 || startsSmall(line);
  const isIndented =
    line.x > last.x + line.size * 0.8 && open.lines.length > 0 && last.x <= last.column.left + 2;
  const width = last.column.right - last.column.left;
  const endedEarly = last.right < last.column.left + width * shortLine && /[.!?:]["'”)]?$/.test(last.text);
  return !isIndented && !endedEarly;
}

function startsSmall({ text }: PdfLine): boolean {
  return /^[\p{Ll}(]/u.test(text);
}

function isHeading(line: PdfLine, bodySize: number, previous: PdfLine | undefined): boolean {
  const { text, size, isBold, cells } = line;
  if (cells.length > 1 || !/\p{L}/u.test(text)) return false;
  if (size >= bodySize * largerHeading && text.length <= longestHeading) return true;
  const isApart = !previous || previous.isBold || previous.y - line.y > size * 1.2 || previous.y < line.y;
  return (
    isBold && isApart && size >= bodySize * 0.95 && text.length <= longestBoldHeading && !/[.,;:]$/.test(text)
  );
}

const stepMarker = /^(\d{1,2})[.)]\s+(?=\S)/;
const letterMarker = /^\(?([a-z])[.)]\s+(?=\S)/;

/** The marker may be a piece of its own. */
function readMarker(line: PdfLine): { kind: 'item' | 'step'; text: string; number?: number } | undefined {
  const first = line.cells[0]!.text.trim();
  const rest = () =>
    line.cells
      .slice(1)
      .map(({ text }) => text.trim())
      .join(' ');
  if (isBullet(first) && line.cells.length > 1) return { kind: 'item', text: rest() };
  const bullet = /^([•‣◦▪■□●○►➢✓✔❖\uF0A7\uF0B7\uF0D8\u2043\u25AA\u25E6])\s*|^[-–*]\s+/u.exec(line.text);
  if (bullet) return { kind: 'item', text: line.text.slice(bullet[0].length) };
  const step = stepMarker.exec(line.text) ?? letterMarker.exec(line.text);
  if (!step) return undefined;
  const number = /\d/.test(step[1]!) ? Number(step[1]) : step[1]!.charCodeAt(0) - 96;
  return { kind: 'step', text: line.text.slice(step[0].length), number };
}

/** Rows of cells whose left edges stand below each other. A line with fewer cells goes on in the cells above. */
function readTable(lines: readonly PdfLine[], start: number): { rows: string[][]; end: number } | undefined {
  const first = lines[start]!;
  if (first.cells.length < 2 || readMarker(first)) return undefined;
  const columns = first.cells.map(({ x }) => x);
  const columnOf = (cell: PdfText) =>
    columns.findIndex((x) => Math.abs(cell.x - x) <= first.size * sameColumn);
  const rows: string[][] = [];
  let end = start;
  for (; end < lines.length; end += 1) {
    const line = lines[end]!;
    const previous = lines[end - 1];
    if (end > start && previous && (previous.y - line.y > first.size * 4 || previous.y < line.y)) break;
    const places = line.cells.map(columnOf);
    if (places.includes(-1)) break;
    if (end > start && line.cells.length === 1 && places[0] === 0) break;
    const goesOn = end > start && places[0] !== 0;
    if (!goesOn) rows.push(columns.map(() => ''));
    const row = rows.at(-1)!;
    for (const [index, cell] of line.cells.entries()) {
      const place = places[index]!;
      row[place] = `${row[place]} ${cell.text.trim()}`.trim();
    }
  }
  return rows.length >= leastTableRows ? { rows, end } : undefined;
}

/** A paragraph that a page break divides. */
function continues(last: Block, next: Block): boolean {
  return (
    next.kind === 'paragraph' &&
    (last.kind === 'paragraph' || last.kind === 'item' || last.kind === 'step') &&
    /^\p{Ll}/u.test(next.text) &&
    !/[.!?:;]["'”)]?$/.test(last.text)
  );
}

function usualSize(lines: readonly PdfLine[]): number {
  const characters = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    characters.set(rounded, (characters.get(rounded) ?? 0) + text.length);
  }
  return [...characters].sort((left, right) => right[1] - left[1])[0]?.[0] ?? 10;
}

function usualLeading(lines: readonly PdfLine[], bodySize: number): number {
  const gaps = lines
    .slice(1)
    .map((line, index) => (Math.abs(line.size - bodySize) < 1 ? lines[index]!.y - line.y : 0))
    .filter((gap) => gap > bodySize * 0.8 && gap < bodySize * 2.5)
    .sort((left, right) => left - right);
  return gaps[Math.floor(gaps.length / 2)] ?? bodySize * 1.2;
}

/** Larger letters first; of the same size, bold ones. */
function headingLevels(blocks: readonly Block[]): Map<string, number> {
  const styles = new Map<string, number>();
  for (const { kind, lines } of blocks)
    if (kind === 'heading') styles.set(styleOf(lines[0]!), lines[0]!.size + (lines[0]!.isBold ? 0.25 : 0));
  const inOrder = [...styles].sort((left, right) => right[1] - left[1]);
  return new Map(inOrder.map(([style], index) => [style, Math.min(index + 1, mostHeadingLevels)]));
}

function styleOf({ size, isBold }: PdfLine): string {
  return `${Math.round(size)}${isBold ? 'b' : ''}`;
}

function toHtml(blocks: readonly Block[], levels: ReadonlyMap<string, number>): string {
  let html = '';
  let page = 0;
  let list: 'ul' | 'ol' | undefined;
  const closeList = () => {
    if (list) html += `</${list}>\n`;
    list = undefined;
  };
  for (const block of blocks) {
    const text = escapeHtml(block.text.trim());
    const wanted = block.kind === 'item' ? 'ul' : block.kind === 'step' ? 'ol' : undefined;
    if (list !== wanted || (block.number === 1 && list)) closeList();
    if (block.page !== page) html += `<hr data-page="${block.page}">\n`;
    page = block.page;
    if (wanted && !list)
      html += block.number && block.number > 1 ? `<ol start="${block.number}">` : `<${wanted}>`;
    list = wanted;
    if (wanted) html += `<li>${text}</li>\n`;
    else if (block.kind === 'heading') {
      const level = levels.get(styleOf(block.lines[0]!)) ?? mostHeadingLevels;
      html += `<h${level}>${text}</h${level}>\n`;
    } else if (block.rows) {
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
      );
      html += `<table>${rows.join('')}</table>\n`;
    } else html += `<p>${text}</p>\n`;
  }
  closeList();
  return html;
}
