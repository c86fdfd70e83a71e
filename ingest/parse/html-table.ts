// Tables to rows that can be found, quoted and read by themselves: each names its columns.
import { attribute, type Element, elementsOf, isHidden, lineOf, type TextOptions } from './html-tree.ts';

interface Cell {
  readonly text: string;
  readonly isHead: boolean;
}

interface Row {
  /** One entry a column; a cell that spans several stands in each. */
  readonly cells: readonly Cell[];
  readonly isHead: boolean;
}

/** More are a mistake or an attack: HTML itself stops at 1,000. */
const mostColumns = 200;
const mostRowsSpanned = 1_000;

/** `first cell — column: cell; column: cell`, one line a row; without column names where the table has no head. */
export function tableRows(table: Element, options?: TextOptions): string[] {
  const rows = readRows(table, options);
  const headRows = rows.findIndex(({ isHead }) => !isHead);
  // Nothing but heads: then they are the content.
  const head = headRows === -1 ? [] : rows.slice(0, headRows);
  const columns = columnNames(head);
  return rows
    .slice(head.length)
    .map(({ cells }) => rowText(cells, columns))
    .filter((text) => text !== '');
}

export function caption(table: Element): string {
  const element = table.childNodes.find((node) => node.nodeName === 'caption') as Element | undefined;
  return element && !isHidden(element) ? lineOf(element) : '';
}

/** A table that only puts blocks side by side. */
export function isLayout(table: Element): boolean {
  for (const { tagName } of elementsOf(table)) if (/^(?:h[1-6]|table|pre)$/.test(tagName)) return true;
  return false;
}

function readRows(table: Element, options?: TextOptions): Row[] {
  const rows: Row[] = [];
  /** By column: the cell that reaches down from above, and through how many rows more. */
  const reaching = new Map<number, { readonly cell: Cell; rows: number }>();
  for (const element of elementsOf(table, ({ tagName }) => !/^(?:td|th|caption)$/.test(tagName))) {
    if (element.tagName !== 'tr' || isHidden(element)) continue;
    const own = element.childNodes.filter(
      (cell): cell is Element => 'tagName' in cell && /^t[dh]$/.test(cell.tagName) && !isHidden(cell),
    );
    const cells: Cell[] = [];
    const fillFromAbove = () => {
      for (let above = reaching.get(cells.length); above; above = reaching.get(cells.length)) {
        above.rows -= 1;
        if (above.rows === 0) reaching.delete(cells.length);
        cells.push(above.cell);
      }
    };
    for (const cell of own) {
      fillFromAbove();
      const read = { text: lineOf(cell, options), isHead: cell.tagName === 'th' || isBold(cell) };
      const down = span(cell, 'rowspan', mostRowsSpanned);
      for (
        let across = span(cell, 'colspan', mostColumns);
        across > 0 && cells.length < mostColumns;
        across -= 1
      ) {
        if (down > 1) reaching.set(cells.length, { cell: read, rows: down - 1 });
        cells.push(read);
      }
    }
    fillFromAbove();
    const inHead = element.parentNode?.nodeName === 'thead';
    if (cells.some(({ text }) => text !== ''))
      rows.push({ cells, isHead: inHead || cells.every(({ text, isHead }) => isHead || text === '') });
  }
  return rows;
}

function span(cell: Element, name: 'rowspan' | 'colspan', most: number): number {
  return Math.min(most, Math.max(1, Number.parseInt(attribute(cell, name) ?? '1', 10) || 1));
}

/** Editors without table heads are given bold cells in their place. */
function isBold(cell: Element): boolean {
  const inside = cell.childNodes.filter((node) => !('value' in node && node.value.trim() === ''));
  const only = inside.length === 1 ? inside[0] : undefined;
  if (!only || !('tagName' in only)) return false;
  return /^(?:b|strong)$/.test(only.tagName) || (/^(?:p|div|span)$/.test(only.tagName) && isBold(only));
}

function columnNames(head: readonly Row[]): string[] {
  const width = Math.max(0, ...head.map(({ cells }) => cells.length));
  return Array.from({ length: width }, (_, column) => {
    const names = head.map(({ cells }) => cells[column]?.text ?? '');
    return [...new Set(names)].filter((name) => name !== '').join(' ');
  });
}

function rowText(cells: readonly Cell[], columns: readonly string[]): string {
  const [first, ...rest] = cells;
  const named: string[] = [];
  for (let index = 0; index < rest.length; ) {
    const cell = rest[index]!;
    const names: string[] = [];
    for (; rest[index] === cell; index += 1) names.push(columns[index + 1] ?? '');
    const name = [...new Set(names)].filter((column) => column !== '').join(', ');
    if (cell !== first && cell.text !== '') named.push(name ? `${name}: ${cell.text}` : cell.text);
  }
  return [first?.text ?? '', named.join('; ')].filter((part) => part !== '').join(' — ');
}
