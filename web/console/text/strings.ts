// Everything the console says by itself. English is there from the start; another language is loaded before the first page is drawn.
import { english, type Strings } from './english.ts';

export const t: Strings = { ...english };
export let language = 'en';

const others: Readonly<Record<string, () => Promise<Strings>>> = {
  es: async () => (await import('./spanish.ts')).spanish,
  fr: async () => (await import('./french.ts')).french,
  de: async () => (await import('./german.ts')).german,
};

/** The first of `wanted` (BCP 47 tags) that is there; English otherwise. */
export async function loadStrings(wanted: readonly string[]): Promise<void> {
  const tags = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  const chosen = tags.find((tag) => tag === 'en' || Object.hasOwn(others, tag));
  const load = chosen === undefined ? undefined : others[chosen];
  if (chosen === undefined || load === undefined) return;
  Object.assign(t, await load());
  language = chosen;
}

/** Puts `value` in the place of `{}`. */
export function fill(template: string, value: string | number): string {
  return template.replace('{}', () => String(value));
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Made once each: making one takes a millisecond and more, and a list has a hundred times in it. The language is known by then. */
function formatOf<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  name: string,
  make: () => Format,
): Format {
  const format = (formats.get(name) as Format | undefined) ?? make();
  formats.set(name, format);
  return format;
}

/** How long ago, in the largest unit that fits: "12 min", "<1 min". */
export function span(milliseconds: number): string {
  const [unit, size] =
    milliseconds >= day
      ? (['day', day] as const)
      : milliseconds >= hour
        ? (['hour', hour] as const)
        : (['minute', minute] as const);
  const format = formatOf(
    unit,
    () => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }),
  );
  return milliseconds < minute ? `<${format.format(1)}` : format.format(Math.floor(milliseconds / size));
}

/** The time alone today, else with the day. */
export function clock(at: string | Date): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const format = formatOf(
    isToday ? 'today' : 'clock',
    () =>
      new Intl.DateTimeFormat(language, {
        ...(isToday ? {} : { day: 'numeric', month: 'short' }),
        hour: 'numeric',
        minute: '2-digit',
      }),
  );
  return format.format(date);
}

export function fullTime(at: string): string {
  const format = formatOf(
    'full',
    () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
  );
  return format.format(new Date(at));
}
