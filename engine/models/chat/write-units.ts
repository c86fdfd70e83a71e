// The chosen units as Markdown, in pieces to stream: lists with their depth, tables with their head, code in fences, one citation mark.
import type { ChosenAnswer } from './choose-answer.ts';
import type { Unit } from './passage-blocks.ts';
import type { ChosenBlock } from './shown-part.ts';

export interface WriteOptions {
  /** `[n]` of the passage. */
  readonly mark: string;
  /** Said where a list was cut. */
  readonly goesOn: string;
}

/** A wider table is a list of rows that name their columns. */
const mostColumns = 5;
/** UTF-16 code units of a column's name. */
const longestColumn = 60;
/** UTF-16 code units. */
const longestUnit = 1_200;
const indentOf = (level: number) => '   '.repeat(Math.max(0, level - 1));

/** Joined they are the answer. */
export function writeUnits({ heading, blocks }: ChosenAnswer, { mark, goesOn }: WriteOptions): string[] {
  const texts = blocks.map(writeBlock);
  const marked = lastThatTakesMark(blocks);
  if (marked === -1) texts.push(mark);
  else texts[marked] = `${texts[marked]} ${mark}`;
  const pieces = texts.map((text, index) => {
    const note = blocks[index]?.isCut && goesOn ? `\n\n${goesOn}` : '';
    return (index === 0 ? '' : '\n\n') + text + note;
  });
  if (heading === undefined) return pieces;
  const inline = blocks[0]?.kind === 'paragraph';
  const behind = !inline ? '\n\n' : /[?？]$/.test(heading) ? ' ' : ': ';
  return [`**${heading.replace(/[*[\]<>]/g, '')}**${behind}`, ...pieces];
}

/** Behind a fence or a table a mark would be a paragraph of its own. */
function lastThatTakesMark(blocks: readonly ChosenBlock[]): number {
  return blocks.findLastIndex(({ kind, units }) => {
    if (kind === 'code') return false;
    return kind !== 'table' || asTable(units) === undefined;
  });
}

function writeBlock({ kind, units }: ChosenBlock): string {
  if (kind === 'paragraph') return units.map(flat).join(' ');
  const leadIn = units[0]?.kind === 'sentence' ? [flat(units[0])] : [];
  const rest = units.slice(leadIn.length);
  if (kind === 'table') return [...leadIn, writeRows(rest)].join('\n\n');
  if (kind === 'code') return [...leadIn, ...rest.map(fenced)].join('\n\n');
  const isList = leadIn.length > 0 || rest.filter((unit) => unit.kind === 'item').length > 1;
  if (!isList) return withoutMarker(rest.map(flat).join(' '));
  let text = leadIn.join('');
  for (const [index, unit] of rest.entries()) {
    if (unit.kind === 'code') text += `\n${fenced(unit)}`;
    else if (unit.kind === 'sentence' && index > 0) text += ` ${flat(unit)}`;
    else text += `${text === '' ? '' : '\n'}${indentOf(unit.level)}${flat(unit)}`;
  }
  return text;
}

const flat = ({ text }: Unit) => bounded(text.replace(/\s*\n\s*/g, ' '));

/** No sentence is so long: what has no end is a text without full stops. */
function bounded(text: string): string {
  return text.length <= longestUnit ? text : `${text.slice(0, longestUnit).replace(/\s+\S*$/, '')} …`;
}

/** The fence is longer than any run of backticks inside. */
function fenced({ text, level }: Unit): string {
  if (/^\s*(?:```|~~~)/.test(text)) return text;
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...text.split('\n'), fence]
    .map((line) => indentOf(level + (level > 0 ? 1 : 0)) + line)
    .join('\n');
}

/** One row is a line where its cells speak for themselves, else a list of its columns; several are a table. */
function writeRows(rows: readonly Unit[]): string {
  const table = asTable(rows);
  if (table) return table;
  const [only, ...others] = rows;
  if (only && others.length === 0) return writeRow(withoutMarker(flat(only)));
  return rows.map(flat).join('\n');
}

const withoutMarker = (text: string) => text.replace(/^\s*[-*+•]\s+/, '');

function asTable(units: readonly Unit[]): string | undefined {
  const rows = units.filter(({ kind }) => kind === 'row').map((unit) => readRow(withoutMarker(flat(unit))));
  const columns = [...new Set(rows.flatMap((row) => [...(row?.cells.keys() ?? [])]))].filter((column) =>
    rows.some((row) => !isEmpty(row?.cells.get(column))),
  );
  if (rows.length < 2) return undefined;
  if (rows.some((row) => row === undefined) || columns.length === 0 || columns.length >= mostColumns)
    return undefined;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(['', ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map((row) => line([row!.label, ...columns.map((column) => row!.cells.get(column) ?? '')])),
  ].join('\n');
}

/** UTF-16 code units of a row that is read at a glance, on a phone in two lines. */
const longestRow = 80;
/** "3 days", "22.50 €", "yes"; a bare "4-5" is read under the name of its column. */
const saysWhatItIs = /\p{L}|\p{Sc}|%/u;

const isEmpty = (cell = '') => /^[\s–—-]*$/.test(cell);

/** Without the cells that say nothing. */
function writeRow(text: string): string {
  const row = readRow(text);
  if (!row) return text;
  const cells = [...row.cells]
    .filter(([, cell]) => !isEmpty(cell))
    .map(([column, cell]) => `${column}: ${cell}`);
  if (cells.length < 2) return [row.label, ...cells].join(', ');
  const line = `${row.label} — ${cells.join('; ')}`;
  if (
    line.length <= longestRow &&
    [...row.cells.values()].every((cell) => isEmpty(cell) || saysWhatItIs.test(cell))
  )
    return line;
  const label = /[\p{L}\p{N})]$/u.test(row.label) ? `${row.label}:` : row.label;
  return [label, ...cells.map((cell) => `- ${cell}`)].join('\n');
}

/** `first cell — column: cell; column: cell`, as tables are ingested; undefined where there are no columns. */
function readRow(text: string): { label: string; cells: Map<string, string> } | undefined {
  const at = text.indexOf(' — ');
  if (at === -1) return undefined;
  const cells = new Map<string, string>();
  let column = '';
  for (const part of text.slice(at + 3).split('; ')) {
    const colon = part.indexOf(': ');
    if (colon >= 1 && colon <= longestColumn) {
      column = part.slice(0, colon);
      cells.set(column, part.slice(colon + 2));
    } else if (column === '') return undefined;
    else cells.set(column, `${cells.get(column)}; ${part}`);
  }
  return { label: text.slice(0, at), cells };
}
