// Names of products: those of the team's taxonomy, else names that stand in titles of articles and in the collections they lie in.
import type { Document } from '#core/document.ts';

export interface ProductName {
  readonly name: string;
  /** How it is called, the name with it. Any case. */
  readonly words: readonly string[];
}

/** A name stands in the titles of at least so many articles … */
const leastTitles = 2;
/** … but not in so large a share of all of them that it tells nothing apart: there it is the company. */
const mostShare = 0.5;
/** Times that texts write it with a capital for each time that they do not. */
const leastCapitals = 5;
const mostProducts = 50;

type Article = Pick<Document, 'id'> & { readonly metadata: Pick<Document['metadata'], 'title' | 'kind'> };

/**
 * A word is a name if a title writes it with a capital inside a sentence and texts hardly ever write it small; with a number behind it, it
 * is a name in any case ("Router 2"). Titles that have capitals throughout tell nothing, nor do German ones; there, and wherever the
 * result is poor, the taxonomy names the products. Most frequent first.
 */
export function findProductNames(
  documents: readonly Document[],
  { mostArticles = 2_000 }: { readonly mostArticles?: number } = {},
): ProductName[] {
  const articles = documents
    .filter(({ metadata }) => metadata.kind === 'article' && metadata.language !== 'de')
    .slice(0, mostArticles);
  const inside = new Set(articles.flatMap(({ metadata }) => namesIn(metadata.title)));
  const titles = new Map<string, number>();
  for (const { metadata } of articles) for (const name of new Set(termsIn(metadata.title))) add(titles, name);
  const candidates = [...titles].filter(
    ([name, count]) =>
      count >= leastTitles &&
      count <= Math.max(leastTitles, mostShare * articles.length) &&
      (inside.has(name) || / \d/.test(name)),
  );
  const wanted = new Set(candidates.map(([name]) => name.toLowerCase()));
  const small = new Map<string, number>();
  const large = new Map<string, number>();
  for (const { pageContent } of articles)
    for (const [word] of pageContent.matchAll(/\p{L}[\p{L}\p{N}]*/gu)) {
      const lower = word.toLowerCase();
      if (wanted.has(lower)) add(word === lower ? small : large, lower);
    }
  return candidates
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return (
        / \d/.test(name) || (large.get(lower) ?? 0) >= leastCapitals * Math.max(1, small.get(lower) ?? 0)
      );
    })
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, mostProducts)
    .map(([name]) => ({ name, words: [name] }));
}

/** Words with a capital that begin no sentence of the title; none of a title most of whose words have one. */
function namesIn(title: string): string[] {
  const words = title.match(/\p{L}[\p{L}\p{N}]*/gu) ?? [];
  if (words.length > 3 && words.slice(1).filter(isCapital).length > (words.length - 1) / 2) return [];
  return [...title.matchAll(/(?<=[\p{L}\p{N},]\s)\p{L}[\p{L}\p{N}]*/gu)].map(([word]) => word).filter(isName);
}

/** Names as they may be anywhere, and words with a number: `Router`, `Router 2`. */
function termsIn(title: string): string[] {
  const words = (title.match(/\p{L}[\p{L}\p{N}]*/gu) ?? []).filter(isName);
  const numbered = [...title.matchAll(/\b(\p{Lu}\p{L}{2,}) (\d{1,3})\b(?![.,:]\d)/gu)].map(
    ([, word, number]) => `${word} ${number}`,
  );
  return [...words, ...numbered];
}

function isCapital(word: string): boolean {
  return /^\p{Lu}/u.test(word);
}

function isName(word: string): boolean {
  return isCapital(word) && word.length > 2 && /\p{Ll}/u.test(word);
}

export interface CountedProduct {
  readonly name: string;
  readonly count: number;
}

/** Products that the text names, the most frequent first. */
export function productsIn(text: string, names: readonly ProductName[]): CountedProduct[] {
  if (names.length === 0 || text === '') return [];
  const counts = names.flatMap(({ name, words }) => {
    const count = words.reduce((sum, word) => sum + occurrences(word, text), 0);
    return count > 0 ? [{ name, count }] : [];
  });
  return counts.sort((a, b) => b.count - a.count);
}

/** By article: the products of its title, and of the folders and parts of the address that it lies in. */
export function productsOfArticles(
  documents: readonly Article[],
  names: readonly ProductName[],
): Map<string, string[]> {
  return new Map(
    documents.flatMap(({ id, metadata }): [string, string[]][] => {
      if (metadata.kind !== 'article') return [];
      const folders = id.split('/').slice(0, -1).join(' ').replace(/[-_]/g, ' ');
      const found = productsIn(`${metadata.title} ${folders}`, names).map(({ name }) => name);
      return found.length > 0 ? [[id, found]] : [];
    }),
  );
}

const patterns = new Map<string, RegExp>();

function occurrences(word: string, text: string): number {
  let pattern = patterns.get(word);
  if (!pattern) {
    pattern = new RegExp(
      `(?<![\\p{L}\\p{N}])${word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
      'giu',
    );
    patterns.set(word, pattern);
  }
  let count = 0;
  for (const _match of text.matchAll(pattern)) count += 1;
  return count;
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
