// Which of several siblings a question names: headings of one article, rows of one table, items of one list.
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import type { Unit } from './passage-blocks.ts';

/** Share of a label's own words that a question has to hold to name it. */
const namedFrom = 0.5;
/** A label is a name, not a sentence. */
const longestLabel = 60;

/**
 * For each label how well the question names it, 0 or `namedFrom` to 1: the share of the words that not all labels have. A label with
 * a number is named only with that number: "Region D7" is not "Region D6".
 */
export function namedShares(labels: readonly string[], question: ReadonlySet<string>): number[] {
  const tokens = labels.map((label) => new Set(tokenizeForSearch(label)));
  const isCommon = (token: string) => labels.length > 1 && tokens.every((of) => of.has(token));
  return tokens.map((of) => {
    const own = [...of].filter((token) => !isCommon(token));
    const hit = own.filter((token) => question.has(token));
    if (own.length === 0 || own.some((token) => /\d/.test(token) && !question.has(token))) return 0;
    const share = hit.length / own.length;
    return share >= namedFrom ? share : 0;
  });
}

/** Of siblings those that the question names, but not all of them: then it names none. */
export function namedOf<T>(
  siblings: readonly T[],
  labelOf: (sibling: T) => string,
  question: ReadonlySet<string>,
): T[] {
  const shares = namedShares(siblings.map(labelOf), question);
  const highest = Math.max(0, ...shares);
  const named = siblings.filter((_, index) => highest > 0 && shares[index] === highest);
  return named.length < siblings.length ? named : [];
}

/** The first cell of a row, what an item has in front of its colon or dash; empty where a unit has no name. */
export function labelOf({ text, kind }: Pick<Unit, 'text' | 'kind'>): string {
  if (kind !== 'row' && kind !== 'item') return '';
  const said = text.slice(0, longestLabel * 2).replace(/^\s*(?:[-*+•–]|\d{1,3}[.)]|\p{L}[.)])\s+/u, '');
  const label = /^(.+?)(?::\s|\s[–—-]\s)/u.exec(said)?.[1] ?? (kind === 'row' ? said : '');
  return label.length <= longestLabel ? label : '';
}
