// Figures of a classifier on labelled texts, each with its interval.
import type { IntentGuess } from '#core/intent-classifier.ts';
import { auroc, expectedCalibrationError } from '../metrics/classification.ts';
import { type Metric, shareMetric, statisticMetric } from '../metrics/metric.ts';
import { macroF1 } from './intent-metrics.ts';

export interface JudgedText {
  readonly text: string;
  /** In its file; 0 where it has none. */
  readonly line: number;
  readonly expected: string;
  readonly guessed: string;
  readonly probability: number;
  readonly familiarity: number;
  readonly sure: boolean;
}

export interface IntentEvaluation {
  readonly judged: readonly JudgedText[];
  readonly metrics: Readonly<Record<string, Metric>>;
}

export interface EvaluationOptions {
  /** Familiarity of texts that belong to no class. */
  readonly outOfScope?: readonly number[];
  /** Put in front of what the figures are called. */
  readonly prefix?: string;
  readonly seed?: number;
}

export function judgedText(
  { text, label, line = 0 }: { text: string; label: string; line?: number },
  { label: guessed, probability, familiarity, sure }: Omit<IntentGuess, 'probabilities' | 'familiar'>,
): JudgedText {
  return { text, line, expected: label, guessed, probability, familiarity, sure };
}

export function evaluateIntents(
  judged: readonly JudgedText[],
  { outOfScope = [], prefix = '', seed = 1 }: EvaluationOptions = {},
): IntentEvaluation {
  const right = (list: readonly JudgedText[]) =>
    list.filter(({ expected, guessed }) => expected === guessed).length;
  const sure = judged.filter((one) => one.sure);
  const named = (label: string) =>
    prefix === '' ? label : `${prefix}: ${label.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())}`;
  const metrics: Record<string, Metric> = {
    accuracy: shareMetric(right(judged), judged.length, {
      label: named('Texts that were given their label'),
    }),
    'macro-f1': statisticMetric(judged, macroF1, {
      unit: 'share',
      label: named('F1 of the classes, each counted the same'),
      seed,
    }),
    'calibration-error': statisticMetric(
      judged,
      (list) =>
        expectedCalibrationError(
          list.map(({ probability, expected, guessed }) => ({ probability, label: expected === guessed })),
        ),
      {
        unit: 'share',
        better: 'lower',
        label: named('Distance between the probability that is said and the share that is right'),
        seed,
      },
    ),
    sure: shareMetric(sure.length, judged.length, {
      better: 'neither',
      label: named('Texts whose guess is sure enough to act on'),
    }),
    'sure-right': shareMetric(right(sure), sure.length, { label: named('Sure guesses that were right') }),
  };
  if (outOfScope.length > 0) {
    const predictions = [
      ...judged.map(({ familiarity }) => ({ probability: familiarity, label: true })),
      ...outOfScope.map((familiarity) => ({ probability: familiarity, label: false })),
    ];
    metrics['out-of-scope-auroc'] = statisticMetric(predictions, auroc, {
      label: named('Chance that a text of a class looks more familiar than one that belongs to none'),
      seed,
    });
  }
  return { judged, metrics };
}
