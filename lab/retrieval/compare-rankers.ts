// Several rankers on the same cases: the figures of each with their intervals, and the paired difference to the first.
import type { CallOptions } from '#core/call-options.ts';
import type { EvalCase } from '#evals/cases/eval-case.ts';
import { type PairedDifference, pairedDifference } from '#learning/metrics/bootstrap.ts';
import { type Metric, meanMetric } from '#learning/metrics/metric.ts';
import { ndcgAt, recallAt } from '#learning/metrics/ranking.ts';
import type { Ranker } from './rankers.ts';

export interface RankerRow {
  readonly name: string;
  readonly recall5: Metric;
  readonly ndcg10: Metric;
  /** Of nDCG@10 to the first ranker's; absent for that one itself. */
  readonly difference?: PairedDifference;
}

export async function compareRankers(
  rankers: readonly Ranker[],
  cases: readonly EvalCase[],
  { signal, seed = 1 }: CallOptions & { readonly seed?: number } = {},
): Promise<RankerRow[]> {
  const rows: RankerRow[] = [];
  let first: readonly number[] | undefined;
  for (const { name, rank } of rankers) {
    const recalls: number[] = [];
    const ndcgs: number[] = [];
    for (const evalCase of cases) {
      signal?.throwIfAborted();
      const ranked = await rank(evalCase, { signal });
      const gold = new Set(evalCase.gold);
      recalls.push(recallAt(5, ranked, gold));
      ndcgs.push(ndcgAt(10, ranked, gold));
    }
    rows.push({
      name,
      recall5: meanMetric(recalls, { seed, unit: 'share', label: 'right articles among the first five' }),
      ndcg10: meanMetric(ndcgs, { seed, label: 'quality of the first ten (nDCG@10)' }),
      ...(first
        ? {
            difference: pairedDifference(
              first.map((value, index) => [value, ndcgs[index]!] as const),
              { seed },
            ),
          }
        : {}),
    });
    first ??= ndcgs;
  }
  return rows;
}

/** As a Markdown table. */
export function describeRows(title: string, rows: readonly RankerRow[]): string {
  const points = (value: number) => (value * 100).toFixed(1);
  const cells = rows.map(({ name, recall5, ndcg10, difference }) => [
    name,
    `${points(recall5.value)} (${points(recall5.low)} – ${points(recall5.high)})`,
    `${points(ndcg10.value)} (${points(ndcg10.low)} – ${points(ndcg10.high)})`,
    difference
      ? `${difference.difference >= 0 ? '+' : ''}${points(difference.difference)} (${points(difference.low)} – ${points(difference.high)})`
      : '',
  ]);
  const header = [`${title}, N = ${rows[0]?.ndcg10.n ?? 0}`, 'recall@5', 'nDCG@10', 'difference'];
  const widths = header.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [
    line(header),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...cells.map(line),
  ].join('\n');
}
