// Combines votes that disagree: the model of Dawid and Skene (1979) with one accuracy a voter, fitted by expectation maximisation. Nobody
// says which function is right: how well each one agrees with the others tells. Labels of people, where there are some, are the truth.
//
// What keeps it from calling everything the commonest class, which fits any votes well:
// - only conversations with two votes or more, or a person's label, teach how right a voter is;
// - each accuracy has a prior at what the voter claims, worth `priorStrength` votes;
// - beforehand every class is as likely as any other: what a function claims is how often it is right when it votes, and a share of the
//   classes on top would outvote whoever sees a rare one.
// A voter that abstains says nothing; one that is wrong says every other class with the same chance.

/** Votes on one conversation, by position of voter and class. */
export type Ballot = readonly (readonly [voter: number, choice: number])[];

export interface CountedBallot {
  readonly ballot: Ballot;
  /** How many conversations were voted on like that. */
  readonly count: number;
  /** The class that a person gave, where one did. */
  readonly truth?: number;
}

export interface LabelModel {
  readonly classes: number;
  /** By voter: how often it is right when it votes. */
  readonly accuracies: readonly number[];
}

export interface LabelModelOptions {
  /** At least 2. */
  readonly classes: number;
  /** By voter: the accuracy that it claims, between 0 and 1. */
  readonly accuracies: readonly number[];
}

const priorStrength = 100;
const mostRounds = 200;
const tolerance = 1e-6;
/** A voter is never certain. */
const mostAccuracy = 0.99;

export function fitLabelModel(
  ballots: readonly CountedBallot[],
  { classes, accuracies: claimed }: LabelModelOptions,
): LabelModel {
  const teaching = ballots.filter(({ ballot, truth }) => ballot.length > 1 || truth !== undefined);
  let model: LabelModel = { classes, accuracies: claimed.map((value) => bounded(value, classes)) };
  for (let round = 0; round < mostRounds; round++) {
    const right = claimed.map((value) => value * priorStrength);
    const votes = claimed.map(() => priorStrength);
    for (const { ballot, count, truth } of teaching) {
      const chances = truth === undefined ? posterior(model, ballot) : undefined;
      for (const [voter, choice] of ballot) {
        right[voter]! += count * (chances ? chances[choice]! : Number(choice === truth));
        votes[voter]! += count;
      }
    }
    const accuracies = right.map((sum, voter) => bounded(sum / votes[voter]!, classes));
    const moved = Math.max(
      0,
      ...accuracies.map((value, voter) => Math.abs(value - model.accuracies[voter]!)),
    );
    model = { classes, accuracies };
    if (moved < tolerance) break;
  }
  return model;
}

/** Probability of each class; the sum is 1. */
export function posterior({ classes, accuracies }: LabelModel, ballot: Ballot): number[] {
  const logs = new Array<number>(classes).fill(0);
  for (const [voter, choice] of ballot) {
    const accuracy = accuracies[voter]!;
    const wrong = Math.log((1 - accuracy) / (classes - 1));
    for (let truth = 0; truth < classes; truth++)
      logs[truth]! += truth === choice ? Math.log(accuracy) : wrong;
  }
  const most = Math.max(...logs);
  const sum = logs.reduce((total, log) => total + Math.exp(log - most), 0);
  return logs.map((log) => Math.exp(log - most) / sum);
}

/** One that is right less often than chance counts as chance: its votes move nothing. */
function bounded(accuracy: number, classes: number): number {
  return Math.min(mostAccuracy, Math.max(1 / classes, accuracy));
}
