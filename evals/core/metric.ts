// Figures with their N and 95 % interval: Wilson for shares, bootstrap for everything else.

import { bootstrapInterval } from '../metrics/bootstrap.ts';
import { wilsonInterval } from '../metrics/classification.ts';
import type { Metric } from './result.ts';

type Words = Pick<Metric, 'label'> & Partial<Pick<Metric, 'better' | 'limit' | 'note' | 'measured'>>;

/** `successes` of `total` independent cases. "0 of N" and "N of N" say what they prove (rule of three: 3/N at 95 %). */
export function shareMetric(successes: number, total: number, words: Words): Metric {
  const [low, high] = wilsonInterval(successes, total);
  const value = total === 0 ? 0 : successes / total;
  const bound = total === 0 ? undefined : percent(Math.min(1, 3 / total));
  const proves =
    total === 0
      ? 'no case of this kind: the figure says nothing'
      : successes === 0
        ? `0 of ${total}: with 95 % confidence the true share is below ${bound}`
        : successes === total
          ? `${total} of ${total}: with 95 % confidence the true share of the opposite is below ${bound}`
          : undefined;
  const note = [words.note, proves].filter((text) => text !== undefined).join('; ');
  return {
    value,
    n: total,
    low: Math.min(low, value),
    high: Math.max(high, value),
    unit: 'share',
    better: 'higher',
    ...words,
    ...(note ? { note } : {}),
  };
}

/** Mean of one number per case, with the percentile bootstrap over cases. */
export function meanMetric(
  values: readonly number[],
  { unit = 'score', seed = 1, ...words }: Words & { unit?: Metric['unit']; seed?: number },
): Metric {
  return statisticMetric(values, mean, { unit, seed, ...words });
}

/** Any statistic of a list of cases (F1, AURC, p95) with the percentile bootstrap over cases. */
export function statisticMetric<Case>(
  cases: readonly Case[],
  statistic: (cases: readonly Case[]) => number,
  { unit = 'score', seed = 1, ...words }: Words & { unit?: Metric['unit']; seed?: number },
): Metric {
  const value = cases.length === 0 ? 0 : statistic(cases);
  const [low, high] = bootstrapInterval(cases, statistic, { seed });
  return {
    value,
    n: cases.length,
    low: Math.min(low, value),
    high: Math.max(high, value),
    unit,
    better: 'higher',
    ...words,
    ...(cases.length === 0 ? { note: 'no case of this kind: the figure says nothing' } : {}),
  };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
