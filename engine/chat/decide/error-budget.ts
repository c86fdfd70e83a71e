// An operator says how many questions may be answered wrongly and with confidence. The fitted thresholds turn that into the probability
// from which on the desk answers.
import { AppError } from '#core/errors.ts';
import type { Calibration, PolicyFit } from './policy.ts';

/**
 * The same fit, answering from the threshold of the largest promise within `budget`, 0 to 1. Throws `config-invalid` where the fit
 * cannot promise so little.
 */
export function withErrorBudget(calibration: Calibration, budget: number): Calibration {
  const { reranked, ...plain } = calibration;
  return {
    ...calibration,
    ...answeringWithin(plain, budget),
    ...(reranked ? { reranked: { ...reranked, ...answeringWithin(reranked, budget) } } : {}),
  };
}

function answeringWithin(
  { errorBudgets = [], clarifyFrom }: PolicyFit,
  budget: number,
): Pick<PolicyFit, 'answerFrom' | 'clarifyFrom'> {
  const kept = errorBudgets.filter((one) => one.budget <= budget).sort((a, b) => b.budget - a.budget)[0];
  if (kept) return { answerFrom: kept.answerFrom, clarifyFrom: Math.min(clarifyFrom, kept.answerFrom) };
  const least = Math.min(...errorBudgets.map((one) => one.budget));
  throw new AppError(
    'config-invalid',
    Number.isFinite(least)
      ? `An error budget of ${budget} cannot be promised: the fit in use can promise ${least} and more. Set ANSWERDESK_ERROR_BUDGET to that, or fit on more questions with "answerdesk calibrate".`
      : 'ANSWERDESK_ERROR_BUDGET is set, but the fit in use says nothing of error budgets. Fit it anew with "answerdesk calibrate --out FILE".',
  );
}
