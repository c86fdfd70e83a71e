import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '#learning/metrics/random.ts';
import { createBiasTally, type GroupedCase } from './group-outcomes.ts';
import { inverseFrequencyWeights } from './sample-weights.ts';

const cases = (language: string, { count, answered }: { count: number; answered: number }): GroupedCase[] =>
  Array.from({ length: count }, (_, at) => ({ groups: { language }, outcome: { answered: at < answered } }));

function reportOf(all: readonly GroupedCase[]) {
  const tally = createBiasTally();
  for (const one of all) tally.add(one);
  return tally.report();
}

describe('the report on bias', () => {
  it('flags a group that is answered far less often than all others', () => {
    const { groups } = reportOf([
      ...cases('en', { count: 400, answered: 320 }),
      ...cases('es', { count: 60, answered: 20 }),
    ]);
    const spanish = groups.find(({ group }) => group === 'es');
    expect(spanish).toMatchObject({ measure: 'answered', differs: true, n: 60, others: 0.8 });
  });

  it('compares no group that is small, and shows none that would tell of single customers', () => {
    const { groups } = reportOf([
      ...cases('en', { count: 400, answered: 320 }),
      ...cases('fr', { count: 10, answered: 0 }),
      ...cases('nl', { count: 2, answered: 0 }),
    ]);
    expect(groups.find(({ group }) => group === 'fr')).toMatchObject({ differs: false });
    expect(groups.find(({ group }) => group === 'fr')).not.toHaveProperty('p');
    expect(groups.some(({ group }) => group === 'nl')).toBe(false);
  });

  it('raises hardly a false alarm although it makes many comparisons', () => {
    const random = randomFrom(11);
    const alarms = Array.from({ length: 100 }, () => {
      const all = Array.from(
        { length: 600 },
        (): GroupedCase => ({
          groups: { intent: `i${Math.floor(random() * 10)}`, language: `l${Math.floor(random() * 4)}` },
          outcome: { answered: random() < 0.6, declined: random() < 0.2 },
        }),
      );
      return reportOf(all).groups.some(({ differs }) => differs);
    }).filter(Boolean).length;
    expect(alarms).toBeLessThanOrEqual(10);
  });

  it('gives the median wait of each group, with its interval', () => {
    const all = Array.from(
      { length: 20 },
      (_, at): GroupedCase => ({ groups: { channel: 'chat' }, outcome: {}, waitSeconds: at }),
    );
    const [wait] = reportOf(all).waits;
    expect(wait).toMatchObject({ group: 'chat', n: 20, medianSeconds: 9.5 });
    expect(wait!.low).toBeLessThan(9.5);
    expect(wait!.high).toBeGreaterThan(9.5);
  });

  it('of an empty desk is empty', () => {
    expect(reportOf([])).toMatchObject({ cases: 0, groups: [], overall: [], waits: [] });
  });
});

describe('weights for training', () => {
  it('have the mean 1 over conversations, and none counts more than five times another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const counts = new Map(sizes.map((size, at) => [`g${at}`, size]));
        const weights = inverseFrequencyWeights(counts);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const sum = [...weights].reduce((all, [group, weight]) => all + weight * counts.get(group)!, 0);
        expect(sum / total).toBeCloseTo(1, 2);
        const values = [...weights.values()];
        expect(Math.max(...values) / Math.min(...values)).toBeLessThan(5.01);
      }),
    );
  });

  it('are larger for rarer groups', () => {
    const weights = inverseFrequencyWeights(
      new Map([
        ['common', 900],
        ['rare', 100],
      ]),
    );
    expect(weights.get('rare')!).toBeGreaterThan(weights.get('common')!);
  });
});
