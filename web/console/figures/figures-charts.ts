// Which charts the page has: what the server counted, as named rows of values for each day.
import type { Decision, HandoffReason } from '#core/conversation.ts';
import { language, t } from '../text/strings.ts';
import type { Figures } from '../wire/types.ts';
import { s } from './figures-strings.ts';

export interface Series {
  readonly label: string;
  /** A custom property of the page. */
  readonly colour: `--series-${'a' | 'b' | 'c' | 'd' | 'e'}`;
  /** One for each day; null: there is none. */
  readonly values: readonly (number | null)[];
  /** Of all days together. */
  readonly total: number | undefined;
}

export interface ChartFacts {
  readonly id: string;
  readonly title: string;
  readonly text?: string;
  /** `parts` of one whole stand on each other; `lines` are compared. */
  readonly kind: 'parts' | 'lines';
  readonly series: readonly Series[];
  format(value: number): string;
}

type Day = Figures['days'][number];

const number = (value: number) => new Intl.NumberFormat(language).format(value);

/** In the two largest units that say something: "45 sec", "12 min", "2 hr 5 min". */
export function duration(seconds: number): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return unit(Math.round(seconds), 'second');
  if (hours < 1) return unit(minutes, 'minute');
  if (hours >= 48) return unit(Math.round(hours / 24), 'day');
  return [unit(hours, 'hour'), ...(minutes % 60 > 0 ? [unit(minutes % 60, 'minute')] : [])].join(' ');
}

export function share(part: number, whole: number): string {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(part / whole);
}

const decisions: readonly (readonly [Decision, Series['colour']])[] = [
  ['answer', '--series-a'],
  ['clarify', '--series-b'],
  ['decline', '--series-c'],
  ['handoff', '--series-d'],
  ['small-talk', '--series-e'],
];
const reasons: readonly (readonly [HandoffReason, Series['colour']])[] = [
  ['customer-request', '--series-a'],
  ['unanswered', '--series-c'],
  ['card', '--series-b'],
  ['danger', '--series-d'],
  ['service-error', '--series-e'],
];

export function chartsOf({ days, total }: Figures): readonly ChartFacts[] {
  const counted = (
    label: string,
    colour: Series['colour'],
    of: (counts: Day | Figures['total']) => number,
  ) => ({
    label,
    colour,
    values: days.map(of),
    total: of(total),
  });
  const rated = (of: 'conversationRatings' | 'answerRatings') => [
    counted(s.good, '--series-a', (counts) => counts[of].up),
    counted(s.bad, '--series-c', (counts) => counts[of].down),
  ];
  const waited = (label: string, colour: Series['colour'], of: 'medianSeconds' | 'ninthDecileSeconds') => ({
    label,
    colour,
    values: days.map(({ waits }) => waits[of] ?? null),
    total: total.waits[of],
  });
  return [
    {
      id: 'replies',
      title: s.replies,
      kind: 'parts',
      format: number,
      series: decisions.map(([name, colour]) => counted(t[name], colour, (counts) => counts.decisions[name])),
    },
    {
      id: 'begun',
      title: s.begun,
      kind: 'parts',
      format: number,
      series: [
        counted(s.withoutPerson, '--series-a', ({ withoutPerson }) => withoutPerson),
        counted(s.withPerson, '--series-c', (counts) => counts.conversations - counts.withoutPerson),
      ],
    },
    {
      id: 'reasons',
      title: s.reasons,
      kind: 'parts',
      format: number,
      series: reasons.map(([name, colour]) => counted(t[name], colour, (counts) => counts.handovers[name])),
    },
    {
      id: 'waits',
      title: s.waits,
      text: s.waitsText,
      kind: 'lines',
      format: duration,
      series: [
        waited(s.median, '--series-a', 'medianSeconds'),
        waited(s.ninthDecile, '--series-c', 'ninthDecileSeconds'),
      ],
    },
    {
      id: 'conversation-ratings',
      title: s.conversationRatings,
      kind: 'parts',
      format: number,
      series: rated('conversationRatings'),
    },
    {
      id: 'answer-ratings',
      title: s.answerRatings,
      kind: 'parts',
      format: number,
      series: rated('answerRatings'),
    },
  ];
}

/** All charts as one table for a spreadsheet (RFC 4180); waits in seconds. */
export function csvOf({ days }: Figures, charts: readonly ChartFacts[]): string {
  const cell = (value: string | number | null) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  const columns = charts.flatMap(({ title, kind, series }) =>
    series.map(({ label, values }) => ({
      head: `${title}: ${label}${kind === 'lines' ? ` (${s.seconds})` : ''}`,
      values,
    })),
  );
  const lines = [
    [s.day, ...columns.map(({ head }) => head)],
    ...days.map(({ day }, index) => [day, ...columns.map(({ values }) => values[index] ?? null)]),
  ];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}
