import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../metrics/random.ts';
import { type CountedBallot, fitLabelModel, posterior } from './label-model.ts';

/** Votes of voters who are right this often, on items of which `rare` are of class 1. */
function simulate(accuracies: readonly number[], { items = 3_000, rare = 0.1 } = {}) {
  const random = randomFrom(7);
  const truths = Array.from({ length: items }, () => Number(random() < rare));
  const ballots = truths.map((truth): CountedBallot => {
    const ballot = accuracies.flatMap((accuracy, voter): [number, number][] => {
      if (random() < 0.3) return [];
      return [[voter, random() < accuracy ? truth : 1 - truth]];
    });
    return { ballot, count: 1 };
  });
  return { truths, ballots };
}

describe('the label model', () => {
  it('finds out by agreement alone which voters are right, whatever they claim', () => {
    const { ballots } = simulate([0.95, 0.9, 0.6]);
    const { accuracies } = fitLabelModel(ballots, { classes: 2, accuracies: [0.7, 0.7, 0.7] });
    expect(accuracies[0]).toBeGreaterThan(0.87);
    expect(accuracies[1]).toBeGreaterThan(0.82);
    expect(accuracies[2]).toBeLessThan(0.68);
  });

  it('is right more often than a plain majority of the votes', () => {
    const accuracies = [0.95, 0.6, 0.6];
    const { ballots, truths } = simulate(accuracies);
    const model = fitLabelModel(ballots, { classes: 2, accuracies: [0.75, 0.75, 0.75] });
    const right = (guess: (one: CountedBallot) => number) =>
      ballots.filter((one, at) => guess(one) === truths[at]).length;
    const fitted = right(({ ballot }) => Number(posterior(model, ballot)[1]! > 0.5));
    const majority = right(({ ballot }) =>
      Number(ballot.filter(([, vote]) => vote === 1).length * 2 > ballot.length),
    );
    expect(fitted).toBeGreaterThan(majority);
  });

  it('does not call everything the commonest class: one vote alone is worth what it claims', () => {
    const ballots = [
      { ballot: [[0, 0]], count: 950 },
      { ballot: [[1, 1]], count: 50 },
    ] as const;
    const model = fitLabelModel(ballots, { classes: 2, accuracies: [0.75, 0.8] });
    expect(posterior(model, [[1, 1]])[1]).toBeCloseTo(0.8);
  });

  it('believes people: a voter that they contradict loses its weight', () => {
    const ballots = [{ ballot: [[0, 0]], count: 400, truth: 1 }] as const;
    const { accuracies } = fitLabelModel(ballots, { classes: 2, accuracies: [0.9] });
    expect(accuracies[0]).toBe(0.5);
  });

  it('gives chances that sum to 1', () => {
    const ballot = fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(4)), {
      selector: ([voter]) => voter,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(ballot, { maxLength: 20 }), ballot, (ballots, asked) => {
        const counted = ballots.map((one) => ({ ballot: one, count: 1 }));
        const model = fitLabelModel(counted, { classes: 5, accuracies: [0.9, 0.5, 0.7, 0.1] });
        const chances = posterior(model, asked);
        expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1);
        expect(Math.min(...chances)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
