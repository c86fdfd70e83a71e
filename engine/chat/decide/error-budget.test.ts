import { describe, expect, it } from 'vitest';
import { withErrorBudget } from './error-budget.ts';
import { parseCalibration } from './parse-calibration.ts';
import type { Calibration } from './policy.ts';

const fit = {
  coefficients: { cosine: 1, scoreMargin: 1, coverageMargin: 1, rerank: 0, rerankMargin: 0, kindMissing: 0 },
  intercept: 0,
  answerFrom: 0.6,
  clarifyFrom: 0.5,
  errorBudgets: [
    { budget: 0.02, answerFrom: 0.9, coverage: 0.2, answerableAnswered: 0.3 },
    { budget: 0.1, answerFrom: 0.6, coverage: 0.6, answerableAnswered: 0.7 },
    { budget: 0.2, answerFrom: 0.4, coverage: 0.8, answerableAnswered: 0.9 },
  ],
};
const calibration: Calibration = {
  embedder: 'e',
  ...fit,
  reranked: { reranker: 'r', ...fit, errorBudgets: [{ ...fit.errorBudgets[0]!, answerFrom: 0.7 }] },
};

describe('an error budget', () => {
  it('is kept by the largest promise within it, with and without a reranker', () => {
    expect(withErrorBudget(calibration, 0.02)).toMatchObject({
      answerFrom: 0.9,
      reranked: { answerFrom: 0.7 },
    });
    expect(withErrorBudget(calibration, 0.09)).toMatchObject({ answerFrom: 0.9 });
    expect(withErrorBudget(calibration, 0.1)).toMatchObject({ answerFrom: 0.6 });
  });

  it('never asks back where it would answer', () => {
    expect(withErrorBudget(calibration, 0.5)).toMatchObject({ answerFrom: 0.4, clarifyFrom: 0.4 });
  });

  it('that cannot be promised is refused with what can be', () => {
    expect(() => withErrorBudget(calibration, 0.01)).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining('0.02') }),
    );
    const { errorBudgets: _budgets, ...old } = fit;
    expect(() => withErrorBudget({ embedder: 'e', ...old }, 0.1)).toThrow(/answerdesk calibrate/);
  });
});

describe('a written fit', () => {
  it('is read as it was written, without its report', () => {
    expect(parseCalibration(JSON.stringify({ ...calibration, report: { auroc: 1 } }))).toEqual(calibration);
  });

  it.each([
    [
      'of other features',
      { ...calibration, coefficients: { cosine: 1, agreement: 1 } },
      'coefficients.scoreMargin',
    ],
    ['with a threshold that is none', { ...calibration, answerFrom: 'high' }, 'answerFrom'],
    ['with a damaged second fit', { ...calibration, reranked: { reranker: 'r' } }, 'reranked.'],
  ])('%s is refused by name', (_what, value, name) => {
    expect(() => parseCalibration(JSON.stringify(value))).toThrow(name);
  });

  it('that is no JSON is refused', () => {
    expect(() => parseCalibration('{')).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});
