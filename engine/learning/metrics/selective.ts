// Answering selectively: what it costs in errors to answer more. Cases are taken from the most to the least confident.

export interface Selected {
  /** 0 to 1. */
  readonly confidence: number;
  /** An answer to it would be right. */
  readonly right: boolean;
}

export interface RiskPoint {
  /** Share of the cases answered. */
  readonly coverage: number;
  /** Share of those answered that are wrong. */
  readonly risk: number;
  readonly confidence: number;
}

/** One point for each distinct confidence: equal confidences cannot be told apart by a threshold. */
export function riskCoverage(cases: readonly Selected[]): RiskPoint[] {
  const sorted = [...cases].sort((a, b) => b.confidence - a.confidence);
  const points: RiskPoint[] = [];
  let wrong = 0;
  for (const [index, { confidence, right }] of sorted.entries()) {
    if (!right) wrong++;
    if (sorted[index + 1]?.confidence === confidence) continue;
    points.push({ coverage: (index + 1) / sorted.length, risk: wrong / (index + 1), confidence });
  }
  return points;
}

/** Area under the risk-coverage curve (Geifman and El-Yaniv, 2017, arXiv 1705.08500), each step weighed by its cases; 0 is perfect. */
export function areaUnderRiskCoverage(cases: readonly Selected[]): number {
  let area = 0;
  let covered = 0;
  for (const { coverage, risk } of riskCoverage(cases)) {
    area += (coverage - covered) * risk;
    covered = coverage;
  }
  return area;
}

/** The largest share of cases that a threshold can answer with at most this share of errors. */
export function coverageAtRisk(cases: readonly Selected[], maxRisk: number): number {
  return riskCoverage(cases).reduce(
    (best, { coverage, risk }) => (risk <= maxRisk + 1e-12 ? Math.max(best, coverage) : best),
    0,
  );
}

export interface ReliabilityBin {
  readonly confidence: number;
  readonly accuracy: number;
  readonly n: number;
}

/** Bins of equal width that hold at least one case: what `expectedCalibrationError` averages over. */
export function reliabilityBins(
  predictions: readonly { readonly probability: number; readonly label: boolean }[],
  bins = 10,
): ReliabilityBin[] {
  const grouped = Map.groupBy(predictions, ({ probability }) =>
    Math.min(bins - 1, Math.floor(probability * bins)),
  );
  return [...grouped.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => ({
      confidence: group.reduce((sum, { probability }) => sum + probability, 0) / group.length,
      accuracy: group.filter(({ label }) => label).length / group.length,
      n: group.length,
    }));
}
