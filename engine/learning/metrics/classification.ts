// How good a probability is: ranking, calibration, and the interval of a share.

export interface Prediction {
  /** 0 to 1. */
  readonly probability: number;
  readonly label: boolean;
  /** For the calibration error: how often such a one comes, beside the others; default 1. */
  readonly weight?: number | undefined;
}

/** Area under the ROC curve; ties count half (Mann-Whitney U). NaN-free: 0.5 when one class is missing. */
export function auroc(predictions: readonly Prediction[]): number {
  const sorted = [...predictions].sort((a, b) => a.probability - b.probability);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]!.probability === sorted[start]!.probability) end++;
    const rank = (start + 1 + end) / 2;
    for (let index = start; index < end; index++) {
      if (!sorted[index]!.label) continue;
      positives++;
      rankSum += rank;
    }
    start = end;
  }
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Expected calibration error over bins of equal width (Guo et al., 2017, arXiv 1706.04599). */
export function expectedCalibrationError(predictions: readonly Prediction[], bins = 10): number {
  if (predictions.length === 0) return 0;
  const grouped = Map.groupBy(predictions, ({ probability }) =>
    Math.min(bins - 1, Math.floor(probability * bins)),
  );
  let error = 0;
  let total = 0;
  for (const group of grouped.values()) {
    let excess = 0;
    for (const { probability, label, weight = 1 } of group) {
      excess += weight * (probability - (label ? 1 : 0));
      total += weight;
    }
    error += Math.abs(excess);
  }
  return error / total;
}

/** Wilson score interval of `successes` out of `total`, 95 %. */
export function wilsonInterval(successes: number, total: number): readonly [low: number, high: number] {
  if (total === 0) return [0, 1];
  const z = 1.959964;
  const share = successes / total;
  const spread = z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  return [
    Math.max(0, (share + (z * z) / (2 * total) - spread) / scale),
    Math.min(1, (share + (z * z) / (2 * total) + spread) / scale),
  ];
}
