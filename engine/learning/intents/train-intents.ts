// Trains an intent classifier on vectors: regularisation, temperature and thresholds come from cross-validation, so that no text
// judges a model that has seen it.
import { createHash } from 'node:crypto';
import { AppError } from '#core/errors.ts';
import { intentFeatures } from '#models/intents/intent-features.ts';
import { type IntentModel, logSumExp, scoreIntents } from '#models/intents/intent-model.ts';
import { expectedCalibrationError } from '../metrics/classification.ts';
import type { Progress } from './embed-texts.ts';
import { accuracy, macroF1 } from './intent-metrics.ts';
import { minimize } from './minimize.ts';
import { openSoftmaxGraph, type SoftmaxGraph } from './softmax-graph.ts';
import { stratifiedFolds } from './stratified-folds.ts';

export interface LabelledVectors {
  /** Name of the embedder, `Embedder.modelId`. */
  readonly embedder: string;
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  /** Of norm 1, one a text. */
  readonly vectors: readonly Float32Array[];
}

export interface TrainOptions {
  readonly name?: string;
  /** Share of right guesses from which on a guess counts as sure. */
  readonly precision?: number;
  /** Classes with fewer texts are refused. At least 2. */
  readonly minExamples?: number;
  /** Strengths of regularisation to choose from, strongest first. */
  readonly l2?: readonly number[];
  /**
   * Numbers that describe how a text is written. Measured without and with them: the general intents, cross-validated, 84.5 and 86.2 %;
   * banking77 with ten examples a class 85.1 and 85.5 %. By default 1,024, and none with many texts, where they cost four times the time.
   */
  readonly spellingBuckets?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: Progress | undefined;
}

/** What a model that had not seen the text guessed. */
export interface HeldOutGuess {
  readonly expected: string;
  readonly guessed: string;
  readonly probability: number;
  readonly familiarity: number;
}

export interface TrainedIntents {
  readonly model: IntentModel;
  /** One a text, in their order. */
  readonly heldOut: readonly HeldOutGuess[];
  readonly regularisation: readonly {
    readonly l2: number;
    readonly accuracy: number;
    readonly macroF1: number;
  }[];
}

/** As many folds as there are examples of the rarest class, at most these; above `manyTexts`, where time counts and every fold is large, three. */
const mostFolds = 5;
const manyTexts = 5_000;
/** Share of the known texts that may look unfamiliar. */
const unfamiliarShare = 0.05;

/** Throws `bad-input` for one class, or classes with too few examples, naming them. */
export async function trainIntents(
  data: LabelledVectors,
  {
    name = 'intents',
    precision = 0.98,
    minExamples = 5,
    l2: strengths = [1, 0.3, 0.1, 0.03, 0.01],
    spellingBuckets,
    seed = 1,
    signal,
    progress,
  }: TrainOptions = {},
): Promise<TrainedIntents> {
  const labels = checkedClasses(data.labels, minExamples);
  const targets = data.labels.map((label) => labels.indexOf(label));
  const buckets = spellingBuckets ?? (targets.length > manyTexts ? 0 : 1_024);
  const features = data.vectors.map((vector, row) => intentFeatures(vector, data.texts[row]!, buckets));
  const dimensions = features[0]!.length;
  const rarest = Math.min(
    ...Map.groupBy(targets, (target) => target)
      .values()
      .map(({ length }) => length),
  );
  const folds = Math.min(targets.length > manyTexts ? 3 : mostFolds, rarest);
  const foldOf = stratifiedFolds(targets, folds, seed);

  const shape = { labels, dimensions };
  const everyRow = targets.map((_, row) => row);
  const scoresBy = strengths.map(() => new Array<Float64Array>(targets.length));
  for (let fold = 0; fold < folds; fold++) {
    const rows = everyRow.filter((row) => foldOf[row] !== fold);
    await using graph = await graphOf(features, targets, rows, shape);
    let start = new Float64Array(labels.length * (dimensions + 1));
    for (const [index, l2] of strengths.entries()) {
      // Each strength begins where the one before it ended: a third of the iterations.
      start = await fitWeights(graph, shape, { l2, start, tolerance: 1e-3, signal });
      const fitted = asModel(start, shape);
      for (const row of everyRow) {
        if (foldOf[row] === fold) scoresBy[index]![row] = scoreIntents(fitted, features[row]!);
      }
      progress?.(fold * strengths.length + index + 1, folds * strengths.length + 1);
    }
  }
  const pairsOf = (scores: readonly Float64Array[]) =>
    scores.map((row, index) => ({ expected: data.labels[index]!, guessed: labels[highest(row)]! }));
  const regularisation = strengths.map((l2, index) => {
    const pairs = pairsOf(scoresBy[index]!);
    return { l2, accuracy: accuracy(pairs), macroF1: macroF1(pairs) };
  });
  // Of equals, to the tenth of a percent, the stronger one.
  const best = regularisation.reduce((a, b) => (b.macroF1 > a.macroF1 + 0.001 ? b : a));
  const scores = scoresBy[regularisation.indexOf(best)]!;
  const temperature = fitTemperature(scores, targets);
  const heldOut = scores.map((row, index): HeldOutGuess => {
    const guess = highest(row);
    return {
      expected: data.labels[index]!,
      guessed: labels[guess]!,
      probability: Math.exp(row[guess]! / temperature - logSumExp(row, temperature)),
      familiarity: logSumExp(row),
    };
  });

  await using graph = await graphOf(features, targets, everyRow, shape);
  const start = new Float64Array(labels.length * (dimensions + 1));
  const parameters = await fitWeights(graph, shape, { l2: best.l2, start, tolerance: 1e-4, signal });
  progress?.(1, 1);
  const familiarities = heldOut.map(({ familiarity }) => familiarity).sort((a, b) => a - b);
  const model: IntentModel = {
    name,
    embedder: data.embedder,
    dimensions: dimensions - buckets,
    spellingBuckets: buckets,
    ...asModel(parameters, shape),
    temperature,
    familiarFrom: familiarities[Math.floor(familiarities.length * unfamiliarShare)]!,
    sureFrom: Object.fromEntries(labels.map((label) => [label, sureFrom(heldOut, label, precision)])),
    precision,
    training: {
      texts: targets.length,
      data: dataHash(data),
      folds,
      l2: best.l2,
      accuracy: best.accuracy,
      macroF1: best.macroF1,
      calibrationError: expectedCalibrationError(
        heldOut.map(({ probability, expected, guessed }) => ({ probability, label: expected === guessed })),
      ),
    },
  };
  return { model, heldOut, regularisation };
}

/** The classes in order. Throws `bad-input` for fewer than two, or for too few examples, naming them. */
export function checkedClasses(labels: readonly string[], minExamples: number): string[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size < 2)
    throw new AppError(
      'bad-input',
      counts.size === 0
        ? 'There are no texts to train on.'
        : `All ${labels.length} texts have the label ${[...counts.keys()].join('')}: a classifier needs at least two classes to tell apart.`,
    );
  const small = [...counts].filter(([, count]) => count < Math.max(2, minExamples));
  if (small.length > 0)
    throw new AppError(
      'bad-input',
      `${small.length} class(es) have fewer than ${minExamples} examples: ${small.map(([label, count]) => `${label} (${count})`).join(', ')}. Add examples, join them with another class, or leave them out with --leave-out-small.`,
    );
  return [...counts.keys()].sort();
}

interface Shape {
  readonly labels: readonly string[];
  readonly dimensions: number;
}

function graphOf(
  vectors: readonly Float32Array[],
  targets: readonly number[],
  rows: readonly number[],
  { labels, dimensions }: Shape,
): Promise<SoftmaxGraph> {
  const block = new Float32Array(rows.length * dimensions);
  for (const [at, row] of rows.entries()) block.set(vectors[row]!, at * dimensions);
  return openSoftmaxGraph({
    vectors: block,
    dimensions,
    targets: rows.map((row) => targets[row]!),
    classes: labels.length,
  });
}

interface FitOptions {
  readonly l2: number;
  readonly start: Float64Array;
  readonly tolerance: number;
  readonly signal: AbortSignal | undefined;
}

/** Minimises the summed loss plus l2 / 2 times the squared weights; biases are free. */
async function fitWeights(
  graph: SoftmaxGraph,
  { labels, dimensions }: Shape,
  { l2, start, tolerance, signal }: FitOptions,
): Promise<Float64Array<ArrayBuffer>> {
  const weights = labels.length * dimensions;
  const { at } = await minimize(
    async (parameters) => {
      const { loss, gradient } = await graph.evaluate(parameters);
      let squares = 0;
      for (let index = 0; index < weights; index++) {
        squares += parameters[index]! ** 2;
        gradient[index]! += l2 * parameters[index]!;
      }
      return { value: loss + (l2 / 2) * squares, gradient };
    },
    start,
    { tolerance, signal },
  );
  return Float64Array.from(at);
}

function asModel(
  parameters: Float64Array,
  { labels, dimensions }: Shape,
): Pick<IntentModel, 'labels' | 'weights' | 'biases'> {
  const weights = labels.length * dimensions;
  return {
    labels,
    weights: Float32Array.from(parameters.subarray(0, weights)),
    biases: [...parameters.subarray(weights)],
  };
}

/** The temperature at which the true classes are most probable, by golden-section search over its logarithm. */
function fitTemperature(scores: readonly Float64Array[], targets: readonly number[]): number {
  const loss = (logarithm: number) => {
    const temperature = Math.exp(logarithm);
    return scores.reduce(
      (sum, row, index) => sum + logSumExp(row, temperature) - row[targets[index]!]! / temperature,
      0,
    );
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.05), Math.log(20)];
  while (high - low > 1e-3) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/**
 * The lowest probability from which on guesses of this class are right with `precision`. One wrong guess more than there were is
 * counted (Laplace's rule of succession), so a handful of right ones proves nothing.
 */
function sureFrom(heldOut: readonly HeldOutGuess[], label: string, precision: number): number | null {
  const guesses = heldOut
    .filter(({ guessed }) => guessed === label)
    .sort((a, b) => b.probability - a.probability);
  let right = 0;
  let from: number | null = null;
  for (const [index, { expected, probability }] of guesses.entries()) {
    if (expected === label) right++;
    if ((right + 1) / (index + 3) >= precision) from = probability;
  }
  return from;
}

function highest(scores: Float64Array): number {
  let best = 0;
  for (let index = 1; index < scores.length; index++) if (scores[index]! > scores[best]!) best = index;
  return best;
}

/** SHA-256 of texts and labels. */
export function dataHash({ texts, labels }: Pick<LabelledVectors, 'texts' | 'labels'>): string {
  const hash = createHash('sha256');
  for (const [index, text] of texts.entries()) hash.update(JSON.stringify([text, labels[index]]));
  return hash.digest('hex');
}
