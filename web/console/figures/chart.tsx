// One chart by days, with what its colours mean, and the same values as a table for who does not see it.
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { fill, language } from '../text/strings.ts';
import type { ChartFacts } from './figures-charts.ts';
import { s } from './figures-strings.ts';

interface ChartProps {
  readonly facts: ChartFacts;
  /** YYYY-MM-DD, oldest first. */
  readonly days: readonly string[];
}

const heightPx = 190;

function dayText(day: string, weekday?: 'short'): string {
  const format = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    weekday,
    timeZone: 'UTC',
  });
  return format.format(new Date(day));
}

export function Chart({ facts, days }: ChartProps) {
  const [at, setAt] = useState<number>();
  const { id, title, text, series, format } = facts;
  const shown = at !== undefined && at < days.length ? at : undefined;
  const shownValue = ({ values, total }: ChartFacts['series'][number]) =>
    (shown === undefined ? total : values[shown]) ?? undefined;
  return (
    <section className="card chart" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {text && <p className="hint">{text}</p>}
      <p className="hint chart-day">{shown === undefined ? s.overall : dayText(days[shown]!, 'short')}</p>
      <ul className="legend">
        {series.map((one) => {
          const value = shownValue(one);
          return (
            <li key={one.label} className={one.colour.slice(2)}>
              {one.label}
              <strong>{value === undefined ? '–' : format(value)}</strong>
            </li>
          );
        })}
      </ul>
      <Plot facts={facts} days={days} onPoint={setAt} />
      <details className="chart-table">
        <summary>{fill(s.table, title)}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
        <section className="table-frame" tabIndex={0} aria-label={fill(s.table, title)}>
          <table>
            <thead>
              <tr>
                <th scope="col">{s.day}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day, index) => (
                <tr key={day}>
                  <th scope="row">
                    <time dateTime={day}>{dayText(day)}</time>
                  </th>
                  {series.map(({ label, values }) => (
                    <td key={label}>{values[index] == null ? '–' : format(values[index])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  );
}

interface PlotProps extends ChartProps {
  readonly onPoint: (index: number | undefined) => void;
}

/** The canvas. Drawn anew for other values, another width or another theme. */
function Plot({ facts, days, onPoint }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const watch = new MutationObserver(() => setTheme((count) => count + 1));
    watch.observe(document.documentElement, { attributeFilter: ['class'] });
    return () => watch.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of the canvas are read from the theme.
  useLayoutEffect(() => {
    const node = frame.current!;
    const drawn = new uPlot(options({ facts, days, onPoint, node }), stacked(facts, days.length), node);
    const watch = new ResizeObserver(() =>
      drawn.setSize({ width: Math.max(1, node.clientWidth), height: heightPx }),
    );
    watch.observe(node);
    return () => {
      watch.disconnect();
      drawn.destroy();
    };
  }, [facts, days, onPoint, theme]);
  return <div ref={frame} className="plot" role="img" aria-label={fill(s.chart, facts.title)} />;
}

/** Days by their number, then the series: parts of a whole as sums, the last one drawn first and so behind the others. */
function stacked({ kind, series }: ChartFacts, count: number): uPlot.AlignedData {
  const x = Array.from({ length: count }, (_, index) => index);
  if (kind === 'lines') return [x, ...series.map(({ values }) => [...values])];
  const sums = x.map(() => 0);
  const rows = series.map(({ values }) => values.map((value, index) => (sums[index]! += value ?? 0)));
  return [x, ...rows.reverse()];
}

function options({
  facts: { kind, series, format },
  days,
  onPoint,
  node,
}: PlotProps & { readonly node: HTMLElement }): uPlot.Options {
  const style = getComputedStyle(node);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const bars = uPlot.paths.bars!({ size: [0.75, 36], radius: 0.15 });
  const drawn = kind === 'parts' ? series.toReversed() : series;
  const axis = { stroke: colour('--soft'), font, ticks: { show: false } };
  return {
    width: Math.max(1, node.clientWidth),
    height: heightPx,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === 'lines' } },
    scales: {
      x: { time: false, range: () => [-0.6, days.length - 0.4] },
      // At least a whole one, so that an empty chart has a scale, too.
      y: { range: (_plot, _least, most) => [0, Math.max(1, most ?? 1) * 1.08] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        gap: 6,
        incrs: [1, 2, 7, 14, 28, 56],
        space: 64,
        values: (_plot, splits) => splits.map((index) => (days[index] ? dayText(days[index]) : '')),
      },
      {
        ...axis,
        grid: { stroke: colour('--line'), width: 1 },
        space: 36,
        incrs:
          kind === 'parts' ? undefined : [1, 5, 15, 30, 60, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400],
        size: (_plot, values) => 14 + 7 * Math.max(2, ...(values ?? []).map((value) => value.length)),
        values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? format(value) : '')),
      },
    ] as uPlot.Axis[],
    series: [
      {},
      ...drawn.map(
        (one): uPlot.Series =>
          kind === 'parts'
            ? { fill: colour(one.colour), width: 0, paths: bars, points: { show: false } }
            : {
                stroke: colour(one.colour),
                width: 2,
                spanGaps: true,
                points: { show: true, size: 6, fill: colour(one.colour) },
              },
      ),
    ],
    hooks: {
      setCursor: [({ cursor: { idx, left = -1 } }) => onPoint(left < 0 ? undefined : (idx ?? undefined))],
    },
  };
}
