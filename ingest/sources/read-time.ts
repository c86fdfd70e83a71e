// Times as exports write them, to milliseconds since 1970. What names no time zone is taken as UTC.

/** A time outside has a broken clock or a broken column behind it. Not "later than now": this machine's clock may be the wrong one. */
const earliestTime = Date.UTC(1990, 0, 1);
const latestTime = Date.UTC(2100, 0, 1);

type DateOrder = 'day-first' | 'month-first';

/** ISO 8601, Unix seconds to nanoseconds, days with slashes or dots, and what mails write. Undefined for no or an impossible time. */
export function readTime(value: unknown, order: DateOrder = 'day-first'): number | undefined {
  const time = typeof value === 'object' && value !== null ? wrappedTime(value) : value;
  const milliseconds =
    typeof time === 'number' ||
    (typeof time === 'string' && /^\s*(?!(?:19|20)\d{12}\s*$)\d{9,19}(?:\.\d+)?\s*$/.test(time))
      ? toMilliseconds(Number(time))
      : typeof time === 'string'
        ? readWrittenTime(time.trim(), order)
        : Number.NaN;
  return milliseconds >= earliestTime && milliseconds < latestTime ? milliseconds : undefined;
}

/**
 * The times of one conversation. `03/04/2024` is read as the others of it demand: 25/04 has its day first, 04/25 its month. If none
 * does, then so that the conversation is the shorter one, or else with the day first.
 */
export function readTimes(values: readonly unknown[]): (number | undefined)[] {
  const dates = values.map((value) => (typeof value === 'string' ? slashedDate.exec(value) : null));
  const dayFirst = values.map((value) => readTime(value, 'day-first'));
  if (dates.every((date) => date === null) || dates.some((date) => Number(date?.[1]) > 12)) return dayFirst;
  const monthFirst = values.map((value) => readTime(value, 'month-first'));
  if (dates.some((date) => Number(date?.[2]) > 12)) return monthFirst;
  return span(monthFirst) < span(dayFirst) ? monthFirst : dayFirst;
}

const slashedDate = /^\s*(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})(?!\d)/;

/** Milliseconds from the first to the last. */
function span(times: readonly (number | undefined)[]): number {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (time === undefined) continue;
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return last - first;
}

function toMilliseconds(value: number): number {
  if (value < 100_000_000_000) return value * 1000;
  if (value < 100_000_000_000_000) return value;
  return Math.round(value < 100_000_000_000_000_000 ? value / 1_000 : value / 1_000_000);
}

/** MongoDB writes `{"$date": …}`. */
function wrappedTime(value: object): unknown {
  return '$date' in value ? value.$date : undefined;
}

function readWrittenTime(text: string, order: DateOrder): number {
  const dotNet = /^\/Date\((-?\d{9,14})(?:[+-]\d{4})?\)\/$/.exec(text);
  if (dotNet) return Number(dotNet[1]);
  const compact = /^((?:19|20)\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})Z?)?$/.exec(text);
  if (compact) {
    const [, year, month, day, hours = '00', minutes = '00', seconds = '00'] = compact;
    return atDay([Number(year), Number(month), Number(day)], `T${hours}:${minutes}:${seconds}`);
  }
  const slashed = slashedDate.exec(text);
  if (slashed) {
    const [whole, first, second, year] = slashed;
    const [day, month] = order === 'day-first' ? [first, second] : [second, first];
    return atDay(
      [year!.length === 2 ? 2000 + Number(year) : Number(year), Number(month), Number(day)],
      text.slice(whole.length),
    );
  }
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=[T, ]|$)/.exec(text);
  if (iso) return atDay([Number(iso[1]), Number(iso[2]), Number(iso[3])], text.slice(iso[0].length));
  if (!/[a-z]{3}/i.test(text) || !/\b\d{4}\b/.test(text)) return Number.NaN;
  // "May 1, 2024 10:05 AM": without a zone it would be the time of this machine's own.
  return Date.parse(/(?:[+-]\d{2}:?\d{2}|\b(?:[A-Z]{2}T|UTC|GMT|Z))\)?$/.test(text) ? text : `${text} UTC`);
}

/** Date.parse rolls 31 February over to March. */
function atDay([year, month, day]: readonly [number, number, number], rest: string): number {
  const start = Date.UTC(year, month - 1, day);
  const date = new Date(start);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return Number.NaN;
  if (rest.trim() === '') return start;
  const time =
    /^[T,\s]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm|a\.m\.|p\.m\.|uhr)?\s*(.*)$/i.exec(
      rest,
    );
  if (!time) return Number.NaN;
  const [, hours, minutes, seconds = '0', fraction = '', half = '', zone = ''] = time;
  const isAfternoon = /^p/i.test(half);
  const hour = /^[ap]/i.test(half) ? (Number(hours) % 12) + (isAfternoon ? 12 : 0) : Number(hours);
  if (hour > 24 || Number(minutes) > 59 || Number(seconds) > 60) return Number.NaN;
  const within = ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  const offset = zoneOffset(zone.trim());
  return start + within + Math.floor(Number(`0.${fraction || '0'}`) * 1000) - offset;
}

/** Milliseconds east of Greenwich. */
function zoneOffset(zone: string): number {
  if (zone === '' || /^(?:z|utc|gmt)$/i.test(zone)) return 0;
  const offset = /^(?:utc|gmt)?\s*([+-])(\d{2}):?(\d{2})?$/i.exec(zone);
  if (offset)
    return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * 60_000;
  // CET, PST, and names in brackets.
  const named = Date.parse(`1 Jan 2000 00:00 ${zone}`);
  return Number.isNaN(named) ? 0 : Date.UTC(2000, 0, 1) - named;
}
