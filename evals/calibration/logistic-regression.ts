// Logistic regression with L2 regularisation, fitted by Newton's method (iteratively reweighted least squares).

export interface LogisticModel {
  /** One per feature. */
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

export interface LabelledRow {
  readonly features: readonly number[];
  readonly label: boolean;
}

/** The intercept is not regularised. Converges in a few steps for a handful of features. */
export function fitLogistic(
  rows: readonly LabelledRow[],
  { l2 = 1, steps = 50 }: { l2?: number; steps?: number } = {},
): LogisticModel {
  const width = (rows[0]?.features.length ?? 0) + 1;
  let weights = new Array<number>(width).fill(0);
  for (let step = 0; step < steps; step++) {
    const gradient = new Array<number>(width).fill(0);
    const hessian = Array.from({ length: width }, () => new Array<number>(width).fill(0));
    for (const { features, label } of rows) {
      const x = [1, ...features];
      const probability = sigmoid(dot(weights, x));
      const error = (label ? 1 : 0) - probability;
      const curvature = Math.max(probability * (1 - probability), 1e-9);
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
    weights = weights.map((weight, i) => weight + change[i]!);
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
