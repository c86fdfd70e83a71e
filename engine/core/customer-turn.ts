// Whose work it is: models serve the customer who has waited longest. The time of arrival goes with everything that is done for an answer,
// without being handed through every function on the way.
import { AsyncLocalStorage } from 'node:async_hooks';

const arrivals = new AsyncLocalStorage<number>();

/** Does `work`, and all that it starts, for a customer whose message came at `arrivedAt` (of `performance.now()`); lower goes first. */
export function inTurnOf<T>(arrivedAt: number, work: () => T): T {
  return arrivals.run(arrivedAt, work);
}

/** The same for what a generator does between its items. */
export async function* eachInTurnOf<T>(
  arrivedAt: number,
  items: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const next = await inTurnOf(arrivedAt, () => items.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await items.return();
  }
}

/** Does `work` as what nobody waits for, also where a customer's answer started it. */
export function inNobodysTurn<T>(work: () => T): T {
  return arrivals.run(Number.POSITIVE_INFINITY, work);
}

/** When the customer's message came; `Infinity` where no customer waits: ingestion, evals, checks of answers that are given. */
export function turnOfNow(): number {
  return arrivals.getStore() ?? Number.POSITIVE_INFINITY;
}
