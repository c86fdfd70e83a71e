// From an error budget to a threshold: conformal risk control (Angelopoulos et al., arXiv 2208.02814).
import type { Prediction } from '../metrics/classification.ts';

/**
 * The lowest threshold at which at most `budget`, 0 to 1, of all questions are answered wrongly: "wrong and sure". The loss of a question
 * is 1 when it is answered (probability >= threshold) and its label is false, else 0, and never grows with the threshold, so over draws
 * of the sample and one more question like it the expected loss keeps the budget, whatever the probabilities are worth. With weights
 * it holds for a stream of questions that has the strata in those proportions (section 4 of the paper; the one more question counts as
 * the heaviest). Undefined where the sample is too small to promise so little: with n equal questions, below 1 / (n + 1).
 */
export function thresholdWithin(predictions: readonly Prediction[], budget: number): number | undefined {
  const sorted = predictions.toSorted((a, b) => b.probability - a.probability);
  const total = sorted.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const heaviest = sorted.reduce((most, { weight = 1 }) => Math.max(most, weight), 0);
  const allowed = budget * (total + heaviest) - heaviest + 1e-12;
  if (total === 0 || allowed < 0) return undefined;
  let wrong = 0;
  let threshold = 1;
  for (let start = 0; start < sorted.length; ) {
    const { probability } = sorted[start]!;
    let end = start;
    // Equal probabilities cannot be told apart by a threshold.
    for (; end < sorted.length && sorted[end]!.probability === probability; end++)
      if (!sorted[end]!.label) wrong += sorted[end]!.weight ?? 1;
    if (wrong > allowed) break;
    threshold = probability;
    start = end;
  }
  return threshold;
}
