// When people of the team are there, in their own time zone, and what that makes of a promised time. Pure; instants are milliseconds since
// 1970.

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

/** `HH:MM`, `to` is not part of it and may be `24:00`. */
export interface OpenSpan {
  readonly from: string;
  readonly to: string;
}

export interface OfficeHours {
  /** IANA, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** In order, without overlaps; none: closed all day. */
  readonly week: Readonly<Record<Weekday, readonly OpenSpan[]>>;
  /** `YYYY-MM-DD` in that time zone. */
  readonly closedDays: readonly string[];
}

/** Who is closed for longer is not coming back. */
const daysLookedAhead = 370;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Without hours somebody is always there. */
export function isOpen(hours: OfficeHours | undefined, at: number): boolean {
  if (!hours) return true;
  const { value } = spansFrom(hours, at).next();
  return value !== undefined && value.start <= at;
}

/** The next time at which somebody is there: `at` itself while open. Undefined if there is none. */
export function opensAt(hours: OfficeHours | undefined, at: number): number | undefined {
  if (!hours) return at;
  const { value } = spansFrom(hours, at).next();
  return value && Math.max(value.start, at);
}

/** When `durationMs` of open time have passed since `from`. Undefined if they never will. */
export function afterOpenTime(
  hours: OfficeHours | undefined,
  from: number,
  durationMs: number,
): number | undefined {
  if (!hours) return from + durationMs;
  let left = durationMs;
  for (const { start, end } of spansFrom(hours, from)) {
    const begin = Math.max(start, from);
    if (left <= end - begin) return begin + left;
    left -= end - begin;
  }
  return undefined;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** Spans that end after `at`, in order. */
function* spansFrom(
  { timeZone, week, closedDays }: OfficeHours,
  at: number,
): Generator<{ readonly start: number; readonly end: number }, undefined> {
  const today = Date.parse(dateIn(timeZone, at));
  for (let day = today; day <= today + daysLookedAhead * dayMs; day += dayMs) {
    if (closedDays.includes(new Date(day).toISOString().slice(0, 10))) continue;
    // Days of JavaScript begin with Sunday.
    const weekday = weekdays[(new Date(day).getUTCDay() + 6) % 7]!;
    for (const { from, to } of week[weekday]) {
      const start = instantOf(timeZone, day + minutesOf(from) * minuteMs);
      const end = instantOf(timeZone, day + minutesOf(to) * minuteMs);
      if (end > at && end > start) yield { start, end };
    }
  }
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** `local`: what the clock on the wall shows, as if it were UTC. */
function instantOf(timeZone: string, local: number): number {
  const near = local - offsetAt(timeZone, local);
  // The offset that holds there, which is another one close to a change of the clocks.
  return local - offsetAt(timeZone, near);
}

/** How far the clock on the wall is before UTC. */
function offsetAt(timeZone: string, instant: number): number {
  const { year, month, day, hour, minute, second } = partsIn(timeZone, instant);
  const shown = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return shown - Math.floor(instant / 1_000) * 1_000;
}

function dateIn(timeZone: string, instant: number): string {
  const { year, month, day } = partsIn(timeZone, instant);
  return `${year}-${month}-${day}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsIn(timeZone: string, instant: number): Record<Intl.DateTimeFormatPartTypes, string> {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  formats.set(timeZone, format);
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value])) as Record<
    Intl.DateTimeFormatPartTypes,
    string
  >;
}
