// How good a fitted policy is on questions that it has not seen: AUROC, calibration, and what its threshold does.
import type { PolicyFit } from '#chat/decide/policy.ts';
import {
  auroc,
  expectedCalibrationError,
  type Prediction,
  wilsonInterval,
} from '../metrics/classification.ts';
import { randomFrom } from '../metrics/random.ts';
import type { PolicyPrediction } from './policy-fit.ts';

export interface Share {
  readonly share: number;
  readonly n: number;
  /** 95 %, Wilson. */
  readonly interval: readonly number[];
}

export interface PolicyReport {
  readonly questions: number;
  /** Of the answerable ones. */
  readonly passageFound: Share;
  /** Tells questions whose passage was found from all others of the help centre. */
  readonly auroc: number;
  /** Tells them from one kind of others: `not-found`, or a stratum of the cases; `unanswerable` where they name none. */
  readonly aurocAgainst: Readonly<Record<string, number>>;
  /** As the questions are weighed; those of other help centres count only where there are weights. */
  readonly calibrationError: number;
  /** What a probability that is exactly right would show on so few questions. */
  readonly calibrationErrorByChance: number;
  /** Of all questions. */
  readonly answered: Share;
  readonly wrongAndSure: Share;
  readonly answeredWithoutPassage: Share;
  readonly answerableAnswered: Share;
  readonly answerableDeclined: Share;
  readonly unanswerableAnswered: Share;
  readonly unanswerableDeclined: Share;
  /** By stratum. */
  readonly answeredOf: Readonly<Record<string, Share>>;
}

/** Questions of other help centres, easy to tell, count only where they are named. */
const foreign = 'foreign';

export function reportOn(
  all: readonly PolicyPrediction[],
  { answerFrom, clarifyFrom }: Pick<PolicyFit, 'answerFrom' | 'clarifyFrom'>,
): PolicyReport {
  const own = all.filter(({ stratum }) => stratum !== foreign);
  const answers = ({ probability }: PolicyPrediction) => probability >= answerFrom;
  const declines = ({ probability }: PolicyPrediction) => probability < clarifyFrom;
  const answerable = own.filter((one) => one.answerable);
  const unanswerable = own.filter((one) => !one.answerable);
  const answered = own.filter(answers);
  const wrong = answered.filter(({ label }) => !label);
  const found = all.filter(({ label }) => label);
  const others = Map.groupBy(
    all.filter(({ label }) => !label),
    (one) => (one.answerable ? 'not-found' : (one.stratum ?? 'unanswerable')),
  );
  const strata = [...others].filter(([name]) => name !== 'not-found');
  const mixed = all.some(({ weight }) => weight !== undefined) ? all : own;
  return {
    questions: own.length,
    passageFound: shareOf(answerable, ({ label }) => label),
    auroc: round(auroc(own)),
    aurocAgainst: Object.fromEntries(
      [...others].map(([name, list]) => [name, round(auroc([...found, ...list]))]),
    ),
    calibrationError: round(expectedCalibrationError(mixed)),
    calibrationErrorByChance: round(calibrationErrorByChance(mixed)),
    answered: shareOf(own, answers),
    wrongAndSure: toShare(wrong.length, own.length),
    answeredWithoutPassage: toShare(wrong.length, answered.length),
    answerableAnswered: shareOf(answerable, answers),
    answerableDeclined: shareOf(answerable, declines),
    unanswerableAnswered: shareOf(unanswerable, answers),
    unanswerableDeclined: shareOf(unanswerable, declines),
    answeredOf: Object.fromEntries(strata.map(([name, list]) => [name, shareOf(list, answers)])),
  };
}

const draws = 200;

/** The mean calibration error of labels drawn with exactly these probabilities: bins of few questions are never exact. */
export function calibrationErrorByChance(predictions: readonly Omit<Prediction, 'label'>[]): number {
  const random = randomFrom(17);
  let sum = 0;
  for (let draw = 0; draw < draws; draw++)
    sum += expectedCalibrationError(
      predictions.map((one) => ({ ...one, label: random() < one.probability })),
    );
  return sum / draws;
}

function shareOf(list: readonly PolicyPrediction[], is: (one: PolicyPrediction) => boolean): Share {
  return toShare(list.filter(is).length, list.length);
}

function toShare(part: number, whole: number): Share {
  return {
    share: round(part / Math.max(1, whole)),
    n: whole,
    interval: wilsonInterval(part, whole).map(round),
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
