// `answerdesk start`: retention at the start and once a day, in a process of its own, because removing and publishing would hold up those who
// are being answered.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { isAbortError } from '#core/errors.ts';
import { createTimetable, runSchedule } from '#ingest/schedule.ts';

/** In the night of most; at a minute at which little else begins. */
const daily = '17 3 * * *';

/** The server opens its files and models first, on slow machines too. */
const startDelayMs = 20_000;

/** Runs until the signal aborts, or it is disposed. */
export function startRetention(signal: AbortSignal): AsyncDisposable {
  const stop = new AbortController();
  const running = schedule(AbortSignal.any([signal, stop.signal]));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function schedule(signal: AbortSignal): Promise<void> {
  // It never ran in this process, so it is due now.
  const timetable = createTimetable([{ name: 'retention', schedule: { cron: daily } }]);
  try {
    await setTimeout(startDelayMs, undefined, { signal });
    await runSchedule({ timetable, signal, run: () => runOnce(signal) });
  } catch (thrown) {
    if (!isAbortError(thrown) && !signal.aborted) throw thrown;
  }
}

async function runOnce(signal: AbortSignal): Promise<void> {
  const child = fork(process.argv[1]!, ['retention', '--scheduled'], { stdio: 'inherit' });
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await once(child, 'exit');
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}
