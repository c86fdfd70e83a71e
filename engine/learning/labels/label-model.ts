// Combines votes that disagree: the model of Dawid and Skene (1979), fitted by expectation maximisation. Nobody says which function is
// right: how well each one agrees with the others tells. Labels of people, where there are some, are taken as the truth.
//
// Each voter has a confusion matrix: how often it says c where the truth is t. Its prior is a Dirichlet distribution around the
// confidence that the voter claims, worth `priorStrength` conversations in each class, so that a few votes move little and a class
// that nobody disputes keeps what was claimed. A voter that abstains says nothing.

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
  /** Share of each class. */
  readonly shares: Float64Array;
  /** By voter, row-major: row = truth, column = vote. Rows sum to 1. */
  readonly confusion: readonly Float64Array[];
}

export interface LabelModelOptions {
  readonly classes: number;
  /** By voter: the accuracy that it claims, between 0 and 1. */
  readonly accuracies: readonly number[];
}

const priorStrength = 20;
/** Conversations that each class is credited with beforehand. */
const shareStrength = 1;
const mostRounds = 200;
const tolerance = 1e-6;
/** A voter is never certain, nor certainly wrong. */
const leastAccuracy = 0.05;

export function fitLabelModel(
  ballots: readonly CountedBallot[],
  { classes, accuracies }: LabelModelOptions,
): LabelModel {
  const priors = accuracies.map((accuracy) => priorMatrix(accuracy, classes));
  let model = maximise([], { classes, priors });
  for (let round = 0; round < mostRounds; round++) {
    const weighted = ballots.map((counted) => ({ ...counted, truths: truthsOf(model, counted) }));
    const next = maximise(weighted, { classes, priors });
    const moved = Math.max(...next.shares.map((share, at) => Math.abs(share - model.shares[at]!)));
    const turned = Math.max(
      0,
      ...next.confusion.map((matrix, voter) =>
        matrix.reduce((most, value, at) => Math.max(most, Math.abs(value - model.confusion[voter]![at]!)), 0),
      ),
    );
    model = next;
    if (Math.max(moved, turned) < tolerance) break;
  }
  return model;
}

/** Probability of each class; the sum is 1. */
export function posterior({ classes, shares, confusion }: LabelModel, ballot: Ballot): Float64Array {
  const logs = Float64Array.from(shares, Math.log);
  for (const [voter, choice] of ballot)
    for (let truth = 0; truth < classes; truth++)
      logs[truth]! += Math.log(confusion[voter]![truth * classes + choice]!);
  const most = Math.max(...logs);
  const sum = logs.reduce((total, log) => total + Math.exp(log - most), 0);
  return logs.map((log) => Math.exp(log - most) / sum);
}

function truthsOf(model: LabelModel, { ballot, truth }: CountedBallot): Float64Array {
  if (truth === undefined) return posterior(model, ballot);
  const known = new Float64Array(model.classes);
  known[truth] = 1;
  return known;
}

function maximise(
  ballots: readonly (CountedBallot & { readonly truths: Float64Array })[],
  { classes, priors }: { readonly classes: number; readonly priors: readonly Float64Array[] },
): LabelModel {
  const shares = new Float64Array(classes).fill(shareStrength);
  const confusion = priors.map((prior) => prior.map((share) => share * priorStrength));
  for (const { ballot, count, truths } of ballots)
    for (let truth = 0; truth < classes; truth++) {
      const weight = count * truths[truth]!;
      shares[truth]! += weight;
      for (const [voter, choice] of ballot) confusion[voter]![truth * classes + choice]! += weight;
    }
  return {
    classes,
    shares: normalised(shares, classes),
    confusion: confusion.map((matrix) => normalised(matrix, classes)),
  };
}

function priorMatrix(claimed: number, classes: number): Float64Array {
  const accuracy = Math.min(1 - leastAccuracy, Math.max(leastAccuracy, claimed));
  const other = classes === 1 ? 0 : (1 - accuracy) / (classes - 1);
  return Float64Array.from({ length: classes * classes }, (_, at) =>
    Math.floor(at / classes) === at % classes ? accuracy : other,
  );
}

/** Each row of `width` numbers to the sum 1. */
function normalised(values: Float64Array, width: number): Float64Array {
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let at = start; at < start + width; at++) sum += values[at]!;
    for (let at = start; at < start + width; at++) values[at]! /= sum;
  }
  return values;
}
