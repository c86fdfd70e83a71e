// Logistic regression with L2 regularisation, fitted by Newton's method (iteratively reweighted least squares).

export interface LogisticModel {
  /** One per feature. */
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

export interface LabelledRow {
  readonly features: readonly number[];
  readonly label: boolean;
  /** How often such a row comes, beside the others; default 1. Only proportions matter. */
  readonly weight?: number | undefined;
}

/** The intercept is not regularised. Converges in a few steps for a handful of features. */
export function fitLogistic(
  rows: readonly LabelledRow[],
  { l2 = 1, steps = 50 }: { l2?: number; steps?: number } = {},
): LogisticModel {
  const width = (rows[0]?.features.length ?? 0) + 1;
  // So that `l2` means the same for every sum of weights.
  const scale = rows.length / rows.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let weights = new Array<number>(width).fill(0);
  for (let step = 0; step < steps; step++) {
    const gradient = new Array<number>(width).fill(0);
    const hessian = Array.from({ length: width }, () => new Array<number>(width).fill(0));
    for (const { features, label, weight = 1 } of rows) {
      const share = weight * scale;
      const x = [1, ...features];
      const probability = sigmoid(dot(weights, x));
      const error = share * ((label ? 1 : 0) - probability);
      const curvature = share * Math.max(probability * (1 - probability), 1e-9);
      for (let i = 0; i < width; i++) {
        gradient[i]! += error * x[i]!;
        for (let j = 0; j < width; j++) hessian[i]![j]! += curvature * x[i]! * x[j]!;
      }
    }
    for (let i = 1; i < width; i++) {
      gradient[i]! -= l2 * weights[i]!;
      hessian[i]![i]! += l2;
    }
    hessian[0]![0]! += 1e-9;
    const change = solve(hessian, gradient);
    weights = weights.map((value, i) => value + change[i]!);
    if (Math.max(...change.map(Math.abs)) < 1e-8) break;
  }
  return { intercept: weights[0]!, coefficients: weights.slice(1) };
}

export function predictLogistic(
  { coefficients, intercept }: LogisticModel,
  features: readonly number[],
): number {
  return sigmoid(intercept + dot(coefficients, features));
}

/** Gaussian elimination with partial pivoting; `matrix` is changed. */
/**
 * The same, with every feature brought to mean 0 and deviation 1 for the fit, so that a feature is not held back for its unit. The
 * coefficients are for the features as they are given; one that never varies gets 0.
 */
export function fitStandardizedLogistic(
  rows: readonly LabelledRow[],
  options: { l2?: number; steps?: number } = {},
): LogisticModel {
  const total = rows.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const average = (value: (features: readonly number[]) => number) =>
    rows.reduce((sum, { features, weight = 1 }) => sum + weight * value(features), 0) / total;
  const scales = (rows[0]?.features ?? []).map((_feature, index) => {
    const mean = average((features) => features[index]!);
    const deviation = Math.sqrt(average((features) => (features[index]! - mean) ** 2));
    return { mean, deviation: deviation > 1e-9 ? deviation : 0 };
  });
  const model = fitLogistic(
    rows.map((row) => ({
      ...row,
      features: row.features.map((value, index) => {
        const { mean, deviation } = scales[index]!;
        return deviation === 0 ? 0 : (value - mean) / deviation;
      }),
    })),
    options,
  );
  const coefficients = model.coefficients.map((value, index) => {
    const { deviation } = scales[index]!;
    return deviation === 0 ? 0 : value / deviation;
  });
  return {
    coefficients,
    intercept: coefficients.reduce((sum, value, index) => sum - value * scales[index]!.mean, model.intercept),
  };
}

function solve(matrix: number[][], right: readonly number[]): number[] {
  const size = right.length;
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = column + 1; row < size; row++) {
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let j = column; j <= size; j++) rows[row]![j]! -= factor * rows[column]![j]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    let sum = rows[row]![size]!;
    for (let j = row + 1; j < size; j++) sum -= rows[row]![j]! * solution[j]!;
    solution[row] = sum / rows[row]![row]!;
  }
  return solution;
}

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);
