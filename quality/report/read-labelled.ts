// What of the data report comes from labelled conversations, streamed: counters stay in memory, no conversation does.

import { agreedValues, type GoldLabel, goldKey } from '#learning/labels/gold-labels.ts';
import { type LabelKind, labelKinds, type WeakKind } from '#learning/labels/label-kinds.ts';
import type { WeakRow } from '#learning/labels/weak-labels.ts';
import { wilsonInterval } from '#learning/metrics/classification.ts';
import { createBiasTally, type Dimension, dimensions, type GroupedCase } from '../bias/group-outcomes.ts';
import type { Coverage, DataReport, LabelFigures, Lengths, MissingValues } from './data-report.ts';
import { lengthsOf } from './describe-articles.ts';

/**
 * Cosine of a question and an article's nearest passage. Of questions that an article of a real help centre answers, 90 % have .61 and more
 * (docs/data-quality.md).
 */
const closeEnough = 0.6;
const mostClasses = 60;
/** Of lengths, a sample of the first ones is enough for quantiles. */
const mostLengths = 100_000;

export interface LabelledFigures {
  readonly past: number;
  readonly chat: number;
  readonly bySource: ReadonlyMap<string, number>;
  readonly missing: readonly MissingValues[];
  readonly lengths: readonly Lengths[];
  readonly byLanguage: ReadonlyMap<string, number>;
  readonly labels: readonly LabelFigures[];
  readonly coverage: Coverage;
  readonly bias: DataReport['bias'];
}

/** `extra`: cases of an evals run, for the bias alone. `titles`: of articles, by id. */
export async function readLabelled(
  rows: AsyncIterable<WeakRow>,
  {
    current,
    titles,
    extra,
  }: {
    readonly current: readonly GoldLabel[];
    readonly titles: ReadonlyMap<string, string>;
    readonly extra: readonly GroupedCase[];
  },
): Promise<LabelledFigures> {
  const gold = agreedValues(current);
  const bias = createBiasTally();
  const counts = new Map<LabelKind, Map<string, number>>(labelKinds.map((kind) => [kind, new Map()]));
  const people = new Map<LabelKind, number>();
  const chances = new Map<LabelKind, { sum: number; n: number }>();
  const intents = new Map<string, { all: number; covered: number; nearest: Map<string, number> }>();
  const bySource = new Map<string, number>();
  const lengths: number[] = [];
  let past = 0;
  let total = 0;
  const missing = { date: 0, problem: 0 };
  for await (const row of rows) {
    total += 1;
    if (row.origin === 'past') past += 1;
    add(bySource, row.source);
    if (row.at === undefined) missing.date += 1;
    if (row.votes.intent === undefined && row.nearest === undefined) missing.problem += 1;
    if (lengths.length < mostLengths) lengths.push(row.characters);
    const values = new Map<LabelKind, string>();
    for (const kind of labelKinds) {
      const given = gold.get(goldKey(row.conversation, kind));
      const weak = row.labels[kind as WeakKind];
      const value = given ?? weak?.[0];
      if (value === undefined) continue;
      values.set(kind, value);
      add(counts.get(kind)!, value);
      if (given !== undefined) people.set(kind, (people.get(kind) ?? 0) + 1);
      else if (weak) {
        const chance = chances.get(kind) ?? { sum: 0, n: 0 };
        chances.set(kind, { sum: chance.sum + weak[1], n: chance.n + 1 });
      }
    }
    const intent = values.get('intent');
    if (intent !== undefined && row.nearest) coverOf(intents, intent, row.nearest);
    bias.add(caseOf(row, values));
  }
  for (const one of extra) bias.add(one);
  return {
    past,
    chat: total - past,
    bySource,
    missing: [
      { what: 'a date', of: 'conversations', missing: missing.date, total },
      { what: 'a question that can be told', of: 'conversations', missing: missing.problem, total },
    ],
    lengths: lengthsOf('conversations', lengths),
    byLanguage: counts.get('language')!,
    labels: labelKinds.flatMap((kind) =>
      labelFigures(kind, {
        classes: counts.get(kind)!,
        total,
        byPeople: people.get(kind) ?? 0,
        chance: chances.get(kind),
      }),
    ),
    coverage: coverageOf(intents, titles),
    bias: bias.report(),
  };
}

function caseOf(
  { outcome: { waitSeconds, ...outcome }, source, origin }: WeakRow,
  values: ReadonlyMap<LabelKind, string>,
): GroupedCase {
  const groups: Partial<Record<Dimension, string>> = {};
  for (const dimension of dimensions) {
    const value = values.get(dimension);
    if (value !== undefined) groups[dimension] = value;
  }
  groups.channel ??= origin === 'chat' ? 'chat' : source;
  return { groups, outcome, ...(waitSeconds === undefined ? {} : { waitSeconds }) };
}

function labelFigures(
  kind: LabelKind,
  {
    classes,
    total,
    byPeople,
    chance,
  }: {
    readonly classes: ReadonlyMap<string, number>;
    readonly total: number;
    readonly byPeople: number;
    readonly chance: { readonly sum: number; readonly n: number } | undefined;
  },
): LabelFigures[] {
  const labelled = [...classes.values()].reduce((sum, count) => sum + count, 0);
  if (labelled === 0) return [];
  return [
    {
      kind,
      labelled: labelled / total,
      byPeople,
      meanProbability: chance ? chance.sum / chance.n : 1,
      classes: [...classes]
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, mostClasses)
        .map(([value, count]) => ({ value, count, share: count / labelled })),
    },
  ];
}

function coverOf(
  intents: Map<string, { all: number; covered: number; nearest: Map<string, number> }>,
  intent: string,
  nearest: NonNullable<WeakRow['nearest']>,
): void {
  const one = intents.get(intent) ?? { all: 0, covered: 0, nearest: new Map<string, number>() };
  intents.set(intent, one);
  one.all += 1;
  if (nearest.cosine >= closeEnough) one.covered += 1;
  add(one.nearest, nearest.documentId);
}

/** The least covered first: what to write next. */
function coverageOf(
  intents: ReadonlyMap<string, { all: number; covered: number; nearest: Map<string, number> }>,
  titles: ReadonlyMap<string, string>,
): Coverage {
  const figures = [...intents].map(([intent, { all, covered, nearest }]) => {
    const [low, high] = wilsonInterval(covered, all);
    const [most] = [...nearest].sort((a, b) => b[1] - a[1])[0]!;
    const title = titles.get(most);
    return {
      intent,
      conversations: all,
      covered: covered / all,
      low,
      high,
      ...(title === undefined ? {} : { nearest: title }),
    };
  });
  return {
    threshold: closeEnough,
    intents: figures.sort(
      (a, b) =>
        (1 - b.covered) * b.conversations - (1 - a.covered) * a.conversations ||
        b.conversations - a.conversations,
    ),
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
