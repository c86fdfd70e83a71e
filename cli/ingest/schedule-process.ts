// `answerdesk start --sources FILE`: the schedule in a process of its own, because reading documents would hold up those who are being
// answered. The server takes a new generation by itself.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { isAbortError } from '#core/errors.ts';
import { readSourcesFile } from '#ingest/sources/sources-file.ts';

/** Before a schedule that has ended by itself is started again. */
const restartDelayMs = 60_000;

/** Rejects with `bad-input` if the file is not valid. Otherwise the schedule runs until the signal aborts. */
export async function startSchedule(file: string, signal: AbortSignal): Promise<AsyncDisposable> {
  await readSourcesFile(file);
  const stop = new AbortController();
  const ended = keepRunning(file, AbortSignal.any([signal, stop.signal]));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function keepRunning(file: string, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const child = fork(process.argv[1]!, ['ingest', 'schedule', file], { stdio: 'inherit' });
      const stop = () => void child.kill('SIGTERM');
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      const [code] = await once(child, 'exit');
      signal.removeEventListener('abort', stop);
      signal.throwIfAborted();
      // Nothing in the file has a schedule.
      if (code === 0) return;
      process.stderr.write(`The schedule of ${file} has ended with ${code}; it starts again in a minute.\n`);
      await setTimeout(restartDelayMs, undefined, { signal });
    }
  } catch (thrown) {
    if (!isAbortError(thrown) && !signal.aborted) throw thrown;
  }
}
