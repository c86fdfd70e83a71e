// Charts as SVG text, without a library and without a script: they are in the page and in its print. Colours come from the page's CSS.
import { escapeHtml } from '#learning/metrics/escape-html.ts';
import { formatValue } from '#learning/metrics/format-value.ts';
import type { ReportChart } from './report.ts';

type Lines = Extract<ReportChart, { kind: 'lines' }>;
type Bars = Extract<ReportChart, { kind: 'bars' }>;

/** `hint`: how to read it, in a sentence. */
export function toSvg(chart: ReportChart, hint?: string): string {
  const drawn = chart.kind === 'lines' ? lineChart(chart) : barChart(chart);
  return figure(chart.title, hint, drawn);
}

const width = 560;
const margin = { top: 14, right: 16, bottom: 56, left: 96 };

interface Drawing {
  readonly height: number;
  readonly parts: readonly string[];
  readonly legend: readonly string[];
}

function lineChart({ x, y, series, diagonal }: Lines): Drawing {
  const height = 340;
  const points = series.flatMap((one) => one.points);
  const highest = Math.max(0, ...points.map(([, value]) => value));
  const top = diagonal ? 1 : niceCeiling(highest);
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const toX = (value: number) => margin.left + value * (right - margin.left);
  const toY = (value: number) => bottom - (value / top) * (bottom - margin.top);
  const parts = [
    ...gridY(top, toY, 'share', right),
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (value) =>
        `<text class="tick" x="${round(toX(value))}" y="${bottom + 22}" text-anchor="${value === 1 ? 'end' : 'middle'}">${value * 100} %</text>`,
    ),
    `<text class="axis" x="${(margin.left + right) / 2}" y="${height - 8}" text-anchor="middle">${escapeHtml(x)}</text>`,
    `<text class="axis" transform="translate(18 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(y)}</text>`,
    ...(diagonal
      ? [`<line class="diagonal" x1="${toX(0)}" y1="${toY(0)}" x2="${toX(1)}" y2="${toY(1)}"/>`]
      : []),
  ];
  for (const [index, { name, points: own }] of series.entries()) {
    const path = own
      .map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${round(toX(px))} ${round(toY(py))}`)
      .join('');
    if (own.length > 1) parts.push(`<path class="line s${index}" d="${path}"/>`);
    // A curve of every threshold is a line; a few measured points are points.
    if (own.length <= 12)
      parts.push(
        ...own.map(
          ([px, py]) =>
            `<circle class="dot s${index}" cx="${round(toX(px))}" cy="${round(toY(py))}" r="${own.length === 1 ? 6 : 4}"><title>${escapeHtml(name)}: ${formatValue(px, 'share')}, ${formatValue(py, 'share')}</title></circle>`,
        ),
      );
  }
  return {
    height,
    parts,
    legend: series.map(({ name }) => name).concat(diagonal ? ['if it were exact'] : []),
  };
}

function barChart({ unit, groups }: Bars): Drawing {
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const highest = Math.max(
    0,
    ...groups.flatMap(({ bars }) => bars.map(({ value, high }) => Math.max(value, high ?? 0))),
  );
  const most = unit === 'share' ? 1 : niceCeiling(highest);
  // Lying bars: names of any length stay readable, on a phone too.
  const thickness = 21;
  const groupGap = 40;
  const left = 12;
  const right = width - 92;
  const toX = (value: number) => left + (value / most) * (right - left);
  const parts: string[] = [];
  let at = 6;
  for (const { name, bars } of groups) {
    parts.push(`<text class="group" x="${left}" y="${at + 14}">${escapeHtml(name)}</text>`);
    at += 22;
    for (const { name: series, value, low, high } of bars) {
      const index = names.indexOf(series);
      const middle = at + thickness / 2;
      parts.push(
        `<rect class="bar s${index}" x="${left}" y="${at}" width="${round(Math.max(1, toX(value) - left))}" height="${thickness - 3}" rx="2"><title>${escapeHtml(series)}: ${formatValue(value, unit)}</title></rect>`,
      );
      if (low !== undefined && high !== undefined)
        parts.push(
          `<path class="whisker" d="M${round(toX(low))} ${middle - 1.5}H${round(toX(high))}M${round(toX(low))} ${middle - 5}v7M${round(toX(high))} ${middle - 5}v7"/>`,
        );
      parts.push(
        `<text class="value" x="${round(toX(Math.max(value, high ?? 0)) + 6)}" y="${at + thickness - 6}">${formatValue(value, unit)}</text>`,
      );
      at += thickness;
    }
    at += groupGap - thickness;
  }
  return { height: at + 4, parts, legend: names.length > 1 ? names : [] };
}

function gridY(
  top: number,
  toY: (value: number) => number,
  unit: Lines['kind'] | 'share',
  right: number,
): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const at = round(toY(share * top));
    return [
      `<line class="grid" x1="${margin.left}" y1="${at}" x2="${right}" y2="${at}"/>`,
      `<text class="tick" x="${margin.left - 8}" y="${at + 4}" text-anchor="end">${unit === 'share' ? `${round(share * top * 100)} %` : round(share * top)}</text>`,
    ];
  });
}

function figure(title: string, hint: string | undefined, { height, parts, legend }: Drawing): string {
  const keys = legend.map(
    (name, index) =>
      `<span class="key"><i class="s${index}${name === 'if it were exact' ? ' dashed' : ''}"></i>${escapeHtml(name)}</span>`,
  );
  return `<figure><figcaption>${escapeHtml(title)}${hint === undefined ? '' : `<small>${escapeHtml(hint)}</small>`}</figcaption><svg viewBox="0 0 ${width} ${Math.ceil(height)}" role="img" aria-label="${escapeHtml(title)}">${parts.join('')}</svg>${keys.length > 0 ? `<p class="legend">${keys.join('')}</p>` : ''}</figure>`;
}

function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return (
    [1, 2, 2.5, 4, 5, 8, 10].map((step) => step * magnitude).find((candidate) => candidate >= value) ?? value
  );
}

const round = (value: number) => Math.round(value * 10) / 10;
