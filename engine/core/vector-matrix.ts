// The vectors of a knowledge base in one block of memory, and the arithmetic on them.
import { AppError } from './errors.ts';

/** Row-major: row `r` is `values[r * dimensions … (r + 1) * dimensions)`, with Euclidean norm 1. */
export interface VectorMatrix {
  readonly size: number;
  readonly dimensions: number;
  readonly values: Float32Array;
}

/** All zeros, for the caller to fill `values`. */
export function createVectorMatrix(size: number, dimensions: number): VectorMatrix {
  return { size, dimensions, values: new Float32Array(size * dimensions) };
}

/** Of `vector`, of norm 1, and each row. For thousands of rows; among more, an index finds the nearest. */
export function cosinesWith({ size, dimensions, values }: VectorMatrix, vector: Float32Array): Float32Array {
  const cosines = new Float32Array(size);
  for (let row = 0; row < size; row++)
    cosines[row] = dotProduct(values, row * dimensions, vector, 0, dimensions);
  return cosines;
}

/** A view, not a copy. */
export function matrixRow(matrix: VectorMatrix, row: number): Float32Array {
  return matrix.values.subarray(row * matrix.dimensions, (row + 1) * matrix.dimensions);
}

/** Little-endian 32-bit floats, as they are saved; a view, not a copy. */
export function matrixBytes({ values }: VectorMatrix): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Throws `model-invalid` if a vector has another length, is not finite or not of norm 1. */
export function stackVectors(vectors: readonly Float32Array[], dimensions: number): VectorMatrix {
  const matrix = createVectorMatrix(vectors.length, dimensions);
  for (const [row, vector] of vectors.entries()) {
    checkVector(vector, dimensions);
    matrix.values.set(vector, row * dimensions);
  }
  return matrix;
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

export function dotProduct(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  length: number,
): number {
  // Four sums: a single one would wait for each addition. Taken apart from an array, they made this five times slower.
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    first += a[aStart + index]! * b[bStart + index]!;
    second += a[aStart + index + 1]! * b[bStart + index + 1]!;
    third += a[aStart + index + 2]! * b[bStart + index + 2]!;
    fourth += a[aStart + index + 3]! * b[bStart + index + 3]!;
  }
  for (; index < length; index++) first += a[aStart + index]! * b[bStart + index]!;
  return first + second + third + fourth;
}
