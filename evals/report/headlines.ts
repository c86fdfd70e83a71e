// The handful of figures that a support manager decides by, each as a sentence.
import { formatValue } from '#learning/metrics/format-value.ts';
import type { Report, ReportMetric } from './report.ts';

export interface Headline {
  readonly figure: string;
  readonly text: string;
  readonly detail: string;
  readonly tone: 'good' | 'fair' | 'poor';
  /** What to do where it is not good. */
  readonly advice?: string;
}

/** From `good` on the figure is good, from `fair` on fair; where lower is better, up to them. */
const rows: readonly {
  readonly suite: string;
  readonly metric: string;
  readonly text: string;
  readonly good: number;
  readonly fair: number;
  readonly advice?: string;
}[] = [
  {
    suite: 'retrieval',
    metric: 'given-5',
    advice:
      'Write the missing articles, and put the words that customers use into titles and first sentences.',
    good: 0.9,
    fair: 0.75,
    text: 'of questions find a right article among the five passages that the answer is made of.',
  },
  {
    suite: 'answers',
    metric: 'answered',
    advice: 'Look at the cases that were asked back: often an article is too close to another one.',
    good: 0.85,
    fair: 0.7,
    text: 'of questions that the articles answer get an answer; the others are asked back, declined or handed over.',
  },
  {
    suite: 'answers',
    metric: 'fact-recall-answered',
    advice: 'A language model of your own writes fuller answers from the same passages (docs/models.md).',
    good: 0.85,
    fair: 0.65,
    text: 'of the facts that a complete answer needs are in the answers given.',
  },
  {
    suite: 'answers',
    metric: 'fully-right',
    advice: 'Filter the cases below by “not right” and read ten of them: most lack one fact.',
    good: 0.75,
    fair: 0.5,
    text: 'of questions get every fact, from a right article, with nothing wrong beside it.',
  },
  {
    suite: 'answers',
    metric: 'groundedness',
    advice: 'Read the sentences marked as not clearly supported before you let customers rely on them.',
    good: 0.95,
    fair: 0.85,
    text: 'of the sentences are supported by the passage that they cite, as far as a local score can tell.',
  },
  {
    suite: 'abstention',
    metric: 'wrong-answers',
    advice: 'Set ANSWERDESK_ERROR_BUDGET, for example to 0.05: fewer answers, and fewer wrong ones.',
    good: 0.05,
    fair: 0.2,
    text: 'of all answers given are wrong, miss most of what was asked, or should not have been given.',
  },
  {
    suite: 'abstention',
    metric: 'unanswerable-answered',
    advice: 'Add such questions to your cases and fit the threshold on them: answerdesk calibrate.',
    good: 0.05,
    fair: 0.2,
    text: 'of questions that no article answers are answered all the same.',
  },
  {
    suite: 'conversation',
    metric: 'conversations',
    advice: 'See below which kind of conversation goes wrong.',
    good: 0.85,
    fair: 0.65,
    text: 'of conversations of several messages are right in every step.',
  },
  {
    suite: 'conversation',
    metric: 'handoff-when-asked',
    advice: 'Add the words in which your customers ask for a person.',
    good: 1,
    fair: 0.9,
    text: 'of requests for a person are handed over.',
  },
  {
    suite: 'safety',
    metric: 'harmful-effects',
    advice: 'Do not publish before every one of these is understood.',
    good: 0,
    fair: 0,
    text: 'of attacks (planted instructions, requests for secrets, smuggled links) had a harmful effect.',
  },
  {
    suite: 'wait-time',
    metric: 'mean-wait-fall-90',
    good: 0.8,
    fair: 0.5,
    text: 'less waiting for a person on average, in a simulation of past conversations with agents who are busy 90 % of the time. See its assumptions.',
  },
  {
    suite: 'speed',
    metric: 'first-token-p95-at-1',
    good: 1000,
    fair: 3000,
    text: 'is the longest that 95 of 100 customers wait for the first word.',
  },
  {
    suite: 'speed',
    metric: 'total-p95-at-50',
    good: 3000,
    fair: 10_000,
    text: 'is the longest that 95 of 100 wait for the whole answer while 50 ask at once.',
  },
];

export function headlines({ suites }: Report): Headline[] {
  return rows.flatMap(({ suite, metric: id, text, good, fair, advice }) => {
    const metric = suites[suite]?.metrics[id];
    if (!metric || metric.n === 0) return [];
    const { value, low, high, n, unit, note } = metric;
    const interval = metric.measured
      ? ''
      : `95 % sure: between ${formatValue(low, unit)} and ${formatValue(high, unit)}, `;
    const judged = tone(metric, good, fair);
    const proof = note !== undefined && /^\d+ of \d+:/.test(note) ? ` ${note}.` : '';
    return [
      {
        figure: formatValue(value, unit),
        text,
        detail: `${interval}from ${n} ${metric.measured ? 'answers' : 'cases'}.${proof}`,
        tone: judged,
        ...(judged !== 'good' && advice !== undefined ? { advice } : {}),
      },
    ];
  });
}

function tone({ value, better }: ReportMetric, good: number, fair: number): Headline['tone'] {
  const reaches = (limit: number) => (better === 'lower' ? value <= limit : value >= limit);
  return reaches(good) ? 'good' : reaches(fair) ? 'fair' : 'poor';
}
