// Fits the support score (server/rag/support-score.ts) on labelled pairs, and says how far it agrees with them.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { SupportScorer } from '#core/support-scorer.ts';
import {
  createSupportScorer,
  rememberingEmbedder,
  type SupportModel,
  supportFeatures,
} from '#rag/support-score.ts';
import { fitLogistic, predictLogistic } from '../calibration/logistic-regression.ts';

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
export type SupportPair = z.infer<typeof pairSchema>;

export async function readSupportPairs(path: string): Promise<SupportPair[]> {
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

export interface SupportPrediction {
  readonly pair: SupportPair;
  readonly probability: number;
}

/**
 * Fitted anew for each embedder, on all pairs. `predictions` are of pairs that the fit which judged them had not seen: pairs of the
 * same article are always on the same side.
 */
export async function fitSupportScorer(
  pairs: readonly SupportPair[],
  uncached: Embedder,
  options: CallOptions = {},
): Promise<{ scorer: SupportScorer; model: SupportModel; predictions: SupportPrediction[] }> {
  const embedder = rememberingEmbedder(uncached);
  const rows: { features: number[]; label: boolean }[] = [];
  for (const pair of pairs)
    rows.push({ features: await supportFeatures(embedder, pair, options), label: pair.supported });
  const articles = [...new Set(pairs.map(({ document }) => document))];
  const foldOf = (pair: SupportPair) => articles.indexOf(pair.document) % folds;
  const models = Array.from({ length: folds }, (_, fold) =>
    fitLogistic(rows.filter((_row, index) => foldOf(pairs[index]!) !== fold)),
  );
  const predictions = pairs.map((pair, index) => ({
    pair,
    probability: predictLogistic(models[foldOf(pair)]!, rows[index]!.features),
  }));
  const { coefficients, intercept } = fitLogistic(rows);
  const model = { embedder: uncached.modelId, coefficients: [...coefficients], intercept };
  return { scorer: createSupportScorer(model, embedder), model, predictions };
}

const folds = 10;
