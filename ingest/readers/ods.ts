// OpenDocument spreadsheets, as LibreOffice and Google write them.
import { type FilePart, UnreadableFileError } from './file-part.ts';
import { fillDown, type Merge, mostCells, type Sheet, sheetParts } from './sheet-parts.ts';
import { childAt, childrenOf, descendants, parseXml, type XmlElement, xmlText } from './xml.ts';
import { readZip } from './zip-entries.ts';

export async function readOds(bytes: Buffer): Promise<FilePart[]> {
  const zip = await readZip(bytes, (name) => /\.xml$/i.test(name));
  if (/<[\w-]+:encryption-data\b/.test(zip.text('META-INF/manifest.xml') ?? ''))
    throw new UnreadableFileError('protected with a password: save a copy without one');
  const xml = zip.text('content.xml');
  if (xml === undefined)
    throw new UnreadableFileError('no spreadsheet in it: open it in LibreOffice and save it again');
  const root = parseXml(xml);
  const hiddenStyles = new Set(
    childrenOf(childAt(root, 'automatic-styles'), 'style')
      .filter((style) => childAt(style, 'table-properties')?.attributes.display === 'false')
      .map(({ attributes }) => attributes.name),
  );
  const tables = childrenOf(childAt(root, 'body', 'spreadsheet'), 'table');
  const shown = tables.filter(({ attributes }) => !hiddenStyles.has(attributes['style-name']));
  return sheetParts(shown.map(readTable), tables.length - shown.length);
}

function readTable(table: XmlElement): Sheet {
  const rows: string[][] = [];
  const merges: Merge[] = [];
  const hiddenRows = new Set<number>();
  const hiddenColumns = new Set<number>();
  let column = 0;
  for (const { attributes } of descendants(table, ['table-column'])) {
    const repeated = repetitions(attributes['number-columns-repeated']);
    if (isHidden(attributes))
      for (let index = 0; index < Math.min(repeated, 1_000); index += 1) hiddenColumns.add(column + index);
    column += repeated;
  }
  let cells = 0;
  // Empty rows and cells at the end are repeated to the edge of the sheet: they count only once something follows.
  let emptyRows = 0;
  for (const row of descendants(table, ['table-row'])) {
    const repeated = repetitions(row.attributes['number-rows-repeated']);
    const values = readRow(row, rows.length + emptyRows, merges);
    if (values.length === 0) {
      emptyRows += repeated;
      continue;
    }
    cells += (emptyRows + repeated) * values.length;
    if (cells > mostCells)
      throw new UnreadableFileError(
        `a sheet of more than ${mostCells} cells: take out what is far from the table`,
      );
    for (; emptyRows > 0; emptyRows -= 1) rows.push([]);
    for (let index = 0; index < repeated; index += 1) {
      if (isHidden(row.attributes)) hiddenRows.add(rows.length);
      rows.push(values);
    }
  }
  return { name: table.attributes.name ?? '', rows: fillDown(rows, merges), hiddenRows, hiddenColumns };
}

/** Without the empty cells at the end. */
function readRow(row: XmlElement, position: number, merges: Merge[]): string[] {
  const values: string[] = [];
  let empty = 0;
  for (const cell of childrenOf(row)) {
    if (cell.name !== 'table-cell' && cell.name !== 'covered-table-cell') continue;
    const repeated = repetitions(cell.attributes['number-columns-repeated']);
    const value = cellText(cell);
    if (value === '') {
      empty += repeated;
      continue;
    }
    if (values.length + empty + repeated > 16_384) break;
    for (; empty > 0; empty -= 1) values.push('');
    const span = repetitions(cell.attributes['number-rows-spanned']);
    if (span > 1) merges.push({ column: values.length, top: position, bottom: position + span - 1 });
    for (let index = 0; index < repeated; index += 1) values.push(value);
  }
  return values;
}

function cellText(cell: XmlElement): string {
  const date = cell.attributes['date-value'];
  if (date) return date.replace(/T00:00:00(?:\.0+)?$/, '');
  return childrenOf(cell, 'p')
    .map((paragraph) => paragraphText(paragraph))
    .join('\n')
    .trim();
}

function paragraphText(paragraph: XmlElement): string {
  return paragraph.children
    .map((node) => {
      if (typeof node === 'string') return node;
      if (node.name === 's') return ' '.repeat(Math.min(100, repetitions(node.attributes.c)));
      if (node.name === 'tab') return ' ';
      if (node.name === 'line-break') return '\n';
      return node.name === 'annotation' ? '' : xmlText(node);
    })
    .join('');
}

function isHidden(attributes: XmlElement['attributes']): boolean {
  return attributes.visibility === 'collapse' || attributes.visibility === 'filter';
}

function repetitions(value: string | undefined): number {
  const number = Number(value ?? 1);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
}
