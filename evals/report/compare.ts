// Two runs side by side: for each score of each case that both have, the paired difference and whether it can be chance; and the
// cases whose verdict changed.
import { type PairedDifference, pairedDifference } from '../metrics/bootstrap.ts';
import { formatValue, type Report, type ReportCase, type ReportMetric } from './report.ts';

export interface ScoreChange extends PairedDifference {
  readonly suite: string;
  readonly score: string;
  /** Which direction is an improvement. */
  readonly better: ReportMetric['better'];
  readonly before: number;
  readonly after: number;
}

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

/** Share of cases that pass, besides the scores that suites give. */
const passed = 'passed';

export function compareReports(before: Report, after: Report, seed = 1): Comparison {
  const scores: ScoreChange[] = [];
  const changed: CaseChange[] = [];
  let unpaired = 0;
  for (const [suite, { cases }] of Object.entries(after.suites)) {
    const earlier = before.suites[suite];
    if (!earlier) continue;
    const byId = new Map(earlier.cases.map((one) => [one.id, one]));
    const pairs: [ReportCase, ReportCase][] = [];
    for (const now of cases) {
      const then = byId.get(now.id);
      byId.delete(now.id);
      if (then && then.verdict !== 'error' && now.verdict !== 'error') pairs.push([then, now]);
      else unpaired++;
    }
    unpaired += byId.size;
    const names = [...new Set(pairs.flatMap(([, now]) => Object.keys(scoresOf(now))))];
    for (const score of names) {
      const values = pairs.flatMap(([then, now]) => {
        const one = scoresOf(then)[score];
        const other = scoresOf(now)[score];
        return one === undefined || other === undefined ? [] : [[one, other] as const];
      });
      if (values.length === 0) continue;
      scores.push({
        suite,
        score,
        better: directionOf(score, after.suites[suite]!.metrics),
        before: average(values.map(([one]) => one)),
        after: average(values.map(([, other]) => other)),
        ...pairedDifference(values, { seed }),
      });
    }
    for (const [then, now] of pairs) {
      if (then.verdict === now.verdict) continue;
      changed.push({
        suite,
        id: now.id,
        question: now.turns.findLast(({ role }) => role === 'customer')?.text ?? '',
        before: then.verdict,
        after: now.verdict,
        reasons: now.reasons ?? [],
      });
    }
  }
  return {
    before: { id: before.id, subject: before.subject },
    after: { id: after.id, subject: after.subject },
    scores,
    changed,
    unpaired,
  };
}

/** Of scores that are no figure of their suite by the same name. */
const directions: Readonly<Record<string, ReportMetric['better']>> = {
  'wrong-answer': 'lower',
  perplexity: 'lower',
  characters: 'neither',
  confidence: 'neither',
  tokens: 'neither',
};

function directionOf(score: string, metrics: Readonly<Record<string, ReportMetric>>): ReportMetric['better'] {
  return metrics[score]?.better ?? directions[score] ?? 'higher';
}

function scoresOf({ scores = {}, verdict }: ReportCase): Record<string, number> {
  return verdict === 'info' ? scores : { ...scores, [passed]: verdict === 'pass' ? 1 : 0 };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Many scores are compared at once, so a single p below 0.05 would often be chance: Benjamini and Hochberg (1995), 5 %. */
export function significant(scores: readonly ScoreChange[]): Set<ScoreChange> {
  const sorted = [...scores].sort((a, b) => a.p - b.p);
  const last = sorted.findLastIndex(({ p }, index) => p <= (0.05 * (index + 1)) / sorted.length);
  return new Set(sorted.slice(0, last + 1));
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
