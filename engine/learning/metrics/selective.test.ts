import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderRiskCoverage, coverageAtRisk, reliabilityBins, riskCoverage } from './selective.ts';

const cases = (...pairs: [number, boolean][]) => pairs.map(([confidence, right]) => ({ confidence, right }));

describe('selective answering', () => {
  const mixed = cases([0.9, true], [0.8, true], [0.7, false], [0.6, true]);

  it('follows the risk from the most confident case to the least', () => {
    expect(riskCoverage(mixed).map(({ coverage, risk }) => [coverage, risk])).toEqual([
      [0.25, 0],
      [0.5, 0],
      [0.75, 1 / 3],
      [1, 0.25],
    ]);
    expect(areaUnderRiskCoverage(mixed)).toBeCloseTo((0 + 0 + 1 / 3 + 0.25) / 4);
  });

  it('gives the largest coverage within a share of errors, also behind a stretch above it', () => {
    expect(coverageAtRisk(mixed, 0)).toBe(0.5);
    expect(coverageAtRisk(mixed, 0.25)).toBe(1);
    expect(coverageAtRisk(cases([0.9, false]), 0.05)).toBe(0);
  });

  it('cannot separate equal confidences', () => {
    expect(riskCoverage(cases([0.5, true], [0.5, false]))).toEqual([
      { coverage: 1, risk: 0.5, confidence: 0.5 },
    ]);
  });

  it('does not depend on the order of the cases', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ confidence: fc.constantFrom(0.1, 0.4, 0.5, 0.9), right: fc.boolean() }), {
          maxLength: 20,
        }),
        (list) => {
          expect(areaUnderRiskCoverage(list)).toBeCloseTo(areaUnderRiskCoverage(list.toReversed()), 12);
          expect(coverageAtRisk(list, 0.3)).toBe(coverageAtRisk(list.toReversed(), 0.3));
        },
      ),
    );
  });

  it('bins by confidence', () => {
    const rows = [0.11, 0.19, 0.95, 1].map((probability) => ({ probability, label: probability > 0.15 }));
    expect(reliabilityBins(rows)).toEqual([
      { confidence: expect.closeTo(0.15), accuracy: 0.5, n: 2 },
      { confidence: expect.closeTo(0.975), accuracy: 1, n: 2 },
    ]);
  });
});
