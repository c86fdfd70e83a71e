// What of the data report comes from the documents alone.
import { createHash } from 'node:crypto';
import type { Document } from '#core/document.ts';
import { nearDuplicatePairs } from '#ingest/clean/near-duplicates.ts';
import { quantile } from '#learning/metrics/bootstrap.ts';
import type { ArticleName, DataReport, Freshness, Lengths, MissingValues } from './data-report.ts';

const dayMs = 86_400_000;
const oldestShown = 10;
const mostPairs = 200;
/** An article of fewer characters says hardly anything. */
const shortArticle = 80;
const ageLimits: readonly (readonly [label: string, days: number])[] = [
  ['up to 3 months', 91],
  ['3 to 6 months', 183],
  ['6 to 12 months', 365],
  ['1 to 2 years', 730],
  ['older than 2 years', Number.POSITIVE_INFINITY],
];

export function missingInArticles(articles: readonly Document[]): MissingValues[] {
  const count = (what: string, isMissing: (document: Document) => boolean): MissingValues => ({
    what,
    of: 'articles',
    missing: articles.filter(isMissing).length,
    total: articles.length,
  });
  return [
    count('a date', ({ metadata }) => metadata.updated === undefined),
    count('an address (URL)', ({ metadata }) => metadata.url === undefined),
    count('a title', ({ metadata }) => metadata.title.trim() === ''),
    count('a language that can be told', ({ metadata }) => metadata.language === 'und'),
    count(
      `more than ${shortArticle} characters of text`,
      ({ pageContent }) => pageContent.trim().length <= shortArticle,
    ),
  ];
}

export function lengthsOf(of: string, values: readonly number[]): Lengths[] {
  if (values.length === 0) return [];
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(quantile(sorted, share));
  return [
    {
      of,
      n: sorted.length,
      shortest: sorted[0]!,
      median: at(0.5),
      ninetieth: at(0.9),
      longest: sorted.at(-1)!,
    },
  ];
}

/** Of articles in one language; those that a newer version replaces are meant to be alike. */
export function duplicateArticles(articles: readonly Document[]): DataReport['duplicates'] {
  const current = articles.filter(({ metadata }) => metadata.supersededBy === undefined);
  const same = Map.groupBy(current, ({ pageContent }) =>
    createHash('sha256').update(pageContent.toLowerCase().replace(/\s+/g, ' ').trim()).digest('base64'),
  );
  const exact = [...same.values()].filter((group) => group.length > 1).map((group) => group.map(nameOf));
  const first = [...same.values()].map(([document]) => document!);
  const near = nearDuplicatePairs(first.map(({ pageContent }) => pageContent))
    .filter((pair) => first[pair.first]!.metadata.language === first[pair.second]!.metadata.language)
    .slice(0, mostPairs)
    .map((pair) => ({
      first: nameOf(first[pair.first]!),
      second: nameOf(first[pair.second]!),
      similarity: pair.similarity,
    }));
  return { exact, near };
}

/** A date in the future, of a clock that was wrong, counts as today. */
export function freshnessOf(articles: readonly Document[], now: Date): Freshness {
  const dated = articles.flatMap((document) => {
    const time = Date.parse(document.metadata.updated ?? '');
    return Number.isNaN(time) ? [] : [{ document, days: Math.max(0, (now.getTime() - time) / dayMs) }];
  });
  const sorted = dated.map(({ days }) => days).sort((a, b) => a - b);
  let from = -1;
  const ages = ageLimits.map(([label, limit]) => {
    const count = sorted.filter((days) => days > from && days <= limit).length;
    from = limit;
    return { label, articles: count };
  });
  return {
    dated: dated.length,
    undated: articles.length - dated.length,
    ...(sorted.length > 0 ? { medianDays: Math.round(quantile(sorted, 0.5)) } : {}),
    ages,
    oldest: [...dated]
      .sort((a, b) => b.days - a.days)
      .slice(0, oldestShown)
      .map(({ document }) => ({ ...nameOf(document), updated: document.metadata.updated!.slice(0, 10) })),
  };
}

export function nameOf({ id, metadata }: Document): ArticleName {
  return { documentId: id, title: metadata.title };
}
