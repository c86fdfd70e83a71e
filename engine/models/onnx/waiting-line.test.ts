import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWaitingLine, type Priority } from './waiting-line.ts';

const takeOne = { most: () => 1, joins: () => true };

function drain<Item>(line: ReturnType<typeof createWaitingLine<Item>>): Item[] {
  const items: Item[] = [];
  for (let [item] = line.take(takeOne); item !== undefined; [item] = line.take(takeOne)) items.push(item);
  return items;
}

describe('createWaitingLine', () => {
  it('gives the oldest customer’s work first, then by step, then as it came', () => {
    const jobs = fc.array(
      fc.record({ arrivedAt: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY), step: fc.nat(1) }),
    );
    fc.assert(
      fc.property(jobs, (added) => {
        const line = createWaitingLine<Priority & { number: number }>();
        const items = added.map((priority, number) => ({ ...priority, number }));
        for (const item of items) line.add([item], item);
        expect(line.length).toBe(items.length);
        // Infinity less Infinity is no number.
        const rank = ({ arrivedAt }: Priority) => Math.min(arrivedAt, 9);
        expect(drain(line)).toEqual(
          items.sort((a, b) => rank(a) - rank(b) || a.step - b.step || a.number - b.number),
        );
      }),
    );
  });

  it('takes what joins the first along, and leaves the others in their order', () => {
    const line = createWaitingLine<string>();
    line.add(['question 1', 'sentence 1', 'question 2', 'sentence 2', 'question 3'], {
      arrivedAt: 0,
      step: 0,
    });
    const sameKind = (item: string, first: string) => item.slice(0, 3) === first.slice(0, 3);
    expect(line.take({ most: () => 2, joins: sameKind })).toEqual(['question 1', 'question 2']);
    expect(line.remove(new Set(['sentence 2', 'gone before']))).toEqual(['sentence 2']);
    expect(line.clear()).toEqual(['sentence 1', 'question 3']);
    expect(line.length).toBe(0);
  });

  it('lets customers wait alike, also where more come than can be served', () => {
    const waits = serve((arrivedAt) => arrivedAt).map(({ arrivedAt, endedAt }) => endedAt - arrivedAt);
    expect(jainsIndex(waits)).toBeGreaterThanOrEqual(0.95);
  });

  it('is done first with who came first, which first come, first served at each step is not', () => {
    const order = (priorityOf: (arrivedAt: number) => number) =>
      serve(priorityOf).map(({ arrivedAt }) => arrivedAt);
    const byArrival = order((arrivedAt) => arrivedAt);
    expect(byArrival).toEqual(byArrival.toSorted((a, b) => a - b));
    const byStep = order(() => 0);
    expect(byStep).not.toEqual(byStep.toSorted((a, b) => a - b));
  });
});

interface Served {
  readonly arrivedAt: number;
  readonly endedAt: number;
}

/**
 * On a clock of its own: one thread; a question takes 2 ms, then runs over sentences 20 ms each, from one to seven; a customer every 70 ms,
 * fewer later on, at most 8 inside. The others are refused, and do not wait. Gives those who were served, in the order of their end.
 */
function serve(priorityOf: (arrivedAt: number) => number): Served[] {
  const customers = 400;
  const most = 8;
  const line = createWaitingLine<{ arrivedAt: number; step: number; steps: number }>();
  const served: Served[] = [];
  let clock = 0;
  let came = 0;
  let inside = 0;
  let nextArrival = 0;
  const add = (job: { arrivedAt: number; step: number; steps: number }) =>
    line.add([job], { arrivedAt: priorityOf(job.arrivedAt), step: Math.min(1, job.step) });
  while (came < customers || line.length > 0) {
    while (came < customers && nextArrival <= clock) {
      if (inside < most) {
        inside += 1;
        add({ arrivedAt: nextArrival, step: 0, steps: 1 + ((came * 5) % 7) });
      }
      came += 1;
      nextArrival += came < customers / 2 ? 70 : 80;
    }
    const [job] = line.take(takeOne);
    if (!job) {
      clock = nextArrival;
      continue;
    }
    clock += job.step === 0 ? 2 : 20;
    if (job.step < job.steps) add({ ...job, step: job.step + 1 });
    else {
      inside -= 1;
      // The first ones find an empty desk.
      if (came > 50) served.push({ arrivedAt: job.arrivedAt, endedAt: clock });
    }
  }
  return served;
}

function jainsIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value * value, 0));
}
