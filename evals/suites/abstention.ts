// Does the desk know what it knows? Every question is answered once, at any confidence. So the report can show what each threshold would
// have cost in wrong answers.

import { auroc, expectedCalibrationError } from '#learning/metrics/classification.ts';
import { type Metric, shareMetric, statisticMetric } from '#learning/metrics/metric.ts';
import {
  areaUnderRiskCoverage,
  coverageAtRisk,
  reliabilityBins,
  riskCoverage,
} from '#learning/metrics/selective.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import type { AskRecord } from '../core/ask.ts';
import type { Chart } from '../core/result.ts';
import { citationScores, factRecall, forbiddenIn } from '../judging/answer-checks.ts';

export interface AbstentionRecord {
  /** What the desk does. */
  readonly reply: AskRecord;
  /** What it would have answered without its policy. */
  readonly forced: AskRecord;
}

const passagesGiven = 5;

/** At least half of the facts, nothing of a look-alike; without facts, a right article cited. Never for what must not be answered. */
export function isRight({ expect, facts, gold, mustNot }: EvalCase, answer: AskRecord): boolean {
  if (expect !== 'answer' || answer.decision !== 'answer') return false;
  if (forbiddenIn(answer.text, mustNot).length > 0) return false;
  return facts.length > 0
    ? factRecall(answer.text, facts) >= 0.5
    : citationScores(answer.citations, gold).hit === 1;
}

export function passageFound({ gold }: EvalCase, { passages }: AskRecord): boolean {
  return passages.slice(0, passagesGiven).some(({ documentId }) => gold.includes(documentId));
}

type Done = readonly { readonly evalCase: EvalCase; readonly judged: AbstentionRecord }[];

export function summarizeAbstention(
  done: Done,
  { seed, answerFrom }: { seed: number; answerFrom: number },
): { metrics: Record<string, Metric>; charts: Chart[] } {
  const rows = done.map(({ evalCase, judged }) => ({
    answerable: evalCase.expect === 'answer',
    decision: judged.reply.decision,
    // What was decided without looking anything up is never answered.
    confidence: judged.forced.decision === 'answer' ? judged.forced.confidence : 0,
    probability: judged.forced.decision === 'answer' ? judged.forced.confidence : 0,
    isStated: judged.reply.decision === 'answer' && !judged.reply.isUnsure,
    right: isRight(evalCase, judged.forced),
    label: passageFound(evalCase, judged.forced),
  }));
  const answerable = rows.filter((row) => row.answerable);
  const unanswerable = rows.filter((row) => !row.answerable);
  const answered = rows.filter(({ decision }) => decision === 'answer');
  const stated = rows.filter(({ isStated }) => isStated);
  const count = (list: typeof rows, decision: string) =>
    list.filter((row) => row.decision === decision).length;
  const statistic = (
    value: (list: readonly (typeof rows)[number][]) => number,
    words: Partial<Metric> & { label: string },
  ) => statisticMetric(rows, value, { seed, ...words });

  const metrics: Record<string, Metric> = {
    'wrong-stated': shareMetric(stated.filter(({ right }) => !right).length, stated.length, {
      label:
        'Of the answers given without a word of doubt, those that are wrong or should not have been given',
      better: 'lower',
    }),
    'wrong-answers': shareMetric(answered.filter(({ right }) => !right).length, answered.length, {
      label: 'Of all answers given, those that are wrong or should not have been given',
      better: 'lower',
    }),
    'unanswerable-answered': shareMetric(count(unanswerable, 'answer'), unanswerable.length, {
      label: 'Questions that no article answers, answered all the same',
      better: 'lower',
    }),
    'unanswerable-declined': shareMetric(
      count(unanswerable, 'decline') + count(unanswerable, 'handoff'),
      unanswerable.length,
      { label: 'Questions that no article answers, declined or handed over at once (the rest: asked back)' },
    ),
    'answerable-answered': shareMetric(count(answerable, 'answer'), answerable.length, {
      label: 'Questions that an article answers, answered',
    }),
    'answerable-declined': shareMetric(
      count(answerable, 'decline') + count(answerable, 'handoff'),
      answerable.length,
      { label: 'Questions that an article answers, declined (the rest: asked back)', better: 'lower' },
    ),
    aurc: statistic(areaUnderRiskCoverage, {
      label: 'Mean share of wrong answers over all thresholds (area under the risk-coverage curve)',
      better: 'lower',
    }),
    'coverage-2': statistic((list) => coverageAtRisk(list, 0.02), {
      unit: 'share',
      label: 'Questions that could be answered with at most 2 % wrong answers',
    }),
    'coverage-5': statistic((list) => coverageAtRisk(list, 0.05), {
      unit: 'share',
      label: 'Questions that could be answered with at most 5 % wrong answers',
    }),
    auroc: statistic((list) => auroc(list.map(({ probability, right }) => ({ probability, label: right }))), {
      label: 'Confidence tells right from wrong answers (AUROC; 0.5 is chance)',
    }),
    'found-auroc': statistic(auroc, {
      label: 'Confidence tells questions whose passage was found from others (AUROC)',
    }),
    ece: statistic(expectedCalibrationError, {
      label: 'Distance of the confidence from the share that is found (calibration error, ECE)',
      better: 'lower',
    }),
  };
  const curve = riskCoverage(rows);
  const chosen = rows.filter(({ confidence }) => confidence >= answerFrom);
  return {
    metrics,
    charts: [
      {
        kind: 'lines',
        id: 'risk-coverage',
        title: 'What answering more costs in wrong answers',
        x: 'share of questions answered',
        y: 'share of answers wrong',
        series: [
          { name: 'every threshold', points: curve.map(({ coverage, risk }) => [coverage, risk]) },
          {
            name: `chosen: answer from ${answerFrom}`,
            points: [
              [
                chosen.length / Math.max(1, rows.length),
                chosen.filter(({ right }) => !right).length / Math.max(1, chosen.length),
              ],
            ],
          },
        ],
      },
      {
        kind: 'lines',
        id: 'reliability',
        title: 'Is the confidence to be believed?',
        x: 'confidence',
        y: 'passage with the answer found',
        diagonal: true,
        series: [
          {
            name: 'measured',
            points: reliabilityBins(rows).map(({ confidence, accuracy }) => [confidence, accuracy]),
          },
        ],
      },
    ],
  };
}
