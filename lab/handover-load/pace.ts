// How fast people are. Pauses end at once when the run does.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Between the two, in seconds. */
  readonly from: number;
  readonly to: number;
}

/** Before a message of a customer; half of it they type. */
export const customerWrites: Pace = { from: 15, to: 45 };
/** Before a reply of an agent; half of it they type. */
export const agentReplies: Pace = { from: 6, to: 18 };
export const agentReads: Pace = { from: 1, to: 4 };

/** False when the run is over. */
export async function pause({ from, to }: Pace, signal: AbortSignal): Promise<boolean> {
  const ms = (from + Math.random() * (to - from)) * 1_000;
  await sleep(ms, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}

export const half = ({ from, to }: Pace): Pace => ({ from: from / 2, to: to / 2 });
