import { expect, it } from 'vitest';
import { macroF1, scoreLabels } from './score-labels.ts';

const judged = (label: string, guess: string | undefined, probability = 0.9) => ({
  label,
  guess,
  probability,
});

it('counts right ones among those with a label, and misses in F1', () => {
  const all = [judged('a', 'a'), judged('a', 'b', 0.6), judged('b', 'b'), judged('b', undefined, 0)];
  const { n, labelled, accuracy, auroc, commonest } = scoreLabels(all);
  expect({ n, labelled, accuracy: accuracy.value, auroc, commonest }).toEqual({
    n: 4,
    labelled: 0.75,
    accuracy: 2 / 3,
    auroc: 1,
    commonest: 0.5,
  });
  // a: precision 1, recall .5; b: precision .5, recall .5.
  expect(macroF1(all)).toBeCloseTo((2 / 3 + 0.5) / 2, 10);
});

it('is calibrated where as many are right as the probability says', () => {
  const rows = Array.from({ length: 10 }, (_, at) => judged('a', at < 8 ? 'a' : 'b', 0.8));
  expect(scoreLabels(rows).calibrationError).toBeCloseTo(0, 10);
  expect(scoreLabels(rows.map((row) => ({ ...row, probability: 1 }))).calibrationError).toBeCloseTo(0.2, 10);
});

it('of nothing is no number that means something, and no error', () => {
  expect(scoreLabels([])).toMatchObject({ n: 0, labelled: 0, accuracy: { value: 0, low: 0, high: 1 } });
});
