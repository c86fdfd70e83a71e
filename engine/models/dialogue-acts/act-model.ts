// The classifier of dialogue acts: its file, and what it says about a text. Training is in engine/learning/dialogue-acts.
import { z } from 'zod';
import { type ActClassifier, type DialogueAct, dialogueActs } from '#core/dialogue-acts.ts';
import { AppError } from '#core/errors.ts';
import { type ActFeatures, actFeatures } from './act-features.ts';

/** Multinomial logistic regression over hashed pieces of words and phrases. */
export interface ActModel {
  readonly acts: readonly DialogueAct[];
  readonly buckets: number;
  /** Bucket by bucket, one number for each act. */
  readonly weights: Float32Array;
  readonly biases: readonly number[];
  /** By act: the lowest probability from which on a guess is acted on. Above 1: never. */
  readonly sureFrom: Readonly<Partial<Record<DialogueAct, number>>>;
  /** How it was made; for people only. */
  readonly training: ActTraining;
}

const trainingSchema = z.strictObject({
  phrases: z.number(),
  /** SHA-256 of phrases and labels. */
  data: z.string(),
  epochs: z.number(),
});
export type ActTraining = z.infer<typeof trainingSchema>;

const act = z.enum(dialogueActs);
const fileSchema = z.strictObject({
  kind: z.literal('answerdesk-dialogue-acts'),
  schemaVersion: z.literal(1),
  acts: z.array(act).min(2),
  buckets: z
    .int()
    .min(1_024)
    .max(1 << 20),
  /** By act: what one step of its weights is worth. */
  scales: z.array(z.number()),
  /** Signed bytes in base64, bucket by bucket. Their number shows whether it is any. */
  weights: z.string(),
  biases: z.array(z.number()),
  sureFrom: z.partialRecord(act, z.number()),
  training: trainingSchema,
});

const mostSteps = 127;

export function writeActModel({ weights, acts, ...rest }: ActModel): string {
  const scales = acts.map((_, column) => {
    let largest = 0;
    for (let at = column; at < weights.length; at += acts.length)
      largest = Math.max(largest, Math.abs(weights[at]!));
    return largest / mostSteps || 1;
  });
  const steps = Int8Array.from(weights, (weight, at) => Math.round(weight / scales[at % acts.length]!));
  const file: z.infer<typeof fileSchema> = {
    kind: 'answerdesk-dialogue-acts',
    schemaVersion: 1,
    acts: [...acts],
    ...rest,
    scales,
    biases: [...rest.biases],
    weights: Buffer.from(steps.buffer).toString('base64'),
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/** `path` is for messages. Throws `model-invalid` for anything that `writeActModel` did not write. */
export function readActModel(text: string, path: string): ActModel {
  let file: z.infer<typeof fileSchema>;
  try {
    file = fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid(path, cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause), cause);
  }
  const { weights: encoded, scales, kind: _kind, schemaVersion: _version, ...rest } = file;
  const steps = new Int8Array(Uint8Array.from(Buffer.from(encoded, 'base64')).buffer);
  const count = rest.acts.length;
  if (steps.length !== count * rest.buckets || scales.length !== count || rest.biases.length !== count)
    throw invalid(path, 'the number of weights does not fit the acts');
  const weights = new Float32Array(steps.length);
  for (let at = 0; at < steps.length; at++) weights[at] = steps[at]! * scales[at % count]!;
  return { ...rest, weights };
}

function invalid(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'model-invalid',
    `${path} is no classifier of dialogue acts, or is damaged (${why}). Make it again: npm run acts -- train`,
    { cause },
  );
}

/** One score an act, before they become probabilities. */
export function scoreActs(
  { acts, weights, biases }: Pick<ActModel, 'acts' | 'weights' | 'biases'>,
  { buckets, values }: ActFeatures,
): Float64Array {
  const scores = Float64Array.from(biases);
  for (let at = 0; at < buckets.length; at++) {
    const row = buckets[at]! * acts.length;
    const value = values[at]!;
    for (let column = 0; column < acts.length; column++) scores[column]! += weights[row + column]! * value;
  }
  return scores;
}

/** The likeliest column and its probability. */
export function likeliest(scores: Float64Array): { readonly column: number; readonly probability: number } {
  let column = 0;
  for (let other = 1; other < scores.length; other++) if (scores[other]! > scores[column]!) column = other;
  const best = scores[column]!;
  return { column, probability: 1 / scores.reduce((sum, score) => sum + Math.exp(score - best), 0) };
}

export function createActClassifier(model: ActModel): ActClassifier {
  const { acts, buckets, sureFrom } = model;
  return {
    classify(text) {
      const { column, probability } = likeliest(scoreActs(model, actFeatures(text, buckets)));
      const guessed = acts[column]!;
      return { act: guessed, probability, sure: probability >= (sureFrom[guessed] ?? 0) };
    },
  };
}
