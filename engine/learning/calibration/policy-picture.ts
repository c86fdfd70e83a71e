// Two curves as one SVG picture that stands alone: what it costs in errors to answer more, and how far to believe the probability.

import { escapeHtml } from '../metrics/escape-html.ts';
import { reliabilityBins, riskCoverage } from '../metrics/selective.ts';
import type { PolicyPrediction } from './policy-fit.ts';

export interface Curve {
  readonly name: string;
  /** Own questions of one help centre, by a fit that had not seen them. */
  readonly predictions: readonly PolicyPrediction[];
  /** Neither fitted on nor chosen with: drawn bold. */
  readonly isTest: boolean;
}

const colours = ['#2456a6', '#c4501b', '#2f7d4f', '#7a4fa3', '#8a6d1f', '#b03060', '#1f7f8a', '#59626d'];
const size = 330;
const panelWidth = size + 110;
const top = 44;

export function policyPicture(curves: readonly Curve[], answerFrom: number): string {
  const risks = panel(0, 'What answering more costs', 'share of questions answered', 'of those, wrong');
  const trust = panel(1, 'Is the probability to be believed?', 'probability', 'passage found');
  const parts = [...risks.parts, ...trust.parts, line([trust.at(0, 0), trust.at(1, 1)], 'exact')];
  for (const [index, { predictions, isTest }] of curves.entries()) {
    const style = `stroke="${colours[index % colours.length]}" stroke-width="${isTest ? 2.6 : 1.2}"`;
    const cases = predictions.map(({ probability, label }) => ({ confidence: probability, right: label }));
    // The share among the first few is 0, 1/2 or 1: noise.
    const curve = riskCoverage(cases).filter(({ coverage }) => coverage * cases.length >= 15);
    parts.push(
      line(
        curve.map(({ coverage, risk }) => risks.at(coverage, risk)),
        'curve',
        style,
      ),
    );
    const answered = cases.filter(({ confidence }) => confidence >= answerFrom);
    if (answered.length > 0) {
      const wrong = answered.filter(({ right }) => !right).length;
      const [x, y] = risks.at(answered.length / cases.length, wrong / answered.length);
      parts.push(
        `<circle cx="${x}" cy="${y}" r="${isTest ? 5 : 3.5}" fill="${colours[index % colours.length]}"/>`,
      );
    }
    const bins = reliabilityBins(predictions).filter(({ n }) => n >= 8);
    parts.push(
      line(
        bins.map(({ confidence, accuracy }) => trust.at(confidence, accuracy)),
        'curve',
        style,
      ),
    );
  }
  const legendTop = top + size + 62;
  const keys = curves.map(({ name, isTest }, index) => {
    const [x, y] = [56 + (index % 4) * 205, legendTop + Math.floor(index / 4) * 20];
    const colour = colours[index % colours.length];
    return `<rect x="${x}" y="${y - 9}" width="14" height="${isTest ? 8 : 4}" fill="${colour}"/><text x="${x + 20}" y="${y}">${escapeHtml(name)}${isTest ? ' (test)' : ''}</text>`;
  });
  const [width, height] = [2 * panelWidth, legendTop + Math.ceil(curves.length / 4) * 20 + 6];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Risk by coverage, and reliability">
<style>
text { font: 12px system-ui, sans-serif; fill: #1d2228; }
.title { font-size: 15px; font-weight: 600; }
.soft { fill: #59626d; }
.grid { stroke: #e3e6ea; fill: none; }
.curve { fill: none; stroke-linejoin: round; }
.exact { fill: none; stroke: #59626d; stroke-dasharray: 4 4; }
</style>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
${keys.join('\n')}
</svg>
`;
}

type Point = readonly [x: number, y: number];

function panel(column: number, title: string, x: string, y: string) {
  const left = column * panelWidth + 62;
  const at = (across: number, up: number): Point => [
    round(left + across * size),
    round(top + (1 - up) * size),
  ];
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    line([at(0, value), at(1, value)], 'grid'),
    `<text class="soft" x="${left - 8}" y="${at(0, value)[1] + 4}" text-anchor="end">${value * 100} %</text>`,
    `<text class="soft" x="${at(value, 0)[0]}" y="${top + size + 18}" text-anchor="middle">${value * 100} %</text>`,
  ]);
  return {
    at,
    parts: [
      `<text class="title" x="${left}" y="22">${escapeHtml(title)}</text>`,
      `<text class="soft" x="${left + size / 2}" y="${top + size + 38}" text-anchor="middle">${escapeHtml(x)}</text>`,
      `<text class="soft" transform="translate(${left - 46} ${top + size / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(y)}</text>`,
      ...ticks,
    ],
  };
}

function line(points: readonly Point[], className: string, style = ''): string {
  return `<path class="${className}" ${style} d="${points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')}"/>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
