// A fitted policy in tables: how good it is on each help centre, what each error budget costs, what each feature brings.
import { type FeatureName, featureNames } from '#chat/decide/evidence-features.ts';
import type { PolicyFit } from '#chat/decide/policy.ts';
import { auroc, expectedCalibrationError } from '../metrics/classification.ts';
import { crossPredict, type Evidence, type PolicyPrediction, weightOf } from './policy-fit.ts';
import { type PolicyReport, reportOn, type Share } from './policy-report.ts';

export interface JudgedSet {
  readonly name: string;
  readonly isTest: boolean;
  readonly predictions: readonly PolicyPrediction[];
}

export interface AblationRow {
  /** `nothing`, or the feature that was left out. */
  readonly without: FeatureName | 'nothing';
  /** Means over the questions of the help centres, each judged by a fit on the others. */
  readonly auroc: number;
  readonly calibrationError: number;
  /** Weighted, in nats; lower is better. */
  readonly logLoss: number;
}

/** Only features that vary are left out in turn. */
export function ablate(rows: readonly Evidence[]): AblationRow[] {
  const used = featureNames.filter((_name, index) =>
    rows.some(({ features }) => features[index] !== rows[0]!.features[index]),
  );
  return (['nothing', ...used] as const).map((without) => {
    const predictions = crossPredict(rows, { without: without === 'nothing' ? [] : [without] });
    const groups = [...Map.groupBy(predictions, ({ group }) => group).values()];
    const own = (list: PolicyPrediction[]) => list.filter(({ stratum }) => stratum !== 'foreign');
    // By number of questions: a help centre with five of them has no AUROC to speak of.
    const mean = (value: (list: PolicyPrediction[]) => number) =>
      groups.reduce((sum, list) => sum + own(list).length * value(list), 0) / own(predictions).length;
    return {
      without,
      auroc: mean((list) => auroc(own(list))),
      calibrationError: mean((list) => expectedCalibrationError(list)),
      logLoss: logLoss(predictions),
    };
  });
}

function logLoss(predictions: readonly PolicyPrediction[]): number {
  const sum = predictions.reduce((total, { probability, label, weight = 1 }) => {
    const right = label ? probability : 1 - probability;
    return total - weight * Math.log(Math.max(right, 1e-12));
  }, 0);
  return sum / weightOf(predictions);
}

/** Markdown. `title` is a heading of level two. */
export function describeFit(
  title: string,
  fit: PolicyFit,
  { sets, ablation }: { readonly sets: readonly JudgedSet[]; readonly ablation?: readonly AblationRow[] },
): string {
  const reports = sets.map((set) => ({ ...set, report: reportOn(set.predictions, fit) }));
  return [
    `## ${title}`,
    'Each help centre is judged by a fit that had not seen it.',
    table(
      [
        'help centre',
        'questions',
        'passage found',
        'AUROC',
        'against …',
        'ECE (by chance)',
        'answered',
        'wrong and sure',
        'answerable answered',
        'unanswerable not answered',
      ],
      reports.map(({ name, isTest, report }) => [
        isTest ? `**${name}** (test)` : name,
        report.questions,
        percent(report.passageFound),
        report.auroc.toFixed(3),
        Object.entries(report.aurocAgainst)
          .map(([kind, value]) => `${kind} ${value.toFixed(3)}`)
          .join(', '),
        `${report.calibrationError.toFixed(3)} (${report.calibrationErrorByChance.toFixed(3)})`,
        percent(report.answered),
        percent(report.wrongAndSure),
        percent(report.answerableAnswered),
        notAnswered(report),
      ]),
    ),
    `Answering from ${fit.answerFrom}, asking back from ${fit.clarifyFrom}.`,
    '### What an error budget costs',
    'Shares of the questions as weighed for the fit, then what came of it on each test set.',
    table(
      [
        'budget',
        'answer from',
        'questions answered',
        'answerable answered',
        ...reports
          .filter(({ isTest }) => isTest)
          .map(({ name }) => `${name}: wrong and sure, answerable answered, unanswerable not answered`),
      ],
      (fit.errorBudgets ?? []).map((row) => [
        `${percentOf(row.budget)}`,
        row.answerFrom,
        percentOf(row.coverage),
        percentOf(row.answerableAnswered),
        ...reports
          .filter(({ isTest }) => isTest)
          .map(({ predictions }) => {
            const at = reportOn(predictions, { answerFrom: row.answerFrom, clarifyFrom: 0 });
            return `${percentOf(at.wrongAndSure.share)}, ${percentOf(at.answerableAnswered.share)}, ${percentOf(1 - at.unanswerableAnswered.share)}`;
          }),
      ]),
    ),
    ...(ablation
      ? [
          '### What each feature brings',
          table(
            ['without', 'AUROC', 'ECE', 'log loss'],
            ablation.map((row) => [
              row.without,
              row.auroc.toFixed(3),
              row.calibrationError.toFixed(3),
              row.logLoss.toFixed(4),
            ]),
          ),
        ]
      : []),
  ].join('\n\n');
}

function notAnswered({ unanswerableAnswered, answeredOf }: PolicyReport): string {
  const parts = Object.entries(answeredOf).map(([kind, { share }]) => `${kind} ${percentOf(1 - share)}`);
  return `${percentOf(1 - unanswerableAnswered.share)}${parts.length > 1 ? ` (${parts.join(', ')})` : ''}`;
}

function percent({ share, interval: [low, high] }: Share): string {
  return `${percentOf(share)} (${Math.round(low! * 100)} – ${Math.round(high! * 100)})`;
}

const percentOf = (share: number) => `${Number((share * 100).toFixed(1))} %`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
