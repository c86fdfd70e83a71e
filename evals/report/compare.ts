// Two reports side by side, in words: which scores differ, whether that can be chance, and which cases changed.

import { formatValue } from '#learning/metrics/format-value.ts';
import { compareScores, type ScoreChange, significant } from '#learning/metrics/score-changes.ts';
import type { Report, ReportCase } from './report.ts';

export interface CaseChange {
  readonly suite: string;
  readonly id: string;
  readonly question: string;
  readonly before: ReportCase['verdict'];
  readonly after: ReportCase['verdict'];
  readonly reasons: readonly string[];
}

export interface Comparison {
  readonly before: Pick<Report, 'id' | 'subject'>;
  readonly after: Pick<Report, 'id' | 'subject'>;
  readonly scores: readonly ScoreChange[];
  /** Verdicts that changed between pass and fail. */
  readonly changed: readonly CaseChange[];
  /** Cases that only one of the two has, or that failed for another reason than being wrong. */
  readonly unpaired: number;
}

export function compareReports(before: Report, after: Report, seed = 1): Comparison {
  const { scores, changed, unpaired } = compareScores(before, after, seed);
  return {
    before: { id: before.id, subject: before.subject },
    after: { id: after.id, subject: after.subject },
    scores,
    changed: changed.map(({ suite, before: then, after: now }) => ({
      suite,
      id: now.id,
      question: now.turns.findLast(({ role }) => role === 'customer')?.text ?? '',
      before: then.verdict,
      after: now.verdict,
      reasons: now.reasons ?? [],
    })),
    unpaired,
  };
}

export function describeComparison(comparison: Comparison): string {
  const { before, after, scores, changed, unpaired } = comparison;
  const sure = significant(scores);
  const different = scores.filter(({ difference, low, high }) => difference !== 0 || low !== 0 || high !== 0);
  const lines = [`before  ${describe(before)}`, `after   ${describe(after)}`, ''];
  if (different.length === 0) lines.push('No score differs.');
  for (const change of different) {
    const { suite, score, difference, low, high, p, n } = change;
    lines.push(
      `${`${suite} ${score}`.padEnd(38)}${formatValue(change.before, 'score').padStart(9)} → ${formatValue(change.after, 'score').padEnd(9)}${signed(difference)} (95 %: ${signed(low)} to ${signed(high)}, n ${n}, p ${p < 0.001 ? '< 0.001' : p.toFixed(3)})  ${sure.has(change) ? verdictOf(change) : 'may be chance'}`,
    );
  }
  lines.push(
    '',
    `${changed.length} case(s) changed${unpaired > 0 ? `; ${unpaired} are in one run only, or errors` : ''}.`,
  );
  for (const { suite, id, question, before: then, after: now, reasons } of changed) {
    lines.push(
      `${now === 'pass' ? '+' : '-'} ${suite} ${id}: ${then} → ${now}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
      `    ${question.replace(/\s+/g, ' ').slice(0, 110)}`,
    );
  }
  return lines.join('\n');
}

function verdictOf({ better, difference }: ScoreChange): string {
  if (better === 'neither') return 'different, not chance';
  return difference > 0 === (better === 'higher') ? 'better, not chance' : 'worse, not chance';
}

function describe({ id, subject }: Comparison['before']): string {
  return `${id}: ${subject.embedder}, ${subject.chatModel}, ${subject.generation}, answer from ${subject.answerFrom}`;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`;
}
