// How fast people are. Pauses end at once when the run does.
import { setTimeout as sleep } from 'node:timers/promises';

/** Between the two, in seconds. */
export interface Pace {
  readonly from: number;
  readonly to: number;
}

/** Before a message of a customer; half of it they type. */
export const customerWrites: Pace = { from: 15, to: 45 };
/** Before a reply of an agent; half of it they type. */
export const agentReplies: Pace = { from: 6, to: 18 };
export const agentReads: Pace = { from: 1, to: 4 };
/** Not all begin in the same moment. */
export const customersCome: Pace = { from: 0, to: 20 };
export const agentsCome: Pace = { from: 0, to: 10 };

/** False when the run is over. */
export type Pause = (pace: Pace) => Promise<boolean>;

/** `speed`: 1 for people, more for tests. */
export function createPause(signal: AbortSignal, speed = 1): Pause {
  return async ({ from, to }) => {
    const ms = ((from + Math.random() * (to - from)) * 1_000) / speed;
    await sleep(ms, undefined, { signal }).catch(() => {});
    return !signal.aborted;
  };
}

export const half = ({ from, to }: Pace): Pace => ({ from: from / 2, to: to / 2 });
