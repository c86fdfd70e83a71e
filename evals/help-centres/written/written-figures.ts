// One table of what the ways of answering are worth: the same questions, a row a model and way.
import { type Metric, mean, meanMetric, shareMetric, statisticMetric } from '#learning/metrics/metric.ts';
import type { WrittenAnswer } from './run-written.ts';

export interface WayFigures {
  readonly model: string;
  readonly way: WrittenAnswer['way'];
  readonly questions: number;
  /** Of the answers, those in the model's own words. */
  readonly written: Metric;
  /** Of the sentences shown, those that the local score finds supported by what they cite. */
  readonly groundedness: Metric;
  readonly facts: Metric;
  readonly wrongAndSure: Metric;
  readonly direct: Metric;
  /** Seconds of one core. */
  readonly firstSeconds: Metric;
  readonly totalSeconds: Metric;
  /** Of the model's sentences, those that the guard dropped. */
  readonly dropped: number;
}

export function figuresOf(answers: readonly WrittenAnswer[], seed: number): WayFigures[] {
  const ways = Map.groupBy(answers, ({ model, way }) => `${model} ${way}`);
  return [...ways.values()].map((all) => {
    const given = all.filter(({ decision }) => decision === 'answer');
    const told = all.reduce((sum, { kept, dropped }) => sum + kept + dropped, 0);
    const seconds = (key: 'firstMs' | 'totalMs', label: string) =>
      statisticMetric(given, (some) => median(some.map((one) => one[key] / 1000)), {
        unit: 's',
        seed,
        label,
        better: 'lower',
      });
    return {
      model: all[0]!.model,
      way: all[0]!.way,
      questions: all.length,
      written: shareMetric(given.filter(({ isWritten }) => isWritten).length, given.length, {
        label: 'Answers in the model’s own words',
      }),
      groundedness: statisticMetric(given, groundedShare, {
        unit: 'share',
        seed,
        label: 'Sentences supported by the passage they cite',
      }),
      facts: meanMetric(
        all.map(({ facts }) => facts),
        { unit: 'share', seed, label: 'Facts of a right answer that were given' },
      ),
      wrongAndSure: shareMetric(given.filter(({ isWrong }) => isWrong).length, given.length, {
        label: 'Answers that hold none of the facts, or something of a look-alike',
        better: 'lower',
      }),
      direct: shareMetric(given.filter(({ isDirect }) => isDirect).length, given.length, {
        label: 'Answers whose first sentence holds a fact',
      }),
      firstSeconds: seconds('firstMs', 'First words, median'),
      totalSeconds: seconds('totalMs', 'Whole answer, median'),
      dropped: told === 0 ? 0 : all.reduce((sum, { dropped }) => sum + dropped, 0) / told,
    };
  });
}

/** Markdown. */
export function figuresTable(figures: readonly WayFigures[]): string {
  const rows = figures.map((one) =>
    [
      one.model,
      one.way,
      `${one.written.n} of ${one.questions}`,
      percent(one.written),
      percent(one.groundedness),
      percent(one.facts),
      percent(one.wrongAndSure),
      percent(one.direct),
      one.firstSeconds.value.toFixed(1),
      one.totalSeconds.value.toFixed(1),
    ].join(' | '),
  );
  return [
    '| model | way | answered | in its own words | grounded | facts | wrong and sure | direct | first words, s | whole, s |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

const whole = (share: number) => (100 * share).toFixed(0);
const percent = ({ value, low, high }: Metric) => `${whole(value)} (${whole(low)} – ${whole(high)})`;

function groundedShare(answers: readonly WrittenAnswer[]): number {
  return mean(answers.flatMap(({ sentences }) => sentences.map(({ isGrounded }) => Number(isGrounded))));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : mean(sorted.slice(middle - 1, middle + 1));
}
