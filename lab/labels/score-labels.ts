// How good weak labels are: whether they are right, on how many there is one, and whether their probability tells right from wrong.
import { quantile } from '#learning/metrics/bootstrap.ts';
import { auroc, expectedCalibrationError, wilsonInterval } from '#learning/metrics/classification.ts';
import { randomFrom } from '#learning/metrics/random.ts';

export interface JudgedLabel {
  /** What people say. */
  readonly label: string;
  /** What machines say; absent where every rule abstained. */
  readonly guess?: string | undefined;
  /** 0 to 1. */
  readonly probability: number;
}

export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface LabelScores {
  readonly n: number;
  /** Of all: has a label. */
  readonly labelled: number;
  /** Of those with a label. */
  readonly accuracy: Share;
  /** Of all, over the classes that people gave; no label counts as a miss. */
  readonly macroF1: Share;
  /** Share of the commonest class: what calling everything that would give. */
  readonly commonest: number;
  /** Of those with a label: mean distance of probability and share of right ones, over ten bins. */
  readonly calibrationError: number;
  /** Of those with a label: how well the probability ranks right above wrong; .5 is chance. */
  readonly auroc: number;
}

const resamples = 300;

export function scoreLabels(judged: readonly JudgedLabel[]): LabelScores {
  const labelled = judged.filter(({ guess }) => guess !== undefined);
  const right = labelled.filter(({ guess, label }) => guess === label).length;
  const predictions = labelled.map(({ guess, label, probability }) => ({
    probability,
    label: guess === label,
  }));
  const [low, high] = wilsonInterval(right, labelled.length);
  const counts = [...Map.groupBy(judged, ({ label }) => label).values()].map((group) => group.length);
  return {
    n: judged.length,
    labelled: labelled.length / Math.max(1, judged.length),
    accuracy: { value: right / Math.max(1, labelled.length), low, high },
    macroF1: bootstrapped(judged, macroF1),
    commonest: Math.max(0, ...counts) / Math.max(1, judged.length),
    calibrationError: expectedCalibrationError(predictions),
    auroc: auroc(predictions),
  };
}

/** Mean of the F1 of each class that people gave. */
export function macroF1(judged: readonly JudgedLabel[]): number {
  const given = Map.groupBy(judged, ({ label }) => label);
  const guessed = Map.groupBy(judged, ({ guess }) => guess ?? '');
  const scores = [...given].map(([name, group]) => {
    const hits = group.filter(({ guess }) => guess === name).length;
    return (2 * hits) / (group.length + (guessed.get(name)?.length ?? 0));
  });
  return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
}

function bootstrapped(
  judged: readonly JudgedLabel[],
  statistic: (rows: readonly JudgedLabel[]) => number,
): Share {
  const random = randomFrom(7);
  const values = Array.from({ length: resamples }, () =>
    statistic(judged.map(() => judged[Math.floor(random() * judged.length)]!)),
  ).sort((a, b) => a - b);
  return { value: statistic(judged), low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
