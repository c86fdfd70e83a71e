import { describe, expect, it } from 'vitest';
import type { Calibration } from '#chat/decide/policy.ts';
import { alwaysAnswering } from './always-answering.ts';

describe('thresholds that answer everything', () => {
  it('hold for the evidence of a reader, too', () => {
    const fit = { answerFrom: 0.7, clarifyFrom: 0.4 };
    const calibration = { ...fit, reranked: { ...fit, reranker: 'a reader' } } as Calibration;
    const { answerFrom, reranked } = alwaysAnswering(calibration);
    expect([answerFrom, reranked?.answerFrom]).toEqual([0, 0]);
    expect(reranked?.reranker).toBe('a reader');
  });
});
