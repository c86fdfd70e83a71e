import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterOpenTime, isOpen, type OfficeHours, opensAt } from './office-hours.ts';

const nineToFive = [{ from: '09:00', to: '17:00' }];
const berlin: OfficeHours = {
  timeZone: 'Europe/Berlin',
  week: {
    monday: nineToFive,
    tuesday: nineToFive,
    wednesday: nineToFive,
    thursday: nineToFive,
    friday: [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '24:00' },
    ],
    saturday: [],
    sunday: [],
  },
  closedDays: ['2026-12-25'],
};
const at = (time: string) => Date.parse(time);
const iso = (instant: number | undefined) =>
  instant === undefined ? undefined : new Date(instant).toISOString();
const minutes = (count: number) => count * 60_000;

describe('office hours', () => {
  it.each([
    ['2026-11-30T07:59:59Z', false],
    ['2026-11-30T08:00:00Z', true],
    ['2026-11-30T16:00:00Z', false],
    // Summer time.
    ['2026-07-06T07:00:00Z', true],
    // Between two spans of a Friday, and just before midnight there.
    ['2026-12-04T11:30:00Z', false],
    ['2026-12-04T22:59:59Z', true],
    ['2026-12-04T23:00:00Z', false],
    // A day on which nobody works.
    ['2026-12-25T10:00:00Z', false],
  ])('at %s somebody is there: %s', (time, open) => {
    expect(isOpen(berlin, at(time))).toBe(open);
  });

  it('opens again after the weekend and after a closed day', () => {
    expect(iso(opensAt(berlin, at('2026-11-28T12:00:00Z')))).toBe('2026-11-30T08:00:00.000Z');
    expect(iso(opensAt(berlin, at('2026-12-24T20:00:00Z')))).toBe('2026-12-28T08:00:00.000Z');
    expect(iso(opensAt(berlin, at('2026-11-30T10:00:00Z')))).toBe('2026-11-30T10:00:00.000Z');
  });

  it('counts a promise in open time alone', () => {
    expect(iso(afterOpenTime(berlin, at('2026-11-30T15:45:00Z'), minutes(30)))).toBe(
      '2026-12-01T08:15:00.000Z',
    );
    expect(iso(afterOpenTime(berlin, at('2026-11-28T12:00:00Z'), minutes(30)))).toBe(
      '2026-11-30T08:30:00.000Z',
    );
    expect(iso(afterOpenTime(undefined, at('2026-11-28T12:00:00Z'), minutes(30)))).toBe(
      '2026-11-28T12:30:00.000Z',
    );
  });

  it('says that nobody ever comes where no day has hours', () => {
    const week = Object.fromEntries(Object.keys(berlin.week).map((day) => [day, []]));
    const never = { ...berlin, week: week as unknown as OfficeHours['week'] };
    expect(opensAt(never, 0)).toBeUndefined();
    expect(afterOpenTime(never, 0, 1)).toBeUndefined();
  });

  it('never promises a time at which nobody is there, nor an earlier one for who came later', () => {
    const instant = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Auckland',
      'UTC',
    );
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: minutes(600) }), zone, (from, later, timeZone) => {
        const hours = { ...berlin, timeZone };
        const opens = opensAt(hours, from)!;
        expect(opens).toBeGreaterThanOrEqual(from);
        expect(isOpen(hours, opens)).toBe(true);
        const promised = afterOpenTime(hours, from, minutes(30))!;
        expect(isOpen(hours, promised - 1)).toBe(true);
        expect(promised).toBeGreaterThanOrEqual(from + minutes(30));
        expect(afterOpenTime(hours, from + later, minutes(30))!).toBeGreaterThanOrEqual(promised);
      }),
      { numRuns: 60 },
    );
  });
});
