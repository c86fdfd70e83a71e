// Fits the groundedness score (engine/models/groundedness/groundedness-score.ts) on labelled pairs, and says how far it agrees with them.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { GroundednessScorer } from '#core/groundedness.ts';
import {
  createGroundednessScorer,
  type GroundednessModel,
  groundednessFeatures,
  rememberingEmbedder,
} from '#models/groundedness/groundedness-score.ts';
import { fitLogistic, predictLogistic } from './logistic-regression.ts';

const pairSchema = z.strictObject({
  id: z.string().min(1),
  document: z.string().min(1),
  passage: z.string().min(1),
  sentence: z.string().min(1),
  supported: z.boolean(),
  /** How the sentence was made; contradictions speak of the passage's subject, and say something else. */
  kind: z.enum(['verbatim', 'paraphrase', 'contradiction', 'unrelated']),
});
/** `passage` stands in an article; a person said whether it supports `sentence`. */
export type GroundednessPair = z.infer<typeof pairSchema>;

export async function readGroundednessPairs(path: string): Promise<GroundednessPair[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [pairSchema.parse(JSON.parse(line))];
    } catch (cause) {
      throw new AppError('bad-input', `${path}, line ${index + 1}: not a labelled pair.`, { cause });
    }
  });
}

export interface GroundednessPrediction {
  readonly pair: GroundednessPair;
  readonly probability: number;
}

/**
 * Fitted anew for each embedder, on all pairs. `predictions` are of pairs that the fit which judged them had not seen: pairs of the
 * same article are always on the same side.
 */
export async function fitGroundedness(
  pairs: readonly GroundednessPair[],
  uncached: Embedder,
  options: CallOptions = {},
): Promise<{ scorer: GroundednessScorer; model: GroundednessModel; predictions: GroundednessPrediction[] }> {
  const embedder = rememberingEmbedder(uncached);
  const rows: { features: number[]; label: boolean }[] = [];
  for (const pair of pairs)
    rows.push({ features: await groundednessFeatures(embedder, pair, options), label: pair.supported });
  const articles = [...new Set(pairs.map(({ document }) => document))];
  const foldOf = (pair: GroundednessPair) => articles.indexOf(pair.document) % folds;
  const models = Array.from({ length: folds }, (_, fold) =>
    fitLogistic(rows.filter((_row, index) => foldOf(pairs[index]!) !== fold)),
  );
  const predictions = pairs.map((pair, index) => ({
    pair,
    probability: predictLogistic(models[foldOf(pair)]!, rows[index]!.features),
  }));
  const { coefficients, intercept } = fitLogistic(rows);
  const model = { embedder: uncached.modelId, coefficients: [...coefficients], intercept };
  return { scorer: createGroundednessScorer(model, embedder), model, predictions };
}

const folds = 10;
