// The vectors of a knowledge base in one block of memory, and the arithmetic on them.
import { AppError } from '#core/errors.ts';

/** Row-major: row `r` is `values[r * dimensions … (r + 1) * dimensions)`, with Euclidean norm 1. */
export interface VectorMatrix {
  readonly size: number;
  readonly dimensions: number;
  readonly values: Float32Array;
}

/** A view, not a copy. */
export function matrixRow(matrix: VectorMatrix, row: number): Float32Array {
  return matrix.values.subarray(row * matrix.dimensions, (row + 1) * matrix.dimensions);
}

/** Throws `model-invalid` if a vector has another length, is not finite or not of norm 1. */
export function stackVectors(vectors: readonly Float32Array[], dimensions: number): VectorMatrix {
  const values = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, row) => {
    checkVector(vector, dimensions);
    values.set(vector, row * dimensions);
  });
  return { size: vectors.length, dimensions, values };
}

export function checkVector(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions) {
    throw new AppError(
      'model-invalid',
      `A vector has ${vector.length} dimensions where ${dimensions} are expected.`,
    );
  }
  const norm = Math.sqrt(dotProduct(vector, 0, vector, 0, dimensions));
  // Comparing the sum also catches NaN and infinities: hnswlib would take them silently.
  if (!(Math.abs(norm - 1) < 1e-3)) {
    throw new AppError(
      'model-invalid',
      `A vector has norm ${norm} where 1 is expected: the embedding model is broken.`,
    );
  }
}

/** Divides by the Euclidean norm, in place. Throws `model-invalid` for a zero or non-finite vector. */
export function normalize(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(dotProduct(vector, 0, vector, 0, vector.length));
  if (!(norm > 0 && norm < Number.POSITIVE_INFINITY)) {
    throw new AppError(
      'model-invalid',
      `The embedding model gave a vector of norm ${norm}: check the model files.`,
    );
  }
  for (let index = 0; index < vector.length; index++) vector[index] = vector[index]! / norm;
  return vector;
}

/** Four independent sums keep the processor's multiply-add units busy; one sum would wait for each addition. */
export function dotProduct(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  length: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const whole = length - (length % 4);
  let index = 0;
  for (; index < whole; index += 4) {
    const x = aStart + index;
    const y = bStart + index;
    sum0 += a[x]! * b[y]!;
    sum1 += a[x + 1]! * b[y + 1]!;
    sum2 += a[x + 2]! * b[y + 2]!;
    sum3 += a[x + 3]! * b[y + 3]!;
  }
  for (; index < length; index++) sum0 += a[aStart + index]! * b[bStart + index]!;
  return sum0 + sum1 + (sum2 + sum3);
}
