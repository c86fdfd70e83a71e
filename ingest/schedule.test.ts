import { describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import { createTimetable, runSchedule } from './schedule.ts';

const at = (time: string) => new Date(`2026-03-${time}Z`);
const hourly = { cron: '0 * * * *', timezone: 'UTC' };
const daily = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };

describe('a timetable', () => {
  it('has a source due when its moment has come, and a new one at once', () => {
    const timetable = createTimetable([
      { name: 'a', schedule: hourly, lastRun: at('01T09:10:00') },
      { name: 'b', schedule: hourly },
    ]);
    expect(timetable.due(at('01T09:59:59'))).toEqual(['b']);
    timetable.ran('b', at('01T09:59:59'));
    expect(timetable.due(at('01T09:59:59'))).toEqual([]);
    expect(timetable.next(at('01T09:59:59'))).toEqual(at('01T10:00:00'));
    expect(timetable.due(at('01T10:00:00'))).toEqual(['a', 'b']);
  });

  it('makes up once for all that was slept through', () => {
    const timetable = createTimetable([{ name: 'a', schedule: hourly, lastRun: at('01T09:00:00') }]);
    expect(timetable.due(at('04T07:20:00'))).toEqual(['a']);
    timetable.ran('a', at('04T07:20:00'));
    expect(timetable.due(at('04T07:59:00'))).toEqual([]);
    expect(timetable.due(at('04T08:00:00'))).toEqual(['a']);
  });

  it('goes on when the clock was far ahead and is put right', () => {
    const timetable = createTimetable([{ name: 'a', schedule: hourly, lastRun: new Date('2031-01-01') }]);
    expect(timetable.due(at('01T09:30:00'))).toEqual([]);
    expect(timetable.next(at('01T09:30:00'))).toEqual(at('01T10:00:00'));
    timetable.ran('a', at('01T10:00:00'));
    expect(timetable.due(at('01T11:00:00'))).toEqual(['a']);
  });

  it('runs a moment that summer time leaves out all the same, and one that comes twice once', () => {
    const runsFrom = (start: Date, hours: number) => {
      const timetable = createTimetable([{ name: 'a', schedule: daily, lastRun: start }]);
      let runs = 0;
      for (let minute = 0; minute < hours * 60; minute += 10) {
        const now = new Date(start.getTime() + minute * 60_000);
        if (timetable.due(now).length === 0) continue;
        runs += 1;
        timetable.ran('a', now);
      }
      return runs;
    };
    expect(runsFrom(at('28T12:00:00'), 24)).toBe(1);
    expect(runsFrom(new Date('2026-10-24T12:00:00Z'), 24)).toBe(1);
  });

  it('never has due what has no moment left', () => {
    const past = { cron: '0 0 0 1 1 * 2020', timezone: 'UTC' };
    const timetable = createTimetable([{ name: 'a', schedule: past, lastRun: at('01T00:00:00') }]);
    expect([timetable.due(at('09T00:00:00')), timetable.next(at('09T00:00:00'))]).toEqual([[], undefined]);
  });
});

describe('the schedule', () => {
  it('runs one source after the other, and tries again when another job is at work', async () => {
    const controller = new AbortController();
    const timetable = createTimetable([
      { name: 'a', schedule: hourly },
      { name: 'b', schedule: hourly },
    ]);
    const ran: string[] = [];
    let running = 0;
    const loop = runSchedule({
      timetable,
      signal: controller.signal,
      async run(name) {
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        running -= 1;
        ran.push(name);
        if (name === 'b' && ran.length < 3) throw new AppError('job-locked', 'another one');
        if (name === 'b') controller.abort();
      },
    });
    await expect(loop).rejects.toMatchObject({ name: 'AbortError' });
    expect(ran).toEqual(['a', 'b', 'b']);
  });
});
