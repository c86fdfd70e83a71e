// The lines of a PDF page in the order in which they are read. A PDF says where each piece of text stands and nothing of lines, columns
// or tables.

export interface PdfText {
  readonly text: string;
  /** Points from the left and the bottom of the page. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Points. */
  readonly size: number;
  readonly isBold: boolean;
}

export interface PdfLine {
  /** Side by side, from left to right; more than one may be cells of a row. */
  readonly cells: readonly PdfText[];
  readonly text: string;
  readonly x: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  readonly isBold: boolean;
  /** Left and right of the column that it stands in. */
  readonly column: { readonly left: number; readonly right: number };
}

/** Of the size of its letters: two pieces on one line that are further apart are cells, or lines of two columns. */
const widestSpace = 1;
/** Of the size: from here on two pieces are two words. */
const narrowestSpace = 0.16;
/** Of the size: a sub- or superscript still stands on its line. */
const sameLine = 0.45;
/** A column is at least so wide, as a share of what is divided. */
const narrowestColumn = 0.22;
/** Prose fills its column; the cells of a table do not. Share of the column that half of its lines fill at least. */
const leastFilled = 0.55;
/** A column has so many lines at least. */
const shortestColumn = 4;
const deepestDivision = 12;

export function readLines(pieces: readonly PdfText[]): PdfLine[] {
  return divide(segmentsOf(pieces), 0).flatMap(linesOf);
}

/** Words that stand together on one line. */
function segmentsOf(pieces: readonly PdfText[]): PdfText[] {
  const inLines = pieces.toSorted((left, right) => right.y - left.y || left.x - right.x);
  const segments: PdfText[] = [];
  let line: PdfText[] = [];
  const close = () => {
    let open: PdfText | undefined;
    for (const piece of line.toSorted((left, right) => left.x - right.x)) {
      const gap = open ? piece.x - (open.x + open.width) : 0;
      const size = Math.max(open?.size ?? 0, piece.size);
      if (open && gap < size * widestSpace && gap > -size * 2 && !isBullet(piece.text))
        open = joined(open, piece, gap);
      else {
        if (open) segments.push(open);
        open = piece;
      }
    }
    if (open) segments.push(open);
    line = [];
  };
  for (const piece of inLines) {
    const first = line[0];
    if (first && Math.abs(first.y - piece.y) > Math.max(first.size, piece.size) * sameLine) close();
    line.push(piece);
  }
  close();
  return segments;
}

function joined(left: PdfText, right: PdfText, gap: number): PdfText {
  const isApart = gap > Math.max(left.size, right.size) * narrowestSpace;
  const space = isApart && !left.text.endsWith(' ') && !right.text.startsWith(' ') ? ' ' : '';
  const main = left.text.length >= right.text.length ? left : right;
  return {
    text: left.text + space + right.text,
    x: left.x,
    y: main.y,
    width: Math.max(left.width, right.x + right.width - left.x),
    size: main.size,
    isBold: left.isBold && right.isBold,
  };
}

export function isBullet(text: string): boolean {
  return /^[•‣◦▪▫■□●○▸►➢➤✓✔❖·–—\-*o\uF0A7\uF0B7\uF0D8\uF076\uF0FC\u2043\u25AA\u25E6]$/u.test(text.trim());
}

/** Recursive cuts at columns, and above and below what is as wide as the page (XY-cut; Nagy and Seth, 1984). */
function divide(segments: readonly PdfText[], depth: number): PdfText[][] {
  if (segments.length < 2 * shortestColumn || depth > deepestDivision) return [[...segments]];
  const gutter = findGutter(segments);
  if (gutter === undefined) return [[...segments]];
  // What crosses the gutter (a title, a wide picture's caption) divides the page into bands.
  const crossing = segments.filter(({ x, width }) => x < gutter && x + width > gutter);
  const bands: PdfText[][] = [];
  let rest = segments.filter((segment) => !crossing.includes(segment));
  for (const wide of crossing.toSorted((left, right) => right.y - left.y)) {
    bands.push(rest.filter(({ y }) => y > wide.y));
    rest = rest.filter(({ y }) => y <= wide.y);
    bands.push([wide]);
  }
  bands.push(rest);
  return joinWide(bands, gutter).flatMap((band) => {
    const left = band.filter(({ x }) => x < gutter);
    const right = band.filter(({ x }) => x >= gutter);
    if (band.some(({ x, width }) => x < gutter && x + width > gutter)) return [band];
    return [left, right].filter(({ length }) => length > 0).flatMap((column) => divide(column, depth + 1));
  });
}

/** Wide lines that follow each other are one band. */
function joinWide(bands: readonly PdfText[][], gutter: number): PdfText[][] {
  const result: PdfText[][] = [];
  const isWide = (band: readonly PdfText[] | undefined) =>
    band?.some(({ x, width }) => x < gutter && x + width > gutter) ?? false;
  for (const band of bands) {
    if (band.length === 0) continue;
    if (isWide(band) && isWide(result.at(-1))) result.at(-1)!.push(...band);
    else result.push([...band]);
  }
  return result;
}

/** Where a white stripe runs between two columns of prose. Undefined: it is one column, or a table. */
function findGutter(segments: readonly PdfText[]): number | undefined {
  const left = Math.min(...segments.map(({ x }) => x));
  const right = Math.max(...segments.map(({ x, width }) => x + width));
  const width = right - left;
  const starts = new Set(segments.map(({ x }) => x));
  let best: { at: number; crossing: number } | undefined;
  for (const start of starts) {
    const at = start - 1;
    if (at - left < width * narrowestColumn || right - at < width * narrowestColumn) continue;
    const crossing = segments.filter((one) => one.x < at && one.x + one.width > at).length;
    if (crossing > segments.length * 0.3 || (best && best.crossing <= crossing)) continue;
    const before = segments.filter((one) => one.x + one.width <= at);
    const after = segments.filter((one) => one.x >= at);
    if (isProse(before) && isProse(after) && areBeside(before, after)) best = { at, crossing };
  }
  return best?.at;
}

function isProse(column: readonly PdfText[]): boolean {
  if (column.length < shortestColumn) return false;
  const left = Math.min(...column.map(({ x }) => x));
  const right = Math.max(...column.map(({ x, width }) => x + width));
  const widths = column.map(({ width }) => width).sort((a, b) => b - a);
  return widths[Math.floor(widths.length / 2)]! >= (right - left) * leastFilled && right > left;
}

/** Side by side, and not one below the other. */
function areBeside(left: readonly PdfText[], right: readonly PdfText[]): boolean {
  const low = Math.max(Math.min(...left.map(({ y }) => y)), Math.min(...right.map(({ y }) => y)));
  const high = Math.min(Math.max(...left.map(({ y }) => y)), Math.max(...right.map(({ y }) => y)));
  const shared = (column: readonly PdfText[]) => column.filter(({ y }) => y >= low && y <= high).length;
  return shared(left) >= shortestColumn && shared(right) >= shortestColumn;
}

function linesOf(segments: readonly PdfText[]): PdfLine[] {
  const column = {
    left: Math.min(...segments.map(({ x }) => x)),
    right: Math.max(...segments.map(({ x, width }) => x + width)),
  };
  const rows: PdfText[][] = [];
  for (const segment of segments.toSorted((left, right) => right.y - left.y || left.x - right.x)) {
    const row = rows.at(-1);
    if (row && Math.abs(row[0]!.y - segment.y) <= Math.max(row[0]!.size, segment.size) * sameLine)
      row.push(segment);
    else rows.push([segment]);
  }
  return rows.map((row) => {
    const cells = row.sort((left, right) => left.x - right.x);
    const longest = cells.reduce((best, cell) => (cell.text.length > best.text.length ? cell : best));
    return {
      cells,
      text: cells
        .map(({ text }) => text.trim())
        .join(' ')
        .replace(/\s+/g, ' '),
      x: cells[0]!.x,
      right: Math.max(...cells.map(({ x, width }) => x + width)),
      y: longest.y,
      size: longest.size,
      isBold: cells.every(({ isBold }) => isBold),
      column,
    };
  });
}
