// A row of a table in a sentence. Its words say little by themselves: what counts is which cell stands beside which, also where a cell is
// only a tick or a dash.
import { withoutMarkup } from './inline-markup.ts';

/** As articles hold it ("Name — Column: cell; Column: cell"), or between bars. */
const namedRow = /^\s*(?:[-*+•]\s+)?[^\n—]+ — [^\n—;:]+:\s/;
const barredRow = /^\s*\|[^|\n]*\|[^|\n]*\|/;

/** False for a row whose name and cells do not stand in one line of the passage, in this order. Whatever is no row is true. */
export function isRowHeld(sentence: string, passage: string): boolean {
  if (!namedRow.test(sentence) && !barredRow.test(sentence)) return true;
  const said = cellsOf(sentence);
  return passage.split('\n').some((line) => {
    const held = cellsOf(line);
    let at = 0;
    return said.every((cell) => {
      while (at < held.length && held[at] !== cell && withoutColumn(held[at]!) !== cell) at += 1;
      at += 1;
      return at <= held.length;
    });
  });
}

/** Between bars the name of the column stands elsewhere. */
const withoutColumn = (cell: string) => cell.replace(/^[^:]+: /, '');

function cellsOf(line: string): string[] {
  return withoutMarkup(line.replace(/^\s*(?:[-*+•]|\d{1,3}[.)])\s+/, ''))
    .normalize('NFKC')
    .toLowerCase()
    .split(/ — |[;|]/)
    .map((cell) => cell.replace(/\s+/g, ' ').trim().replace(/\.$/, ''))
    .filter((cell) => cell !== '' && !/^:?-{2,}:?$/.test(cell));
}
