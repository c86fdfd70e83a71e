// Two runs of the same cases: for each score, the paired difference and whether it can be chance; and the cases whose verdict changed.
import { type PairedDifference, pairedDifference } from './bootstrap.ts';

export interface ScoredCase {
  /** Cases are paired by it. */
  readonly id: string;
  readonly verdict: 'pass' | 'fail' | 'error' | 'info';
  readonly scores?: Readonly<Record<string, number>> | undefined;
}

type Direction = 'higher' | 'lower' | 'neither';

/** By suite. A report of the evals is one. */
export interface ScoredRun<Case extends ScoredCase = ScoredCase> {
  readonly suites: Readonly<
    Record<
      string,
      {
        readonly cases: readonly Case[];
        readonly metrics: Readonly<Record<string, { readonly better: Direction }>>;
      }
    >
  >;
}

export interface ScoreChange extends PairedDifference {
  readonly suite: string;
  readonly score: string;
  /** Which direction is an improvement. */
  readonly better: Direction;
  readonly before: number;
  readonly after: number;
}

export interface RunChanges<Case> {
  readonly scores: readonly ScoreChange[];
  /** Cases whose verdict changed, by suite. */
  readonly changed: readonly { readonly suite: string; readonly before: Case; readonly after: Case }[];
  /** Cases that only one of the two has, or that failed for another reason than being wrong. */
  readonly unpaired: number;
}

/** Share of cases that pass, besides the scores that suites give. */
const passed = 'passed';

export function compareScores<Case extends ScoredCase>(
  before: ScoredRun<Case>,
  after: ScoredRun<Case>,
  seed = 1,
): RunChanges<Case> {
  const scores: ScoreChange[] = [];
  const changed: { suite: string; before: Case; after: Case }[] = [];
  let unpaired = 0;
  for (const [suite, { cases, metrics }] of Object.entries(after.suites)) {
    const earlier = before.suites[suite];
    if (!earlier) continue;
    const byId = new Map(earlier.cases.map((one) => [one.id, one]));
    const pairs: [Case, Case][] = [];
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
        better: metrics[score]?.better ?? directions[score] ?? 'higher',
        before: average(values.map(([one]) => one)),
        after: average(values.map(([, other]) => other)),
        ...pairedDifference(values, { seed }),
      });
    }
    for (const [then, now] of pairs)
      if (then.verdict !== now.verdict) changed.push({ suite, before: then, after: now });
  }
  return { scores, changed, unpaired };
}

/** Many scores are compared at once, so a single p below 0.05 would often be chance: Benjamini and Hochberg (1995), 5 %. */
export function significant<Change extends Pick<ScoreChange, 'p'>>(scores: readonly Change[]): Set<Change> {
  const sorted = [...scores].sort((a, b) => a.p - b.p);
  const last = sorted.findLastIndex(({ p }, index) => p <= (0.05 * (index + 1)) / sorted.length);
  return new Set(sorted.slice(0, last + 1));
}

/** Of scores that are no figure of their suite by the same name. */
const directions: Readonly<Record<string, Direction>> = {
  'wrong-answer': 'lower',
  perplexity: 'lower',
  characters: 'neither',
  confidence: 'neither',
  tokens: 'neither',
};

function scoresOf({ scores = {}, verdict }: ScoredCase): Readonly<Record<string, number>> {
  return verdict === 'info' ? scores : { ...scores, [passed]: verdict === 'pass' ? 1 : 0 };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
