// Whether some customers fare worse: what became of conversations, by group, with intervals, and a flag where a group differs from all
// others beyond chance.
import { quantile } from '#learning/metrics/bootstrap.ts';
import { wilsonInterval } from '#learning/metrics/classification.ts';
import { statisticMetric } from '#learning/metrics/metric.ts';
import { holmAdjusted, twoProportionP } from '#learning/metrics/proportions.ts';

export const dimensions = ['intent', 'product', 'language', 'channel', 'group'] as const;
export type Dimension = (typeof dimensions)[number];

/** `longWait`: longer than the median of the desk. */
export const measures = ['answered', 'declined', 'handedOver', 'citedRight', 'longWait'] as const;
export type Measure = (typeof measures)[number];

export interface GroupedCase {
  readonly groups: Readonly<Partial<Record<Dimension, string>>>;
  /** Absent fields do not apply. */
  readonly outcome: { readonly [measure in Exclude<Measure, 'longWait'>]?: boolean | undefined };
  readonly waitSeconds?: number;
}

export interface GroupFigure {
  readonly measure: Measure;
  readonly dimension: Dimension;
  readonly group: string;
  readonly n: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  /** Of all other conversations whose group is known; absent where there is none. */
  readonly others?: number;
  /** Adjusted for all comparisons of the report; absent where the group is too small to compare. */
  readonly p?: number;
  /** Beyond chance, and by enough to matter. */
  readonly differs: boolean;
}

/** Of two groups that differ, the one to look at. */
export function faresWorse({
  measure,
  share,
  others = share,
}: Pick<GroupFigure, 'measure' | 'share' | 'others'>): boolean {
  return measure === 'answered' || measure === 'citedRight' ? share < others : share > others;
}

export interface WaitFigure {
  readonly dimension: Dimension;
  readonly group: string;
  readonly n: number;
  readonly medianSeconds: number;
  readonly low: number;
  readonly high: number;
}

export interface BiasReport {
  readonly cases: number;
  readonly overall: readonly {
    readonly measure: Measure;
    readonly n: number;
    readonly share: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly groups: readonly GroupFigure[];
  readonly waits: readonly WaitFigure[];
  readonly comparisons: number;
  /** Groups with fewer conversations than are shown. */
  readonly hidden: number;
  readonly rules: BiasRules;
}

export interface BiasRules {
  /** Groups with fewer cases are not compared. */
  readonly leastCompared: number;
  /** Groups with fewer are not shown: they would tell of single customers. */
  readonly leastShown: number;
  readonly significance: number;
  /** Between the shares of a group and of the others. */
  readonly leastDifference: number;
}

export const biasRules: BiasRules = {
  leastCompared: 30,
  leastShown: 5,
  significance: 0.05,
  leastDifference: 0.05,
};

type Counts = Map<string, { yes: number; total: number }>;

export function createBiasTally(rules: BiasRules = biasRules) {
  const counts: Counts = new Map();
  const waits: { seconds: number; groups: GroupedCase['groups'] }[] = [];
  let cases = 0;

  function count(measure: Measure, groups: GroupedCase['groups'], yes: boolean): void {
    for (const key of [
      keyOf(measure),
      ...dimensions.flatMap((dimension) =>
        groups[dimension] === undefined ? [] : [keyOf(measure, dimension, groups[dimension])],
      ),
    ]) {
      const counted = counts.get(key) ?? { yes: 0, total: 0 };
      counts.set(key, counted);
      counted.total += 1;
      if (yes) counted.yes += 1;
    }
  }

  return {
    add({ groups, outcome, waitSeconds }: GroupedCase): void {
      const known = Object.entries(outcome).filter(([, value]) => value !== undefined) as [
        Measure,
        boolean,
      ][];
      if (known.length === 0 && waitSeconds === undefined) return;
      cases += 1;
      for (const [measure, yes] of known) count(measure, groups, yes);
      if (waitSeconds !== undefined) waits.push({ seconds: waitSeconds, groups });
    },

    report(): BiasReport {
      const sorted = waits.map(({ seconds }) => seconds).sort((a, b) => a - b);
      const median = sorted.length === 0 ? 0 : quantile(sorted, 0.5);
      for (const { seconds, groups } of waits) count('longWait', groups, seconds > median);
      const { figures, hidden } = groupFigures(counts, rules);
      return {
        cases,
        overall: measures.flatMap((measure) => {
          const all = counts.get(keyOf(measure));
          if (!all) return [];
          const [low, high] = wilsonInterval(all.yes, all.total);
          return [{ measure, n: all.total, share: all.yes / all.total, low, high }];
        }),
        groups: figures,
        waits: waitFigures(waits, rules),
        comparisons: figures.filter(({ p }) => p !== undefined).length,
        hidden,
        rules,
      };
    },
  };
}

function groupFigures(counts: Counts, rules: BiasRules): { figures: GroupFigure[]; hidden: number } {
  let hidden = 0;
  const read = [...counts].flatMap(([key, { yes, total }]) => {
    const [measure, dimension, group] = JSON.parse(key) as [
      Measure,
      Dimension | undefined,
      string | undefined,
    ];
    if (dimension === undefined || group === undefined) return [];
    if (total < rules.leastShown) {
      hidden += 1;
      return [];
    }
    const all = membersOf(counts, measure, dimension);
    const others = { yes: all.yes - yes, total: all.total - total };
    const compared = total >= rules.leastCompared && others.total >= rules.leastCompared;
    const p = compared ? twoProportionP([yes, total], [others.yes, others.total]) : undefined;
    return [{ measure, dimension, group, yes, total, others, p }];
  });
  const tested = read.filter(({ p }) => p !== undefined);
  const adjusted = new Map(holmAdjusted(tested.map(({ p }) => p!)).map((p, at) => [tested[at]!, p]));
  const figures = read.map((one): GroupFigure => {
    const { measure, dimension, group, yes, total, others } = one;
    const [low, high] = wilsonInterval(yes, total);
    const share = yes / total;
    const otherShare = others.total === 0 ? undefined : others.yes / others.total;
    const p = adjusted.get(one);
    const differs =
      p !== undefined &&
      otherShare !== undefined &&
      p < rules.significance &&
      Math.abs(share - otherShare) >= rules.leastDifference;
    return {
      measure,
      dimension,
      group,
      n: total,
      share,
      low,
      high,
      ...(otherShare === undefined ? {} : { others: otherShare }),
      ...(p === undefined ? {} : { p }),
      differs,
    };
  });
  return { figures: figures.sort((a, b) => Number(b.differs) - Number(a.differs) || b.n - a.n), hidden };
}

/** Of all groups of the dimension: who belongs to none is compared with nobody. */
function membersOf(counts: Counts, measure: Measure, dimension: Dimension): { yes: number; total: number } {
  const sum = { yes: 0, total: 0 };
  const prefix = JSON.stringify([measure, dimension]).slice(0, -1);
  for (const [key, { yes, total }] of counts)
    if (key.startsWith(`${prefix},`)) {
      sum.yes += yes;
      sum.total += total;
    }
  return sum;
}

function waitFigures(
  waits: readonly { seconds: number; groups: GroupedCase['groups'] }[],
  { leastShown }: BiasRules,
): WaitFigure[] {
  const median = (values: readonly number[]) =>
    quantile(
      [...values].sort((a, b) => a - b),
      0.5,
    );
  return dimensions.flatMap((dimension) => {
    const groups = Map.groupBy(
      waits.filter(({ groups }) => groups[dimension] !== undefined),
      ({ groups }) => groups[dimension]!,
    );
    return [...groups].flatMap(([group, own]): WaitFigure[] => {
      if (own.length < leastShown) return [];
      // The bootstrap of more says the same and takes long.
      const seconds = own.slice(0, 2_000).map((one) => one.seconds);
      const { value, low, high } = statisticMetric(seconds, median, { unit: 's', label: 'wait' });
      return [{ dimension, group, n: own.length, medianSeconds: value, low, high }];
    });
  });
}

function keyOf(measure: Measure, dimension?: Dimension, group?: string): string {
  return JSON.stringify(dimension === undefined ? [measure] : [measure, dimension, group]);
}
