// The same customers with the waits that they really had: whoever the bot helped waits not at all, everybody else exactly as long as
// before. No queue is assumed, so this is the least that a bot changes: that the others move up is not in it.
import { type Metric, statisticMetric } from '#learning/metrics/metric.ts';

export interface ReplayedVisit {
  /** Seconds until the first reply of a person, as it was. */
  readonly waitSeconds: number;
  /** Probability that the bot's answer was all that the customer needed. */
  readonly helped: number;
}

/** Shares are of the wait without the bot; bootstrap over customers. */
export function replayedWaits(visits: readonly ReplayedVisit[], seed: number): Record<string, Metric> {
  const after = (list: readonly ReplayedVisit[]) =>
    list.flatMap(({ waitSeconds, helped }) => [
      { value: waitSeconds, weight: 1 - helped },
      { value: 0, weight: helped },
    ]);
  const before = (list: readonly ReplayedVisit[]) =>
    list.map(({ waitSeconds }) => ({ value: waitSeconds, weight: 1 }));
  const fall =
    (of: (list: readonly Weighted[]) => number) =>
    (list: readonly ReplayedVisit[]): number => {
      const earlier = of(before(list));
      return earlier === 0 ? 0 : 1 - of(after(list)) / earlier;
    };
  return {
    'real-mean-wait': statisticMetric(visits, (list) => weightedMean(before(list)) / 60, {
      unit: 'min',
      seed,
      better: 'neither',
      label: 'Mean wait for the first reply of a person, as it was',
    }),
    'real-p95-wait': statisticMetric(visits, (list) => weightedQuantile(before(list), 0.95) / 60, {
      unit: 'min',
      seed,
      better: 'neither',
      label: 'Wait that 95 of 100 did not exceed, as it was',
    }),
    'real-mean-wait-fall': statisticMetric(visits, fall(weightedMean), {
      unit: 'share',
      seed,
      label: 'Fall of the mean wait if those who were not helped had waited as long as they did (the least)',
    }),
    'real-p95-wait-fall': statisticMetric(
      visits,
      fall((list) => weightedQuantile(list, 0.95)),
      {
        unit: 'share',
        seed,
        label:
          'Fall of the wait that 95 of 100 do not exceed, if those who were not helped had waited as long as they did',
      },
    ),
  };
}

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

function weightedMean(list: readonly Weighted[]): number {
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  return total === 0 ? 0 : list.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
}

/** The smallest value that this share of the weight does not exceed. */
function weightedQuantile(list: readonly Weighted[], share: number): number {
  const sorted = list.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value);
  const wanted = share * sorted.reduce((sum, { weight }) => sum + weight, 0);
  let seen = 0;
  for (const { value, weight } of sorted) {
    seen += weight;
    if (seen >= wanted - 1e-9) return value;
  }
  return 0;
}
