// The sheets of a workbook as rows of records under their headers. Hidden sheets, rows and columns are not for everybody and left out.
import { columnNames } from './column-names.ts';
import type { FilePart } from './file-part.ts';

export interface Sheet {
  readonly name: string;
  /** Empty cells are empty strings. Positions count from the top of the sheet. */
  readonly rows: readonly (readonly string[])[];
  /** Positions from 0. */
  readonly hiddenRows: ReadonlySet<number>;
  readonly hiddenColumns: ReadonlySet<number>;
}

/** Cells of one column joined to one. Positions from 0. */
export interface Merge {
  readonly column: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of one sheet, empty ones with them. */
export const mostCells = 5_000_000;
/** Above the header there may be the sheet's title, a date, an empty row. */
const headerWithin = 10;

export function sheetParts(sheets: readonly Sheet[], hiddenSheets: number): FilePart[] {
  const parts = sheets.flatMap(sheetPart);
  if (hiddenSheets > 0)
    parts.push({
      type: 'problem',
      reason: `${hiddenSheets} hidden sheet(s) left out: show them to have them read`,
    });
  if (parts.length === 0) parts.push({ type: 'problem', reason: 'no sheet has rows below a header' });
  return parts;
}

function sheetPart({ name, rows, hiddenRows, hiddenColumns }: Sheet): FilePart[] {
  const visible = rows.map((row, position) =>
    hiddenRows.has(position) ? [] : row.filter((_cell, column) => !hiddenColumns.has(column)),
  );
  const at = headerPosition(visible);
  if (at === undefined) return [];
  const header = columnNames(visible[at]!);
  const records = visible.slice(at + 1).flatMap((row, index) => {
    if (filled(row) === 0) return [];
    const record = Object.fromEntries(header.map((column, position) => [column, row[position] ?? '']));
    return [{ line: at + index + 2, record }];
  });
  const left = rows.filter((row, position) => hiddenRows.has(position) && filled(row) > 0).length;
  return [
    ...(records.length > 0 ? [{ type: 'rows', name, records } as const] : []),
    ...(left > 0
      ? [
          {
            type: 'problem',
            name,
            reason: `${left} hidden row(s) left out: show them to have them read`,
          } as const,
        ]
      : []),
  ];
}

/** The first row that is about as wide as the sheet: a title above it fills one cell. */
function headerPosition(rows: readonly (readonly string[])[]): number | undefined {
  const head = rows.slice(0, headerWithin);
  const widest = Math.max(0, ...head.map(filled));
  const at = head.findIndex((row) => filled(row) >= Math.max(1, Math.min(2, widest)));
  return at === -1 ? undefined : at;
}

function filled(row: readonly string[]): number {
  return row.filter((cell) => cell !== '').length;
}

/** Each row of a merged cell has its value. */
export function fillDown(rows: readonly (readonly string[])[], merges: readonly Merge[]): string[][] {
  const filledRows = rows.map((row) => [...row]);
  for (const { column, top, bottom } of merges) {
    const value = filledRows[top]?.[column] ?? '';
    for (let row = top + 1; value !== '' && row <= Math.min(bottom, filledRows.length - 1); row += 1) {
      while (filledRows[row]!.length < column) filledRows[row]!.push('');
      filledRows[row]![column] ||= value;
    }
  }
  return filledRows;
}
