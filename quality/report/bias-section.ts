// The part of the data report on groups that fare worse.
import { escapeHtml } from '#learning/metrics/escape-html.ts';
import { type BiasReport, faresWorse, type GroupFigure, type Measure } from '../bias/group-outcomes.ts';
import type { DataReport } from './data-report.ts';
import { bar, none, number, percent, plural, table } from './page-parts.ts';

export const measureNames: Readonly<Record<Measure, string>> = {
  answered: 'Answered',
  declined: 'Declined',
  handedOver: 'Handed to a person',
  citedRight: 'Cited correctly',
  longWait: 'Waited longer than most',
};

/** `evals`: the run whose questions are among the cases. */
export function biasSection(
  { cases, overall, groups, waits, comparisons, hidden, rules }: BiasReport,
  evals: DataReport['evals'],
): string {
  if (cases === 0)
    return none(
      'There is no conversation of this desk yet. Past conversations do not tell what the desk would have answered; "--evals RUN" adds what it did answer in an evals run.',
    );
  const flagged = groups
    .filter(({ differs }) => differs)
    .sort((a, b) => Number(faresWorse(b)) - Number(faresWorse(a)));
  const verdict =
    flagged.length > 0
      ? `<p class="alarm">${plural(flagged.length, 'group')} differ${flagged.length === 1 ? 's' : ''} from all other conversations beyond chance:</p><ul>${flagged.map(sentence).join('')}</ul>`
      : `<p>${comparisons === 0 ? `No group has ${rules.leastCompared} conversations yet, which a comparison needs.` : `None of ${plural(comparisons, 'comparison')} shows a group that differs beyond chance.`}</p>`;
  const asked = evals
    ? `<p>${number(evals.cases)} of these ${number(cases)} are questions of the evals run ${escapeHtml(evals.run)}, all of which have an answer in the articles. Only they tell whether the right articles are cited.</p>`
    : '';
  const all = table(
    ['All conversations', 'How many', 'Share'],
    overall.map(({ measure, n, share, low, high }) => [
      measureNames[measure],
      number(n),
      shareCell({ share, low, high }),
    ]),
  );
  const waiting = waits.map(({ dimension, group, n, medianSeconds, low, high }) => [
    `${escapeHtml(group)} <small>${dimension}</small>`,
    number(n),
    `${duration(medianSeconds)} <small>95 %: ${duration(low)} to ${duration(high)}</small>`,
  ]);
  const parts = [
    ...overall.map(({ measure }) => measureTable(measure, groups)),
    waiting.length > 0
      ? `<h3>Wait for a person</h3>${table(['Group', 'Handed over', 'Median wait'], waiting)}`
      : '',
  ].join('');
  const every =
    parts === '' ? '' : `<details><summary class="figures">Every group</summary>${parts}</details>`;
  return `${verdict}${asked}${all}${every}<p class="note">Each group is compared with all others of its kind (two-proportion z test, Fisher's exact test for small counts), corrected for ${plural(comparisons, 'comparison')} by Holm's method. A group is flagged if p is below ${rules.significance} and the shares are ${Math.round(rules.leastDifference * 100)} points apart. Groups with fewer than ${rules.leastCompared} conversations are not compared, those with fewer than ${rules.leastShown} (${number(hidden)} figures) not shown. A difference is no proof of unfairness: customers of one group may ask what no article answers.</p>`;
}

/** Flagged ones first, then the largest. A group that is the only one of its kind tells nothing. */
function measureTable(measure: Measure, groups: readonly GroupFigure[]): string {
  const rows = groups.flatMap((one) => {
    if (one.measure !== measure || one.others === undefined) return [];
    return [
      [
        `${one.differs ? '<span class="differs">differs</span> ' : ''}${escapeHtml(one.group)} <small>${one.dimension}</small>`,
        number(one.n),
        shareCell(one),
        percent(one.others),
        one.p === undefined ? '– <small>too few</small>' : one.p < 0.001 ? '&lt; .001' : one.p.toFixed(3),
      ],
    ];
  });
  if (rows.length === 0) return '';
  return `<h3>${measureNames[measure]}</h3>${table(['Group', 'Conversations', 'Share', 'All others', 'p, corrected'], rows)}`;
}

function sentence({ measure, dimension, group, share, others, n }: GroupFigure): string {
  return `<li><strong>${escapeHtml(group)}</strong> (${dimension}, ${plural(n, 'conversation')}): ${measureNames[measure].toLowerCase()} ${percent(share)}, all others ${percent(others ?? share)}</li>`;
}

function shareCell({
  share,
  low,
  high,
}: {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}): string {
  return `${bar(share)} ${percent(share)} <small>95 %: ${percent(low)} to ${percent(high)}</small>`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
