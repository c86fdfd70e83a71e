// How long a customer waits: retrieve, first token, whole answer, one at a time and many at once. Measured on a clock, so it differs
// from run to run and is in no baseline; the network and the browser are not in it (see npm run bench).
import { type AnswerDependencies, createAnswer } from '#chat/answer.ts';
import type { CallOptions } from '#core/call-options.ts';
import { toAppError } from '#core/errors.ts';
import { toTurns } from '#core/turns.ts';
import { quantile } from '#learning/metrics/bootstrap.ts';
import { type Metric, statisticMetric } from '#learning/metrics/metric.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import type { CaseResult, Chart, SuiteOutcome } from '../core/result.ts';

export interface SpeedOptions extends CallOptions {
  readonly dependencies: AnswerDependencies;
  readonly cases: readonly EvalCase[];
  readonly seed: number;
  /** How many answers are written at the same time; default 1 and 50. */
  readonly atOnce?: readonly number[];
  /** Answers measured at each level. */
  readonly answers?: number;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

interface Timing {
  readonly retrieve: number;
  readonly firstToken: number;
  readonly total: number;
}
const phases = ['retrieve', 'firstToken', 'total'] as const;
const phaseIds = { retrieve: 'retrieve', firstToken: 'first-token', total: 'total' };
const phaseLabels = {
  retrieve: 'finding passages',
  firstToken: 'until the first word',
  total: 'whole answer',
};
const percentiles = [50, 95, 99];

export async function runSpeed({
  dependencies,
  cases,
  seed,
  atOnce = [1, 50],
  answers = 200,
  progress,
  signal,
}: SpeedOptions): Promise<SuiteOutcome> {
  const answer = createAnswer(dependencies);
  const questions = cases.filter(({ expect }) => expect === 'answer');
  if (questions.length === 0) return { metrics: {}, cases: [], notes: ['There are no questions to answer.'] };
  const metrics: Record<string, Metric> = {};
  const failures: CaseResult[] = [];
  const groups = [];
  let done = 0;

  const timeOne = async (index: number): Promise<Timing | undefined> => {
    const { turns, id } = questions[index % questions.length]!;
    const createdAt = new Date().toISOString();
    const messages = toTurns(turns).map((turn, at) => ({ ...turn, id: `m${at}`, createdAt }));
    const timing = { retrieve: 0, firstToken: 0, total: 0 };
    const startedAt = performance.now();
    let failed: string | undefined;
    try {
      for await (const event of answer(
        {
          conversation: { id: `speed-${index}`, createdAt, messages },
          messageId: 'answer',
          replyTo: messages.at(-1)!.id,
        },
        {
          signal,
          observer: {
            retrieved: () => {
              timing.retrieve = performance.now() - startedAt;
            },
            firstToken: () => {
              timing.firstToken = performance.now() - startedAt;
            },
          },
        },
      )) {
        if (event.type === 'answer-error') failed = event.message;
      }
    } catch (thrown) {
      signal?.throwIfAborted();
      failed = toAppError(thrown).message;
    }
    if (failed !== undefined) {
      failures.push({ id: `${id}-${index}`, verdict: 'error', turns, reasons: [failed] });
      return undefined;
    }
    timing.total = performance.now() - startedAt;
    return timing;
  };

  // The first answers load code and warm caches; nobody should be told that this is the speed.
  for (let index = 0; index < 5; index++) await timeOne(index);
  failures.length = 0;
  for (const level of atOnce) {
    const timings: Timing[] = [];
    let next = 0;
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: level }, async () => {
        while (next < answers) {
          const timing = await timeOne(next++);
          if (timing) timings.push(timing);
          progress?.(++done, answers * atOnce.length);
        }
      }),
    );
    const perSecond = timings.length / ((performance.now() - startedAt) / 1000);
    for (const phase of phases) {
      for (const percentile of percentiles) {
        metrics[`${phaseIds[phase]}-p${percentile}-at-${level}`] = statisticMetric(
          timings.map((timing) => timing[phase]),
          (list) =>
            quantile(
              [...list].sort((a, b) => a - b),
              percentile / 100,
            ),
          {
            unit: 'ms',
            seed,
            better: 'lower',
            measured: true,
            label: `${level} at once, ${phaseLabels[phase]}: ${percentile} of 100 wait no longer`,
          },
        );
      }
    }
    metrics[`answers-per-second-at-${level}`] = {
      value: perSecond,
      n: timings.length,
      low: perSecond,
      high: perSecond,
      unit: 'score',
      better: 'higher',
      measured: true,
      label: `${level} at once: answers a second`,
    };
    groups.push(
      ...phases.map((phase) => ({
        name: `${phaseLabels[phase]}, ${level} at once`,
        bars: percentiles.map((percentile) => ({
          name: `p${percentile}`,
          value: metrics[`${phaseIds[phase]}-p${percentile}-at-${level}`]!.value,
        })),
      })),
    );
  }
  const charts: Chart[] = [
    { kind: 'bars', id: 'latency', title: 'Waiting time', y: 'milliseconds', unit: 'ms', groups },
  ];
  return { metrics, cases: failures, charts };
}
