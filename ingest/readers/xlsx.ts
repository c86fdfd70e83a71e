// Excel workbooks: read-excel-file reads the values; what is hidden and which cells are merged stands in the XML beside them.
import readWorkbook from 'read-excel-file/node';
import { type FilePart, UnreadableFileError } from './file-part.ts';
import { fillDown, type Merge, mostCells, type Sheet, sheetParts } from './sheet-parts.ts';
import { childAt, childrenOf, parseXml } from './xml.ts';
import { readZip, type ZipContents } from './zip-entries.ts';

export async function readXlsx(bytes: Buffer): Promise<FilePart[]> {
  const zip = await readZip(bytes, (name) => /\.(?:xml|rels)$/i.test(name));
  const layouts = sheetLayouts(zip);
  const hidden = [...layouts.values()].filter(({ isHidden }) => isHidden).length;
  const sheets = await readWorkbook(bytes).catch((cause) => {
    throw new UnreadableFileError('damaged, or no Excel workbook: open it in Excel and save it again', {
      cause,
    });
  });
  return sheetParts(
    sheets.flatMap(({ sheet: name, data }): Sheet[] => {
      const layout = layouts.get(name);
      if (layout?.isHidden) return [];
      const rows = fillDown(
        data.map((row) => row.map(cellText)),
        layout?.merges ?? [],
      );
      return [
        {
          name,
          rows,
          hiddenRows: layout?.hiddenRows ?? new Set(),
          hiddenColumns: layout?.hiddenColumns ?? new Set(),
        },
      ];
    }),
    hidden,
  );
}

/** A day stays a day; a cell with an error is empty. */
function cellText(value: unknown): string {
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? ''
      : value
          .toISOString()
          .replace(/T00:00:00\.000Z$/, '')
          .replace(/\.000Z$/, 'Z');
  return value === null || value === undefined ? '' : String(value).trim();
}

interface SheetLayout {
  readonly isHidden: boolean;
  readonly hiddenRows: ReadonlySet<number>;
  readonly hiddenColumns: ReadonlySet<number>;
  readonly merges: readonly Merge[];
}

/** By name of the sheet. Positions count from 0. */
function sheetLayouts(zip: ZipContents): Map<string, SheetLayout> {
  const workbook = zip.text('xl/workbook.xml');
  const rels = zip.text('xl/_rels/workbook.xml.rels');
  if (workbook === undefined || rels === undefined)
    throw new UnreadableFileError('no Excel workbook in it: open it in Excel and save it again');
  const targets = new Map(
    childrenOf(parseXml(rels)).map(({ attributes }) => [attributes.Id, attributes.Target ?? '']),
  );
  const sheets = childrenOf(childAt(parseXml(workbook), 'sheets'), 'sheet');
  return new Map(
    sheets.map(({ attributes }) => {
      const target = targets.get(attributes.id ?? '') ?? '';
      const xml = zip.text(target.startsWith('/') ? target.slice(1) : `xl/${target}`) ?? '';
      return [
        attributes.name ?? '',
        { isHidden: (attributes.state ?? 'visible') !== 'visible', ...layoutOf(xml) },
      ];
    }),
  );
}

/** Looked for in the text: as a tree, a large sheet would take ten times its size. */
function layoutOf(xml: string): Omit<SheetLayout, 'isHidden'> {
  const hiddenRows = new Set<number>();
  const hiddenColumns = new Set<number>();
  let lastRow = 0;
  let lastColumn = 0;
  for (const [row] of xml.matchAll(/<row\b[^>]*>/g))
    if (/\bhidden="(?:1|true)"/.test(row)) hiddenRows.add(Number(/\br="(\d+)"/.exec(row)?.[1]) - 1);
  for (const [, letters, row] of xml.matchAll(/<c r="([A-Z]{1,3})(\d+)"[^/>]*>/g)) {
    lastRow = Math.max(lastRow, Number(row));
    lastColumn = Math.max(lastColumn, columnIndex(letters!) + 1);
  }
  if (lastRow * lastColumn > mostCells)
    throw new UnreadableFileError(
      `a sheet of more than ${mostCells} cells: take out what is far from the table`,
    );
  const columns = /<cols>.*?<\/cols>/s.exec(xml)?.[0] ?? '';
  for (const [column] of columns.matchAll(/<col\b[^>]*>/g)) {
    if (!/\bhidden="(?:1|true)"/.test(column)) continue;
    const first = Number(/\bmin="(\d+)"/.exec(column)?.[1]);
    const last = Math.min(Number(/\bmax="(\d+)"/.exec(column)?.[1]), lastColumn);
    for (let index = first; index <= last; index += 1) hiddenColumns.add(index - 1);
  }
  const merges = Array.from(
    xml.matchAll(/<mergeCell ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"/g),
    ([, column, top, , bottom]) => ({
      column: columnIndex(column!),
      top: Number(top) - 1,
      bottom: Number(bottom) - 1,
    }),
  );
  return { hiddenRows, hiddenColumns, merges };
}

/** `A` is 0. */
function columnIndex(letters: string): number {
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}
