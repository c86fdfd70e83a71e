// Which of several siblings a question names: headings of one article, rows of one table, items of one list.
import { withoutMarkup } from '#core/inline-markup.ts';
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
  const labels = siblings.map(labelOf);
  const shares = namedShares(labels, question);
  const highest = Math.max(0, ...shares);
  const named =
    highest > 0
      ? siblings.filter((_, index) => shares[index] === highest)
      : siblings.filter((_, index) => holdsOwnWord(labels, index, question));
  return named.length < siblings.length ? named : [];
}

/** "Kettle, Toaster, Iron" is named by any word that no other label has. */
function holdsOwnWord(labels: readonly string[], index: number, question: ReadonlySet<string>): boolean {
  const hits = tokenizeForSearch(labels[index]!).filter((token) => question.has(token));
  return hits.some((token) =>
    labels.every((label, other) => other === index || !tokenizeForSearch(label).includes(token)),
  );
}

/** The first cell of a row, what an item has in front of its colon or dash; empty where a unit has no name. */
export function labelOf({ text, kind }: Pick<Unit, 'text' | 'kind'>): string {
  if (kind !== 'row' && kind !== 'item') return '';
  const said = withoutMarkup(text)
    .slice(0, longestLabel * 2)
    .replace(/^\s*(?:[-*+•–]|\d{1,3}[.)]|\p{L}[.)])\s+/u, '');
  const label = /^(.+?)(?::\s|\s[–—-]\s)/u.exec(said)?.[1] ?? (kind === 'row' ? said : '');
  return label.length <= longestLabel ? label : '';
}

/** Titles are alike from this share of their words on. */
const alikeFrom = 0.5;

/**
 * Whether the question holds what tells a title from those that are alike, and nothing of what tells them: "opened" for "Return an
 * opened product" beside "Return an unopened product".
 */
export function isNamedAmongAlike(
  title: string,
  others: readonly string[],
  question: ReadonlySet<string>,
): boolean {
  const own = new Set(tokenizeForSearch(title));
  const alike = others
    .map((other) => new Set(tokenizeForSearch(other)))
    .filter((other) => {
      const shared = [...own].filter((token) => other.has(token)).length;
      return shared < Math.max(own.size, other.size) && shared >= alikeFrom * Math.max(own.size, other.size);
    });
  const holds = (tokens: ReadonlySet<string>, without: ReadonlySet<string>) =>
    [...tokens].some((token) => question.has(token) && !without.has(token));
  return alike.some((other) => holds(own, other) && !holds(other, own));
}

/**
 * Whether a title is about the opposite of what the question says, and another one is about that: "unopened" where "opened" is asked about.
 * Words of English begin so.
 */
export function isOpposite(title: string, others: readonly string[], question: ReadonlySet<string>): boolean {
  const own = new Set(tokenizeForSearch(title));
  const denied = [...own]
    .filter((token) => /^un..../.test(token) && !question.has(token))
    .map((token) => token.slice(2))
    .filter((token) => question.has(token) && !own.has(token));
  return others.some((other) => denied.some((token) => tokenizeForSearch(other).includes(token)));
}
