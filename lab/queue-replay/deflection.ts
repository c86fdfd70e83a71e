// What a bot changes for those who wait: the same customers, at the same times, with the same agents, with and without it.

import { quantile } from '#learning/metrics/bootstrap.ts';
import { mean } from '#learning/metrics/metric.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { type Customer, simulateQueue } from './queue-simulation.ts';

/** What is drawn from: one customer of the data. */
export interface ObservedCustomer {
  readonly handlingSeconds: number;
  /** The bot would have answered, instead of asking back, declining or handing over. */
  readonly answered: boolean;
}

export interface DeflectionInput {
  readonly customers: readonly ObservedCustomer[];
  /** Seconds between arrivals while the desk is open; only their pattern counts, see `utilisation`. */
  readonly gaps: readonly number[];
  readonly agents: number;
  /** Share of the agents' time that is taken without the bot, 0 to 1: arrivals are made denser or rarer to meet it. */
  readonly utilisation: number;
  /** Share of the answered customers who then need no person; a function of chance where the share itself is uncertain. */
  readonly resolvedShare: number | ((random: () => number) => number);
  readonly seed: number;
  readonly replicates?: number;
}

export interface Waits {
  /** Seconds, over all customers; those whom the bot helped wait 0. */
  readonly mean: number;
  readonly p95: number;
}

export interface Deflection {
  readonly before: Waits;
  readonly after: Waits;
  /** 1 = nobody waits any more, 0 = no change, below 0 = worse. */
  readonly meanFall: number;
  readonly p95Fall: number;
  readonly intervals: Readonly<
    Record<'meanFall' | 'p95Fall' | 'before' | 'after', readonly [number, number]>
  >;
}

/** The share that a bootstrap of the outcomes gives, another for each draw. */
export function uncertainShare<Outcome>(
  outcomes: readonly Outcome[],
  shareOf: (outcomes: readonly Outcome[]) => number,
): (random: () => number) => number {
  return (random) => shareOf(outcomes.map(() => outcomes[Math.floor(random() * outcomes.length)]!));
}

/** Long enough for a queue at 95 % to forget how it began. */
const customersPerRun = 3_000;

/**
 * Each replicate draws as many customers and gaps from the data as there are (the uncertainty of the data), and from those a long run
 * of the desk. Figures are medians over the replicates, intervals their 95 % percentiles.
 */
export function measureDeflection(input: DeflectionInput): Deflection {
  const random = randomFrom(input.seed);
  const runs = Array.from({ length: input.replicates ?? 200 }, () => runOnce(input, random));
  const middle = (of: (run: Run) => number, share = 0.5) =>
    quantile(
      runs.map(of).sort((a, b) => a - b),
      share,
    );
  const interval = (of: (run: Run) => number) => [middle(of, 0.025), middle(of, 0.975)] as const;
  const waits = (which: 'before' | 'after'): Waits => ({
    mean: middle((run) => run[which].mean),
    p95: middle((run) => run[which].p95),
  });
  return {
    before: waits('before'),
    after: waits('after'),
    meanFall: middle((run) => run.meanFall),
    p95Fall: middle((run) => run.p95Fall),
    intervals: {
      meanFall: interval((run) => run.meanFall),
      p95Fall: interval((run) => run.p95Fall),
      before: interval(({ before }) => before.mean),
      after: interval(({ after }) => after.mean),
    },
  };
}

export interface ShareNeeded {
  readonly value: number;
  /** 95 %: with less, not even the luckiest draws of the data fall as far; with more, even the unluckiest do. */
  readonly interval: readonly [number, number];
}

/** The share of all customers whom a bot has to help so that the mean wait falls by `fallWanted`, to one percent. */
export function shareNeeded(input: Omit<DeflectionInput, 'resolvedShare'>, fallWanted: number): ShareNeeded {
  const customers = input.customers.map((customer) => ({ ...customer, answered: true }));
  const measured = new Map<number, Deflection>();
  const at = (percent: number): Deflection => {
    const known =
      measured.get(percent) ??
      measureDeflection({ ...input, customers, resolvedShare: percent / 100, replicates: 40 });
    measured.set(percent, known);
    return known;
  };
  const least = (fallOf: (deflection: Deflection) => number): number => {
    let low = 0;
    let high = 100;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fallOf(at(middle)) >= fallWanted) high = middle;
      else low = middle;
    }
    return high / 100;
  };
  return {
    value: least(({ meanFall }) => meanFall),
    interval: [
      least(({ intervals }) => intervals.meanFall[1]),
      least(({ intervals }) => intervals.meanFall[0]),
    ],
  };
}

interface Run {
  readonly before: Waits;
  readonly after: Waits;
  readonly meanFall: number;
  readonly p95Fall: number;
}

function runOnce(
  { customers, gaps, agents, utilisation, resolvedShare }: DeflectionInput,
  random: () => number,
): Run {
  const pick = <Value>(from: readonly Value[]): Value => from[Math.floor(random() * from.length)]!;
  const resampled = customers.map(() => pick(customers));
  const resampledGaps = gaps.map(() => pick(gaps));
  const drawn = Array.from({ length: customersPerRun }, () => pick(resampled));
  const drawnGaps = drawn.map(() => pick(resampledGaps));
  const work = drawn.reduce((sum, { handlingSeconds }) => sum + handlingSeconds, 0);
  const span = drawnGaps.reduce((sum, gap) => sum + gap, 0);
  const scale = work / (agents * utilisation) / Math.max(span, 1e-9);

  let arrival = 0;
  const withoutBot: Customer[] = drawn.map(({ handlingSeconds }, index) => {
    arrival += drawnGaps[index]! * scale;
    return { arrival, service: handlingSeconds };
  });
  const share = typeof resolvedShare === 'number' ? resolvedShare : resolvedShare(random);
  const withBot = withoutBot.map((customer, index) =>
    drawn[index]!.answered && random() < share ? { ...customer, service: 0 } : customer,
  );
  const before = describe(simulateQueue(withoutBot, agents));
  const after = describe(simulateQueue(withBot, agents));
  return { before, after, meanFall: fall(before.mean, after.mean), p95Fall: fall(before.p95, after.p95) };
}

function describe(waits: readonly number[]): Waits {
  return {
    mean: mean(waits),
    p95: quantile(
      waits.toSorted((a, b) => a - b),
      0.95,
    ),
  };
}

const fall = (before: number, after: number) => (before === 0 ? 0 : 1 - after / before);
