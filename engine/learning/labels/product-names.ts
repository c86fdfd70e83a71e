// Names of products: those of the team's taxonomy, else names that stand in titles of articles and in the collections they lie in.
import type { Document } from '#core/document.ts';

export interface ProductName {
  readonly name: string;
  /** How it is called, the name with it. Any case. */
  readonly words: readonly string[];
}

/** A name stands in the titles of at least so many articles … */
const leastTitles = 3;
/** … but not in so large a share of all of them that it tells nothing apart: there it is the company. */
const mostShare = 0.5;
const mostProducts = 50;

type Article = Pick<Document, 'id'> & { readonly metadata: Pick<Document['metadata'], 'title' | 'kind'> };

/**
 * A word is a name if titles write it with a capital inside a sentence and texts hardly ever write it small. Titles in capitals throughout
 * tell nothing, nor does German; there, and wherever the result is poor, the taxonomy names the products. Most frequent first.
 */
export function findProductNames(
  articles: readonly Document[],
  { mostArticles = 2_000 }: { readonly mostArticles?: number } = {},
): ProductName[] {
  const read = articles
    .filter(({ metadata }) => metadata.kind === 'article' && metadata.language !== 'de')
    .slice(0, mostArticles);
  const titles = new Map<string, number>();
  for (const { metadata } of read) for (const name of new Set(namesIn(metadata.title))) add(titles, name);
  const candidates = [...titles].filter(
    ([, count]) => count >= leastTitles && count <= Math.max(leastTitles, mostShare * read.length),
  );
  const wanted = new Set(candidates.map(([name]) => name.toLowerCase()));
  const small = new Map<string, number>();
  const large = new Map<string, number>();
  for (const { pageContent } of read)
    for (const [word] of pageContent.matchAll(/\p{L}[\p{L}\p{N}]*/gu)) {
      const lower = word.toLowerCase();
      if (wanted.has(lower)) add(word === lower ? small : large, lower);
    }
  return candidates
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return (large.get(lower) ?? 0) > 10 * (small.get(lower) ?? 0);
    })
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, mostProducts)
    .map(([name]) => ({ name, words: [name] }));
}

/** Words with a capital that do not begin the title; none of a title most of whose words have one. */
function namesIn(title: string): string[] {
  const words = title.match(/\p{L}[\p{L}\p{N}]*/gu) ?? [];
  const capitals = words.slice(1).filter((word) => /^\p{Lu}/u.test(word));
  if (words.length > 3 && capitals.length > (words.length - 1) / 2) return [];
  return capitals.filter((word) => word.length > 2 && /\p{Ll}/u.test(word));
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
export function productsOfArticles(documents: readonly Article[], names: readonly ProductName[]): Map<string, string[]> {
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
    pattern = new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'giu');
    patterns.set(word, pattern);
  }
  let count = 0;
  for (const _match of text.matchAll(pattern)) count += 1;
  return count;
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
