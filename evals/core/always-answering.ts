import type { Calibration } from '#chat/decide/policy.ts';

/** Thresholds that answer everything, in both fits: with a reader the one for its evidence decides. */
export function alwaysAnswering(calibration: Calibration): Calibration {
  const from = { answerFrom: 0, clarifyFrom: 0 };
  const { reranked } = calibration;
  return { ...calibration, ...from, ...(reranked ? { reranked: { ...reranked, ...from } } : {}) };
}
