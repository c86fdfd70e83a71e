// A trained intent classifier: its file, and what it says about a vector. Training is in engine/learning/intents.
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { IntentGuess } from '#core/intent-classifier.ts';
import { intentFeatures } from './intent-features.ts';

/** Multinomial logistic regression over an embedder's vectors of norm 1 and the spelling. */
export interface IntentModel {
  readonly name: string;
  /** `modelId` of the embedder whose vectors the weights belong to. */
  readonly embedder: string;
  /** Of the embedder's vectors. */
  readonly dimensions: number;
  /** Numbers that describe the spelling beside them (see intent-features.ts); 0 = none. */
  readonly spellingBuckets: number;
  readonly labels: readonly string[];
  /** Row-major: for each class `dimensions + spellingBuckets`. */
  readonly weights: Float32Array;
  readonly biases: readonly number[];
  /** Scores are divided by it before they become probabilities (Guo et al., 2017, arXiv 1706.04599). */
  readonly temperature: number;
  /** Texts below this familiarity may belong to no class. */
  readonly familiarFrom: number;
  /** By class: the lowest probability from which on guesses were right with `precision`; null where they never were. */
  readonly sureFrom: Readonly<Record<string, number | null>>;
  readonly precision: number;
  /** How it was made and how good it is; for people and reports only. */
  readonly training: IntentTraining;
}

/** Figures are cross-validated: every text was judged by a model that had not seen it. */
export type IntentTraining = z.infer<typeof trainingSchema>;

const trainingSchema = z.object({
  texts: z.number(),
  /** SHA-256 of texts and labels. */
  data: z.string(),
  folds: z.number(),
  l2: z.number(),
  accuracy: z.number(),
  macroF1: z.number(),
  calibrationError: z.number(),
});

const probability = z.number().min(0).max(1);
const fileSchema = z.strictObject({
  kind: z.literal('answerdesk-intents'),
  schemaVersion: z.literal(1),
  name: z.string(),
  embedder: z.string().min(1),
  dimensions: z.int().min(1).max(65_536),
  spellingBuckets: z.int().min(0).max(65_536),
  labels: z.array(z.string().min(1)).min(2),
  /** Little-endian 32-bit floats in base64. */
  weights: z.base64(),
  biases: z.array(z.number()),
  temperature: z.number().positive(),
  familiarFrom: z.number(),
  sureFrom: z.record(z.string(), probability.nullable()),
  precision: probability,
  training: trainingSchema,
});

export function writeIntentModel({ weights, ...rest }: IntentModel): string {
  const bytes = Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength);
  const file: z.infer<typeof fileSchema> = {
    kind: 'answerdesk-intents',
    schemaVersion: 1,
    ...rest,
    labels: [...rest.labels],
    biases: [...rest.biases],
    weights: bytes.toString('base64'),
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/** `path` is for messages. Throws `model-invalid` for anything that `writeIntentModel` did not write. */
export function readIntentModel(text: string, path: string): IntentModel {
  let file: z.infer<typeof fileSchema>;
  try {
    file = fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw invalid(path, why, cause);
  }
  const { weights: encoded, kind: _kind, schemaVersion: _version, ...rest } = file;
  // Copied, because a Buffer of Node's pool may not begin at a multiple of four.
  const weights = new Float32Array(Uint8Array.from(Buffer.from(encoded, 'base64')).buffer.slice(0));
  if (
    weights.length !== rest.labels.length * (rest.dimensions + rest.spellingBuckets) ||
    rest.biases.length !== rest.labels.length
  )
    throw invalid(path, 'the number of weights does not fit the classes');
  if (!weights.every(Number.isFinite)) throw invalid(path, 'a weight is not a number');
  if (new Set(rest.labels).size !== rest.labels.length) throw invalid(path, 'a class is there twice');
  return { ...rest, weights };
}

function invalid(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'model-invalid',
    `${path} is no intent classifier, or is damaged (${why}). Train it again: answerdesk intents train LABELS --out FOLDER`,
    { cause },
  );
}

/** Throws `model-invalid` when the classifier belongs to another embedder. */
export function checkEmbedder(
  model: IntentModel,
  embedder: { readonly modelId: string },
  path: string,
): void {
  if (model.embedder === embedder.modelId) return;
  throw new AppError(
    'model-invalid',
    `${path} was trained with the embedder ${model.embedder}, but ${embedder.modelId} is in use, and vectors of two embedders cannot be compared. Train it again: answerdesk intents train LABELS --out FOLDER`,
  );
}

/** One score a class, before temperature. `features` as `intentFeatures` gives them. */
export function scoreIntents(
  { labels, weights, biases }: Pick<IntentModel, 'labels' | 'weights' | 'biases'>,
  features: Float32Array,
): Float64Array {
  const dimensions = features.length;
  const scores = new Float64Array(labels.length);
  for (let label = 0; label < labels.length; label++) {
    let sum = biases[label]!;
    for (let index = 0, at = label * dimensions; index < dimensions; index++, at++)
      sum += weights[at]! * features[index]!;
    scores[label] = sum;
  }
  return scores;
}

/** The logarithm of the sum of the exponentials, which is also the negative free energy (Liu et al., 2020, arXiv 2010.03759). */
export function logSumExp(scores: Float64Array, temperature = 1): number {
  const highest =
    scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY) / temperature;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score / temperature - highest);
  return highest + Math.log(sum);
}

/** `vector` is the text's, of norm 1, by the model's embedder. */
export function guessIntent(model: IntentModel, vector: Float32Array, text: string): IntentGuess {
  const scores = scoreIntents(model, intentFeatures(vector, text, model.spellingBuckets));
  const normalizer = logSumExp(scores, model.temperature);
  const probabilities = model.labels.map(
    (label, index) => [label, Math.exp(scores[index]! / model.temperature - normalizer)] as const,
  );
  const [label, probability] = probabilities.reduce((best, one) => (one[1] > best[1] ? one : best));
  // Without the temperature: it ranks better so (clinc150 .972, at half of it .972, at twice .964).
  const familiarity = logSumExp(scores);
  const sureFrom = model.sureFrom[label] ?? undefined;
  return {
    label,
    probability,
    probabilities: Object.fromEntries(probabilities),
    familiarity,
    familiar: familiarity >= model.familiarFrom,
    sure: sureFrom !== undefined && probability >= sureFrom,
  };
}
