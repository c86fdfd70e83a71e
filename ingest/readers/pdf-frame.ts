// The frame of pages: headers, footers and page numbers, which are no part of the text.
import type { PdfLine } from './pdf-lines.ts';

/** The frame is among so many lines from the top and from the bottom. */
const frameLines = 3;
/** A line that stands in the same place on so many pages is frame, or on half of them where there are few. */
const leastPages = 3;
/** Characters: a longer line may be text that is there twice. */
const longLine = 90;
/** Points. */
const samePlace = 4;

const pageNumber =
  /^(?:(?:page|seite|pagina|página|pág\.|strona|sida|side|p\.|s\.)\s*)?[-–—|]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—|]?(?:\s*(?:\/|of|von|de|di|sur|van|av|z)\s*\d{1,4})?$/i;

export function withoutFrame(pages: readonly (readonly PdfLine[])[]): PdfLine[][] {
  const places = new Map<string, number[]>();
  for (const lines of pages)
    for (const { text, y } of edgesOf(lines)) {
      const key = frameKey(text);
      places.set(key, [...(places.get(key) ?? []), y]);
    }
  const isRepeated = ({ text, y }: PdfLine) => {
    const same = places.get(frameKey(text))?.filter((other) => Math.abs(other - y) <= samePlace).length ?? 0;
    const few = text.length > longLine ? leastPages : Math.ceil(pages.length / 2);
    return same >= Math.max(2, Math.min(leastPages, few));
  };
  const offsets = countOffsets(pages);
  return pages.map((lines, index) => {
    const edges = new Set(edgesOf(lines));
    const isFrame = (line: PdfLine) =>
      isRepeated(line) ||
      isPageNumber(line.text, pages.length) ||
      printedNumbers(line.text).some((number) => (offsets.get(index - number) ?? 0) >= leastPages);
    return lines.filter((line) => !edges.has(line) || !isFrame(line));
  });
}

/** How many pages print a number beside a title, by how far it is from their own. */
function countOffsets(pages: readonly (readonly PdfLine[])[]): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const [index, lines] of pages.entries()) {
    const inTop = lines.toSorted((left, right) => right.y - left.y);
    const outermost = [inTop[0], inTop.at(-1)].flatMap((line) => (line ? printedNumbers(line.text) : []));
    for (const number of new Set(outermost))
      offsets.set(index - number, (offsets.get(index - number) ?? 0) + 1);
  }
  return offsets;
}

/** `Chapter 2: Cleaning 14`, `14 Cleaning`. */
function printedNumbers(text: string): number[] {
  if (text.length > longLine) return [];
  return [/^(\d{1,4})\s/.exec(text)?.[1], /\s(\d{1,4})$/.exec(text)?.[1]].flatMap((number) =>
    number === undefined ? [] : [Number(number)],
  );
}

/** A bare number on a single page may be anything. */
function isPageNumber(text: string, pages: number): boolean {
  return pageNumber.test(text) && (pages > 1 || /\p{L}{2}/u.test(text));
}

function edgesOf(lines: readonly PdfLine[]): PdfLine[] {
  const fromTop = lines.toSorted((left, right) => right.y - left.y);
  return [...new Set([...fromTop.slice(0, frameLines), ...fromTop.slice(-frameLines)])];
}

/** What differs between pages is their number. */
function frameKey(text: string): string {
  return text.replace(/\d+/g, '#').replace(/\s+/g, ' ').trim().toLowerCase();
}
