// Figures with their N and 95 % interval: Wilson for shares, bootstrap for everything else.

import { bootstrapInterval } from './bootstrap.ts';
import { wilsonInterval } from './classification.ts';

/** One figure. `shareMetric`, `meanMetric` and `statisticMetric` make one with its interval. */
export interface Metric {
  /** Finite, always. */
  readonly value: number;
  /** What it was measured on: cases, sentences, answers. */
  readonly n: number;
  /** 95 % interval, `low <= value <= high`. */
  readonly low: number;
  readonly high: number;
  /** `share` is 0 to 1 and shown in percent. */
  readonly unit: 'share' | 'score' | 'ms' | 's' | 'min' | 'count' | 'characters';
  readonly better: 'higher' | 'lower' | 'neither';
  /** One line that a support manager understands: "Questions whose article is among the first five". */
  readonly label: string;
  /** What the figure does not prove; "0 of 300: the true share is below 1 %". */
  readonly note?: string;
  /** Crossing it fails the run, with or without a baseline. */
  readonly limit?: { readonly min?: number; readonly max?: number };
  /** Measured on a clock: not in the baseline, and allowed to differ from run to run. */
  readonly measured?: true;
}

type Words = Pick<Metric, 'label'> & Partial<Pick<Metric, 'better' | 'limit' | 'note' | 'measured'>>;

/** `successes` of `total` independent cases. "0 of N" and "N of N" say what they prove (rule of three: 3/N at 95 %). */
export function shareMetric(successes: number, total: number, words: Words): Metric {
  const [low, high] = wilsonInterval(successes, total);
  const value = total === 0 ? 0 : successes / total;
  const note = noteOf(words.note, extremeOf(value, total));
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
  const n = cases.length;
  const value = n === 0 ? 0 : statistic(cases);
  // Where nothing varies the bootstrap sees no uncertainty, and there is some.
  const isExtreme = unit === 'share' && (value === 0 || value === 1);
  const [low, high] = isExtreme
    ? wilsonInterval(value * n, n)
    : bootstrapInterval(cases, statistic, { seed });
  const note = noteOf(words.note, isExtreme || n === 0 ? extremeOf(value, n) : undefined);
  return {
    value,
    n,
    low: Math.min(low, value),
    high: Math.max(high, value),
    unit,
    better: 'higher',
    ...words,
    ...(note ? { note } : {}),
  };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The rule of three (Hanley and Lippman-Hand, 1983): after 0 of N, the share is below 3 / N with 95 % confidence. */
function extremeOf(share: number, total: number): string | undefined {
  if (total === 0) return 'no case of this kind: the figure says nothing';
  const percent = Math.min(1, 3 / total) * 100;
  const bound = `${percent >= 10 ? percent.toFixed(0) : percent.toPrecision(2)} %`;
  if (share === 0) return `0 of ${total}: with 95 % confidence the true share is below ${bound}`;
  if (share === 1)
    return `${total} of ${total}: with 95 % confidence the true share of the opposite is below ${bound}`;
  return undefined;
}

function noteOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('; ');
}
