// Reading, redacting and cutting a text is synchronous. Between texts the event loop gets its turn now and then: signals of the system and
// answers of the embedder wait for it.
import { setImmediate } from 'node:timers/promises';
import type { CallOptions } from '#core/call-options.ts';

/** Longer than this without the event loop, and a terminal feels stuck. */
const longestStretchMs = 20;

/** To be awaited between two pieces of work: true if the event loop had its turn. Rejects with the signal's reason once it is aborted. */
type Pause = () => Promise<boolean>;

export function createPause({ signal }: CallOptions = {}): Pause {
  let last = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - last < longestStretchMs) return false;
    await setImmediate();
    last = performance.now();
    signal?.throwIfAborted();
    return true;
  };
}
