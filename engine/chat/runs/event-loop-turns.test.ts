import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventLoopTurns } from './event-loop-turns.ts';

it('serves everybody once, who came first first, and those who came together in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 })), async (arrivals) => {
      const turns = createEventLoopTurns();
      const served: number[] = [];
      await Promise.all(
        arrivals.map(async (arrivedAt, index) => {
          await turns.next(arrivedAt);
          served.push(index);
        }),
      );
      const sorted = [...arrivals.keys()].sort((a, b) => arrivals[a]! - arrivals[b]! || a - b);
      expect(served).toEqual(sorted);
    }),
  );
});

it('gives one in each turn of the event loop, also to those who come meanwhile', async () => {
  const turns = createEventLoopTurns();
  const served: string[] = [];
  const serve = async (name: string, arrivedAt: number) => {
    await turns.next(arrivedAt);
    served.push(name);
  };
  const all = [serve('second', 2), serve('first', 1)];
  const seen: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await nextTurn();
    seen.push(served.length);
    if (turn === 0) all.push(serve('before the second', 1.5));
  }
  await Promise.all(all);
  expect(served).toEqual(['first', 'before the second', 'second']);
  expect(seen.every((count, index) => index === 0 || count - seen[index - 1]! <= 1)).toBe(true);
});

it('lets work wait while customers come, and not for ever', async () => {
  let clock = 0;
  const turns = createEventLoopTurns({ patienceMs: 50, now: () => clock });
  let isServed = false;
  const served = turns.next(1).then(() => {
    isServed = true;
  });
  for (; clock < 50; clock += 10) {
    turns.someoneCame();
    await nextTurn();
    expect(isServed).toBe(false);
  }
  turns.someoneCame();
  await served;
  // Where nobody comes, the next turn is the customer's.
  const turn = nextTurn();
  await turns.next(2);
  await turn;
});
