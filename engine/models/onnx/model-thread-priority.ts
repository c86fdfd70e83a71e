// Threads of models compute for long. Where there are fewer cores than threads, the event loop, which takes customers in, goes first.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Nice value: a thread gets a third of what the event loop gets of a core that both want. */
const niceness = 5;

/** Call it in the thread. Only Linux has priorities of single threads; elsewhere all stays as it is. */
export function lowerThreadPriority(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), niceness);
  } catch {
    // It is served all the same.
  }
}
