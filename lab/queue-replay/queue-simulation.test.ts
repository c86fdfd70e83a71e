import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean } from '#learning/metrics/metric.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { type Customer, erlangCMeanWait, simulateQueue } from './queue-simulation.ts';

function poissonCustomers(count: number, arrivalRate: number, serviceRate: number, seed: number): Customer[] {
  const random = randomFrom(seed);
  const exponential = (rate: number) => -Math.log(1 - random()) / rate;
  let arrival = 0;
  return Array.from({ length: count }, () => {
    arrival += exponential(arrivalRate);
    return { arrival, service: exponential(serviceRate) };
  });
}

describe('the queue', () => {
  it.each([
    [1, 0.85],
    [3, 0.9],
    [10, 0.9],
    [5, 0.7],
  ])('of %i agents at a load of %d waits as long as the formula of Erlang says', (agents, utilisation) => {
    const serviceRate = 1 / 300;
    const arrivalRate = utilisation * agents * serviceRate;
    const waits = simulateQueue(poissonCustomers(300_000, arrivalRate, serviceRate, 7), agents);
    const expected = erlangCMeanWait(arrivalRate, serviceRate, agents);
    expect(Math.abs(mean(waits) / expected - 1)).toBeLessThan(0.05);
  });

  it('knows the formula’s closed form for one agent', () => {
    expect(erlangCMeanWait(0.8, 1, 1)).toBeCloseTo(4, 10);
  });

  it('serves in the order of arrival, and nobody waits while an agent is free', () => {
    expect(
      simulateQueue(
        [
          { arrival: 0, service: 100 },
          { arrival: 10, service: 10 },
          { arrival: 20, service: 50 },
          { arrival: 30, service: 5 },
          { arrival: 35, service: 0 },
        ],
        2,
      ),
    ).toEqual([0, 0, 0, 40, 0]);
  });

  it('never waits longer with another agent, or with a customer less', () => {
    const customers = fc
      .array(fc.record({ gap: fc.nat(50), service: fc.integer({ min: 1, max: 100 }) }), {
        minLength: 1,
        maxLength: 30,
      })
      .map((list) => {
        let arrival = 0;
        return list.map(({ gap, service }) => {
          arrival += gap;
          return { arrival, service };
        });
      });
    fc.assert(
      fc.property(customers, fc.integer({ min: 1, max: 4 }), fc.nat(), (list, agents, which) => {
        const before = simulateQueue(list, agents);
        const more = simulateQueue(list, agents + 1);
        const index = which % list.length;
        const fewer = simulateQueue(
          list.map((customer, at) => (at === index ? { ...customer, service: 0 } : customer)),
          agents,
        );
        for (const at of list.keys()) {
          expect(more[at]!).toBeLessThanOrEqual(before[at]!);
          expect(fewer[at]!).toBeLessThanOrEqual(before[at]!);
        }
      }),
    );
  });
});
