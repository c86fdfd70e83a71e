import { describe, expect, it } from 'vitest';
import { featureNames } from '#chat/decide/evidence-features.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { type EvidenceRow, fitOnHalves, splitEvidence } from './abstention-fit.ts';

/** The first feature tells found from not found, mostly. */
function rows(count: number): EvidenceRow[] {
  const random = randomFrom(5);
  return Array.from({ length: count }, (_, index) => {
    const answerable = index % 4 !== 0;
    const label = answerable && random() < 0.8;
    return {
      id: `case-${index}`,
      answerable,
      label,
      features: featureNames.map((_name, at) =>
        at === 0 ? (label ? 0.7 : 0.4) + random() * 0.25 : random(),
      ),
    };
  });
}
const options = { embedder: 'e', errorBudget: 0.1, seed: 1 };

describe('fitting on halves', () => {
  it('never measures on a case that it was fitted on, and balances the halves', () => {
    const all = rows(200);
    const [fit, test] = splitEvidence(all);
    expect(new Set([...fit, ...test].map(({ id }) => id)).size).toBe(200);
    expect(Math.abs(fit.length - test.length)).toBeLessThanOrEqual(4);
    const found = (list: EvidenceRow[]) => list.filter(({ label }) => label).length;
    expect(Math.abs(found(fit) - found(test))).toBeLessThanOrEqual(4);
    // Where a case lands depends on its id, not on its place in the file.
    expect(splitEvidence(all.toReversed())).toEqual([fit, test]);
  });

  it('gives thresholds that the policy can read, and figures of all cases, each by the fit that had not seen it', () => {
    const { calibration, metrics } = fitOnHalves(rows(400), options);
    expect(Object.keys(calibration!.coefficients)).toEqual([...featureNames]);
    expect(calibration!.clarifyFrom).toBeLessThanOrEqual(calibration!.answerFrom);
    expect(metrics['fitted-auroc']!.value).toBeGreaterThan(0.8);
    expect(metrics['fitted-auroc']!.n).toBe(400);
    expect(metrics['fitted-without-passage']!.value).toBeLessThan(0.25);
  });

  it('does not fit where there is too little to fit', () => {
    expect(fitOnHalves(rows(60), options)).toMatchObject({
      metrics: {},
      note: expect.stringContaining('at least 100'),
    });
    expect(fitOnHalves([], options).calibration).toBeUndefined();
  });
});
