// When sources are read: each as its cron expression says, one at a time. What was missed, while the machine slept or another source was
// being read, is made up for once.
import { setTimeout } from 'node:timers/promises';
import { Cron } from 'croner';
import { AppError } from '#core/errors.ts';
import type { Schedule } from './sources/sources-file.ts';

/** A source is due when a moment of its cron expression lies between its last run and now. */
export interface Timetable {
  due(now: Date): string[];
  /** When the next one is due; undefined if none ever is. */
  next(now: Date): Date | undefined;
  ran(name: string, at: Date): void;
}

export interface TimetableEntry {
  readonly name: string;
  readonly schedule: Schedule;
  /** Absent: it never ran, so it is due. */
  readonly lastRun?: Date;
}

export function createTimetable(entries: readonly TimetableEntry[]): Timetable {
  const rows = entries.map(({ name, schedule: { cron, timezone }, lastRun }) => ({
    name,
    cron: new Cron(cron, { paused: true, ...(timezone && { timezone }) }),
    lastRun,
  }));
  const dueAt = ({ cron, lastRun }: (typeof rows)[number], now: Date): Date | undefined => {
    if (lastRun === undefined) return now;
    // A clock that was put back: nothing has run in the future.
    return cron.nextRun(lastRun > now ? now : lastRun) ?? undefined;
  };
  return {
    due: (now) =>
      rows
        .filter((row) => {
          const at = dueAt(row, now);
          return at !== undefined && at <= now;
        })
        .map(({ name }) => name),
    next: (now) =>
      rows
        .map((row) => dueAt(row, now))
        .filter((at) => at !== undefined)
        .sort((left, right) => left.getTime() - right.getTime())[0],
    ran(name, at) {
      for (const row of rows) if (row.name === name) row.lastRun = at;
    },
  };
}

export interface ScheduleLoop {
  readonly timetable: Timetable;
  readonly run: (name: string) => Promise<void>;
  /** Rejects when this aborts. */
  readonly signal: AbortSignal;
}

/** A timer counts no time that the machine sleeps, and knows nothing of a clock that is put right: so the clock is looked at. */
const longestSleepMs = 20_000;

/** Runs what is due until the signal aborts. Who finds another job at work tries again a little later. */
export async function runSchedule({ timetable, run, signal }: ScheduleLoop): Promise<never> {
  for (;;) {
    signal.throwIfAborted();
    for (const name of timetable.due(new Date())) {
      const at = new Date();
      try {
        await run(name);
      } catch (thrown) {
        if (!(thrown instanceof AppError && thrown.code === 'job-locked')) throw thrown;
        break;
      }
      timetable.ran(name, at);
    }
    const now = new Date();
    const wait = (timetable.next(now)?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime();
    await setTimeout(Math.max(1_000, Math.min(wait, longestSleepMs)), undefined, { signal });
  }
}
