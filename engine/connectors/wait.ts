import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '#core/call-options.ts';

/** Politeness between requests. Rejects with the signal's reason on abort. */
export async function wait(milliseconds: number, { signal }: CallOptions = {}): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal });
  signal?.throwIfAborted();
}
