// What two readers say of the answers of one or several versions: counts with their interval, agreement, and what they disagree about.
import { cohensKappa } from '#learning/metrics/agreement.ts';
import { bootstrapInterval } from '#learning/metrics/bootstrap.ts';
import { wilsonInterval } from '#learning/metrics/classification.ts';
import { type AnswerKey, type VerdictName, type Verdicts, verdictNames } from './verdicts.ts';

export interface ReadingsRequest {
  readonly key: AnswerKey;
  readonly first: Verdicts;
  readonly second: Verdicts;
  /** A third reader's, where the two disagree. */
  readonly settled?: Verdicts;
}

export interface Count {
  readonly count: number;
  readonly share: number;
  /** Wilson, 95 %. */
  readonly low: number;
  readonly high: number;
}

export type Counts = Readonly<Record<VerdictName, Count>>;

export interface Readings {
  readonly versions: readonly {
    readonly version: string;
    readonly answers: number;
    readonly first: Counts;
    readonly second: Counts;
    /** What both say, or the third reader where they disagree; of `judged` answers. */
    readonly final: Counts;
    readonly judged: number;
  }[];
  readonly agreement: number;
  readonly kappa: { readonly value: number; readonly low: number; readonly high: number };
  readonly disagreements: readonly {
    readonly item: string;
    readonly id: string;
    readonly version: string;
    readonly first: VerdictName;
    readonly second: VerdictName;
    readonly settled?: VerdictName;
    readonly notes: readonly string[];
  }[];
}

export function summarizeReadings({ key, first, second, settled }: ReadingsRequest): Readings {
  const rows = key.items.map((one) => {
    const [a, b] = [first.get(one.item)!, second.get(one.item)!];
    const third = a.verdict === b.verdict ? undefined : settled?.get(one.item)?.verdict;
    return { ...one, a, b, third, final: a.verdict === b.verdict ? a.verdict : third };
  });
  const pairs = rows.map(({ a, b }) => [a.verdict, b.verdict] as const);
  const [low, high] = bootstrapInterval(pairs, cohensKappa, { seed: key.seed });
  return {
    versions: [...Map.groupBy(rows, ({ version }) => version)]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([version, some]) => {
        const final = some.flatMap((row) => row.final ?? []);
        return {
          version,
          answers: some.length,
          first: countsOf(some.map(({ a }) => a.verdict)),
          second: countsOf(some.map(({ b }) => b.verdict)),
          final: countsOf(final),
          judged: final.length,
        };
      }),
    agreement: pairs.filter(([one, other]) => one === other).length / pairs.length,
    kappa: { value: cohensKappa(pairs), low, high },
    disagreements: rows
      .filter(({ a, b }) => a.verdict !== b.verdict)
      .map(({ item, id, version, a, b, third }) => ({
        item,
        id,
        version,
        first: a.verdict,
        second: b.verdict,
        ...(third === undefined ? {} : { settled: third }),
        notes: [a.notes, b.notes],
      })),
  };
}

export function describeReadings({ versions, agreement, kappa, disagreements }: Readings): string {
  const lines = versions.flatMap(({ version, answers, first, second, final, judged }) => [
    `${version}: ${answers} answers`,
    `  first reader    ${describeCounts(first)}`,
    `  second reader   ${describeCounts(second)}`,
    `  both, or third  ${describeCounts(final)}${judged < answers ? `; ${answers - judged} not settled` : ''}`,
  ]);
  return [
    ...lines,
    `The readers agree on ${percent(agreement)}; Cohen's kappa ${kappa.value.toFixed(2)} (95 %: ${kappa.low.toFixed(2)} to ${kappa.high.toFixed(2)})`,
    ...(disagreements.length > 0 ? [`They disagree about ${disagreements.length}:`] : []),
    ...disagreements.map(
      ({ item, id, first, second, settled, notes }) =>
        `  ${item} ${id}: ${first} / ${second}${settled === undefined ? '' : `, settled as ${settled}`}${notes.some(Boolean) ? ` (${notes.join(' / ')})` : ''}`,
    ),
  ].join('\n');
}

function countsOf(verdicts: readonly VerdictName[]): Counts {
  const entries = verdictNames.map((name) => {
    const count = verdicts.filter((verdict) => verdict === name).length;
    const [low, high] = wilsonInterval(count, verdicts.length);
    return [name, { count, share: verdicts.length === 0 ? 0 : count / verdicts.length, low, high }];
  });
  return Object.fromEntries(entries);
}

function describeCounts(counts: Counts): string {
  return verdictNames
    .map((name) => {
      const { count, share, low, high } = counts[name];
      return `${name} ${count} = ${percent(share)} (${percent(low)} to ${percent(high)})`;
    })
    .join(', ');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
