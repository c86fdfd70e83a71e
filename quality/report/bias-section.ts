// The part of the data report on groups that fare worse.
import { escapeHtml } from '#learning/metrics/escape-html.ts';
import type { BiasReport, GroupFigure, Measure } from '../bias/group-outcomes.ts';
import { bar, none, number, percent, plural, table } from './page-parts.ts';

export const measureNames: Readonly<Record<Measure, string>> = {
  answered: 'Answered',
  declined: 'Declined',
  handedOver: 'Handed to a person',
  citedRight: 'Cited correctly',
  longWait: 'Waited longer than most',
};

export function biasSection({
  cases,
  overall,
  groups,
  waits,
  comparisons,
  hidden,
  rules,
}: BiasReport): string {
  if (cases === 0)
    return none(
      'There is no conversation of this desk yet. Past conversations do not tell what the desk would have answered; "--evals RUN" adds what it did answer in an evals run.',
    );
  const flagged = groups.filter(({ differs }) => differs);
  const verdict =
    flagged.length > 0
      ? `<p class="alarm">${plural(flagged.length, 'group')} differ${flagged.length === 1 ? 's' : ''} from all other conversations beyond chance:</p><ul>${flagged.map(sentence).join('')}</ul>`
      : `<p>${comparisons === 0 ? `No group has ${rules.leastCompared} conversations yet, which a comparison needs.` : `None of ${plural(comparisons, 'comparison')} shows a group that differs beyond chance.`}</p>`;
  const all = table(
    ['All conversations', 'How many', 'Share'],
    overall.map(({ measure, n, share, low, high }) => [
      measureNames[measure],
      number(n),
      shareCell({ share, low, high }),
    ]),
  );
  const rows = groups.map((one) => [
    `${one.differs ? '<span class="differs">differs</span> ' : ''}${escapeHtml(one.group)} <small>${one.dimension}</small>`,
    measureNames[one.measure],
    number(one.n),
    shareCell(one),
    one.others === undefined ? '– <small>no other group</small>' : percent(one.others),
    one.p === undefined
      ? one.others === undefined
        ? '–'
        : '– <small>too few</small>'
      : one.p < 0.001
        ? '&lt; .001'
        : one.p.toFixed(3),
  ]);
  const waiting = waits.map(({ dimension, group, n, medianSeconds, low, high }) => [
    `${escapeHtml(group)} <small>${dimension}</small>`,
    number(n),
    `${duration(medianSeconds)} <small>95 %: ${duration(low)} to ${duration(high)}</small>`,
  ]);
  return `${verdict}${all}<details><summary class="figures">Every group</summary>${table(['Group', 'Measure', 'Conversations', 'Share', 'All others', 'p, corrected'], rows)}${waiting.length > 0 ? table(['Group', 'Handed over', 'Median wait for a person'], waiting) : ''}</details><p class="note">Each group is compared with all others of its kind (two-proportion z test, Fisher's exact test for small counts), corrected for ${plural(comparisons, 'comparison')} by Holm's method. A group is flagged if p is below ${rules.significance} and the shares are ${percent(rules.leastDifference)} apart. Groups with fewer than ${rules.leastCompared} conversations are not compared, those with fewer than ${rules.leastShown} (${number(hidden)} figures) not shown. A difference is no proof of unfairness: customers of one group may ask what no article answers.</p>`;
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
