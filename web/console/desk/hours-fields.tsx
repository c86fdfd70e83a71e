// Hours of each day of the week, days on which nobody works, and the time zone of both.
import { useId, useState } from 'react';
import type { Weekday } from '#core/office-hours.ts';
import { Icon } from '../parts/icon.tsx';
import { fill, language, t } from '../text/strings.ts';
import type { Settings } from '../wire/types.ts';

type Hours = NonNullable<Settings['officeHours']>;
type Span = Hours['week'][Weekday][number];

const day: Span[] = [{ from: '09:00', to: '17:00' }];

export const hoursToStart: Hours = {
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  week: {
    monday: day,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: [],
    sunday: [],
  },
  closedDays: [],
};

interface HoursFieldsProps {
  readonly hours: Hours;
  readonly onChange: (hours: Hours) => void;
}

export function HoursFields({ hours, onChange }: HoursFieldsProps) {
  const zoneId = useId();
  const zones = Intl.supportedValuesOf('timeZone');
  const setDay = (name: Weekday, spans: Span[]) =>
    onChange({ ...hours, week: { ...hours.week, [name]: spans } });
  return (
    <>
      <div className="field">
        <label htmlFor={zoneId}>{t.timeZone}</label>
        <select
          id={zoneId}
          value={hours.timeZone}
          onChange={({ target }) => onChange({ ...hours, timeZone: target.value })}
        >
          {!zones.includes(hours.timeZone) && <option>{hours.timeZone}</option>}
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </div>
      <div className="week">
        {(Object.keys(hoursToStart.week) as Weekday[]).map((name) => (
          <Day key={name} name={name} spans={hours.week[name]} onChange={(spans) => setDay(name, spans)} />
        ))}
      </div>
      <ClosedDays days={hours.closedDays} onChange={(closedDays) => onChange({ ...hours, closedDays })} />
    </>
  );
}

interface DayProps {
  readonly name: Weekday;
  readonly spans: readonly Span[];
  readonly onChange: (spans: Span[]) => void;
}

/** A field of a time knows no 24:00: the midnight that ends a day is 00:00 there. */
const shown = (time: string) => (time === '24:00' ? '00:00' : time);
const endOf = (time: string) => (time === '00:00' ? '24:00' : time);

function Day({ name, spans, onChange }: DayProps) {
  const change = (at: number, changed: Partial<Span>) =>
    onChange(spans.map((span, index) => (index === at ? { ...span, ...changed } : span)));
  const next = { from: spans.at(-1)?.to ?? '09:00', to: spans.length > 0 ? '24:00' : '17:00' };
  return (
    // biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset stands in no grid.
    <div className="weekday" role="group" aria-label={t[name]}>
      <strong>{t[name]}</strong>
      <div className="spans">
        {spans.length === 0 && <span className="hint">{t.closed}</span>}
        {spans.map((span, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have nothing else; they are redrawn as a whole.
          <div key={index} className="span">
            <input
              type="time"
              aria-label={`${t[name]}: ${t.opens}`}
              value={span.from}
              onChange={({ target }) => change(index, { from: target.value })}
              required
            />
            –
            <input
              type="time"
              aria-label={`${t[name]}: ${t.closes}`}
              value={shown(span.to)}
              onChange={({ target }) => change(index, { to: endOf(target.value) })}
              required
            />
            <button
              type="button"
              className="quiet square"
              aria-label={fill(t.removeSpan, `${t[name]} ${span.from}`)}
              onClick={() => onChange(spans.filter((_, at) => at !== index))}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
      <button
        type="button"
        className="quiet square"
        aria-label={fill(t.addSpan, t[name])}
        disabled={spans.length >= 10 || next.from >= next.to}
        onClick={() => onChange([...spans, next])}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}

interface ClosedDaysProps {
  readonly days: readonly string[];
  readonly onChange: (days: string[]) => void;
}

function ClosedDays({ days, onChange }: ClosedDaysProps) {
  const id = useId();
  const [added, setAdded] = useState('');
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const add = () => {
    if (added !== '') onChange([...new Set([...days, added])].sort());
    setAdded('');
  };
  return (
    <div className="field">
      <label htmlFor={id}>{t.closedDays}</label>
      <div className="row">
        <input id={id} type="date" value={added} onChange={({ target }) => setAdded(target.value)} />
        <button type="button" aria-label={t.addDay} disabled={added === ''} onClick={add}>
          {t.add}
        </button>
      </div>
      {days.length > 0 && (
        <ul className="tags">
          {days.map((day) => (
            <li key={day} className="tag">
              {format.format(new Date(day))}
              <button
                type="button"
                className="quiet"
                aria-label={fill(t.removeDay, format.format(new Date(day)))}
                onClick={() => onChange(days.filter((one) => one !== day))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
