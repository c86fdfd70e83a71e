// Fits the policy as `answerdesk calibrate` does, on each half of the cases, and measures each fit on the half that it had not seen. Both
// halves count, so that the figures do not hang on which question fell into which.
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
  /** In the form of data/models/calibration.json; absent where there were too few cases, or all alike. */
  readonly calibration?: Calibration;
  readonly metrics: Record<string, Metric>;
  readonly charts: Chart[];
  readonly note: string;
}

/** Both halves hold as many answerable questions, and as many whose passage was found; the order of the cases plays no part. */
export function splitEvidence(rows: readonly EvidenceRow[]): readonly [EvidenceRow[], EvidenceRow[]] {
  const hashOf = ({ id }: EvidenceRow) => createHash('sha256').update(id).digest('hex');
  const strata = Map.groupBy(rows, ({ answerable, label }) => `${answerable} ${label}`);
  const sorted = [...strata.keys()]
    .sort()
    .flatMap((key) => strata.get(key)!.toSorted((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1)));
  return [sorted.filter((_row, index) => index % 2 === 0), sorted.filter((_row, index) => index % 2 === 1)];
}

export function fitOnHalves(
  rows: readonly EvidenceRow[],
  { seed, ...options }: Required<FitOptions> & { readonly seed: number },
): FittedPolicy {
  const halves = splitEvidence(rows);
  const isEnough = (half: readonly EvidenceRow[]) =>
    half.length >= fewestQuestions && half.some(({ label }) => label) && half.some(({ label }) => !label);
  if (!halves.every(isEnough))
    return {
      metrics: {},
      charts: [],
      note: `Thresholds were not fitted: that needs at least ${2 * fewestQuestions} questions, some of which have no passage that answers them.`,
    };
  const [one, other] = halves;
  const first = fitAndPredict(one, other, options);
  const second = fitAndPredict(other, one, options);
  const predictions = [...first.predictions, ...second.predictions];
  const { calibration } = first;
  const answered = predictions.filter(({ answers }) => answers);
  const answerable = predictions.filter((prediction) => prediction.answerable);
  const unanswerable = predictions.filter((prediction) => !prediction.answerable);
  const share = (list: typeof predictions, decides: (prediction: (typeof predictions)[number]) => boolean) =>
    [list.filter(decides).length, list.length] as const;
  const fitted = 'Thresholds fitted on one half of the cases, measured on the other, both ways:';
  const threshold = (name: 'answerFrom' | 'clarifyFrom', label: string): Metric => ({
    value: (first.calibration[name] + second.calibration[name]) / 2,
    n: predictions.length,
    low: Math.min(first.calibration[name], second.calibration[name]),
    high: Math.max(first.calibration[name], second.calibration[name]),
    unit: 'score',
    better: 'neither',
    label,
  });
  return {
    calibration,
    metrics: {
      'fitted-answer-from': threshold(
        'answerFrom',
        'Confidence from which on it would answer, fitted on one half (mean of both)',
      ),
      'fitted-clarify-from': threshold(
        'clarifyFrom',
        'Confidence from which on it would ask back, fitted on one half (mean of both)',
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
      'fitted-answerable-answered': shareMetric(...share(answerable, ({ answers }) => answers), {
        label: `${fitted} questions that an article answers, answered`,
      }),
      'fitted-answerable-declined': shareMetric(...share(answerable, ({ declines }) => declines), {
        label: `${fitted} questions that an article answers, declined`,
        better: 'lower',
      }),
      'fitted-unanswerable-answered': shareMetric(...share(unanswerable, ({ answers }) => answers), {
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
    note: `Thresholds were fitted on one half of the cases (${one.length}) and measured on the other (${other.length}), and the other way round. calibration.json in the folder of this run holds those of the first half: try it with --calibration FILE.`,
  };
}

function fitAndPredict(
  fit: readonly EvidenceRow[],
  test: readonly EvidenceRow[],
  options: Required<FitOptions>,
) {
  const { calibration } = fitPolicy(fit, options);
  const predictions = predictEvidence(test, calibration).map((prediction) => ({
    ...prediction,
    answers: prediction.probability >= calibration.answerFrom,
    declines: prediction.probability < calibration.clarifyFrom,
  }));
  return { calibration, predictions };
}
