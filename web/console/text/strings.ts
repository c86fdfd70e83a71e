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

/** How long ago, in the largest unit that fits: "12 min", "<1 min". */
export function span(milliseconds: number): string {
  const [unit, size] =
    milliseconds >= day
      ? (['day', day] as const)
      : milliseconds >= hour
        ? (['hour', hour] as const)
        : (['minute', minute] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' });
  return milliseconds < minute ? `<${format.format(1)}` : format.format(Math.floor(milliseconds / size));
}

/** The time alone today, else with the day. */
export function clock(at: string | Date): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, {
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    hour: 'numeric',
    minute: '2-digit',
  }).format(date);
}

export function fullTime(at: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}
