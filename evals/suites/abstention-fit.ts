// Fits the policy as `answerdesk calibrate` does, but on one half of the cases, and measures on the other half what the fit had not seen.
import { createHash } from 'node:crypto';
import type { Calibration } from '#chat/decide/policy.ts';
import {
  type Evidence,
  type FitOptions,
  fewestQuestions,
  fitPolicy,
  predictEvidence,
} from '#learning/calibration/policy-fit.ts';
import { auroc, expectedCalibrationError } from '#learning/metrics/classification.ts';
import { type Metric, shareMetric, statisticMetric } from '#learning/metrics/metric.ts';
import { reliabilityBins } from '#learning/metrics/selective.ts';
import type { Chart } from '../core/result.ts';

export interface EvidenceRow extends Evidence {
  /** Of the case. */
  readonly id: string;
}

export interface FittedPolicy {
  /** In the form of data/models/policy.json; absent where there were too few cases, or all alike. */
  readonly calibration?: Calibration;
  readonly metrics: Record<string, Metric>;
  readonly charts: Chart[];
  readonly note: string;
}

/** Both halves hold as many answerable questions, and as many whose passage was found; the order of the cases plays no part. */
export function splitEvidence(rows: readonly EvidenceRow[]): { fit: EvidenceRow[]; test: EvidenceRow[] } {
  const hashOf = ({ id }: EvidenceRow) => createHash('sha256').update(id).digest('hex');
  const strata = Map.groupBy(rows, ({ answerable, label }) => `${answerable} ${label}`);
  const sorted = [...strata.keys()]
    .sort()
    .flatMap((key) => strata.get(key)!.toSorted((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1)));
  return {
    fit: sorted.filter((_row, index) => index % 2 === 0),
    test: sorted.filter((_row, index) => index % 2 === 1),
  };
}

export function fitOnOneHalf(
  rows: readonly EvidenceRow[],
  { seed, ...options }: Required<FitOptions> & { readonly seed: number },
): FittedPolicy {
  const { fit, test } = splitEvidence(rows);
  if (fit.length < fewestQuestions || !fit.some(({ label }) => label) || fit.every(({ label }) => label))
    return {
      metrics: {},
      charts: [],
      note: `Thresholds were not fitted: that needs at least ${2 * fewestQuestions} questions, some of which have no passage that answers them.`,
    };
  const { calibration } = fitPolicy(fit, options);
  const { answerFrom, clarifyFrom } = calibration;
  const predictions = predictEvidence(test, calibration);
  const answered = predictions.filter(({ probability }) => probability >= answerFrom);
  const answerable = predictions.filter((prediction) => prediction.answerable);
  const unanswerable = predictions.filter((prediction) => !prediction.answerable);
  const count = (list: typeof predictions, decides: (probability: number) => boolean) =>
    list.filter(({ probability }) => decides(probability)).length;
  const answers = (probability: number) => probability >= answerFrom;
  const declines = (probability: number) => probability < clarifyFrom;
  const fitted = 'Thresholds fitted on one half of the cases, measured on the other:';
  const threshold = (value: number, label: string): Metric => ({
    value,
    n: fit.length,
    low: value,
    high: value,
    unit: 'score',
    better: 'neither',
    label,
  });
  return {
    calibration,
    metrics: {
      'fitted-answer-from': threshold(
        answerFrom,
        'Confidence from which on it would answer, fitted on one half',
      ),
      'fitted-clarify-from': threshold(
        clarifyFrom,
        'Confidence from which on it would ask back, fitted on one half',
      ),
      'fitted-without-passage': shareMetric(answered.filter(({ label }) => !label).length, answered.length, {
        label: `${fitted} answers whose passages do not hold the answer`,
        better: 'lower',
      }),
      'fitted-error': shareMetric(answered.filter(({ label }) => !label).length, predictions.length, {
        label: `${fitted} of all questions, those answered although the passages do not hold the answer`,
        better: 'lower',
        note: `the fit promises at most ${(options.errorBudget * 100).toFixed(0)} %`,
      }),
      'fitted-answerable-answered': shareMetric(count(answerable, answers), answerable.length, {
        label: `${fitted} questions that an article answers, answered`,
      }),
      'fitted-answerable-declined': shareMetric(count(answerable, declines), answerable.length, {
        label: `${fitted} questions that an article answers, declined`,
        better: 'lower',
      }),
      'fitted-unanswerable-answered': shareMetric(count(unanswerable, answers), unanswerable.length, {
        label: `${fitted} questions that no article answers, answered all the same`,
        better: 'lower',
      }),
      'fitted-auroc': statisticMetric(predictions, auroc, {
        seed,
        label: `${fitted} confidence tells questions whose passage was found from others (AUROC)`,
      }),
      'fitted-ece': statisticMetric(predictions, expectedCalibrationError, {
        seed,
        better: 'lower',
        label: `${fitted} distance of the confidence from the share that is found (ECE)`,
      }),
    },
    charts: [
      {
        kind: 'lines',
        id: 'reliability-fitted',
        title: 'The same, fitted on one half of the cases and measured on the other',
        x: 'confidence',
        y: 'passage with the answer found',
        diagonal: true,
        series: [
          {
            name: 'measured on the other half',
            points: reliabilityBins(predictions).map(({ confidence, accuracy }) => [confidence, accuracy]),
          },
        ],
      },
    ],
    note: `Thresholds were fitted on ${fit.length} cases and measured on the other ${test.length}. policy.json in the folder of this run holds them: try it with --policy FILE.`,
  };
}
