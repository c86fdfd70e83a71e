// Cosines of one vector with many, from eight bits a number instead of thirty-two: a quarter of the bytes, and it is known how wrong they can be
// at most. Measured for 100,000 vectors of 384 on one core: see docs/bench.md.
import type { VectorMatrix } from '#core/vector-matrix.ts';
import {
  addBytes,
  addFourIntegers,
  type Code,
  compile,
  createMemory,
  dotEight,
  type FunctionCode,
  fourIntegersToFloats,
  get,
  isLess,
  load,
  loadBytes,
  loop,
  multiplyFourFloats,
  repeatIf,
  set,
  shuffle,
  store,
  when,
  zeros,
} from './wasm-code.ts';

export interface Int8Scan {
  /** The cosine of `vector`, of norm 1, and each row, off by at most `error`. The array is overwritten by the next call. */
  cosines(vector: Float32Array): { readonly cosines: Float32Array; readonly error: number };
}

export interface Int8ScanOptions {
  /** Of rows in one memory, which can have four times as many. */
  readonly mostBlockBytes?: number;
}

/** Numbers that the inner loop reads in one turn; shorter rows are filled up with zeros. */
const columnsPerTurn = 16;
/** Rows that are read side by side, so that the vector is loaded once for all of them. */
const rowsPerTurn = 4;
const mostRowValue = 127;
const mostVectorValue = 32_767;
const mostSum = 2 ** 31 - 1;

/** Rows have a scale each: the largest of its numbers becomes 127 or -127. They are copied; a change of `matrix` is not seen. */
export function createInt8Scan(
  matrix: VectorMatrix,
  { mostBlockBytes = 2 ** 30 }: Int8ScanOptions = {},
): Int8Scan {
  const { size, dimensions } = matrix;
  const width = roundUp(dimensions, columnsPerTurn);
  const rowsPerBlock = Math.floor(mostBlockBytes / width / rowsPerTurn) * rowsPerTurn;
  const blocks = Array.from({ length: Math.ceil(size / rowsPerBlock) }, (_, block) =>
    createBlock(matrix, { first: block * rowsPerBlock, width, mostRows: rowsPerBlock }),
  );
  const rowError = Math.max(0, ...blocks.map(({ error }) => error));
  const vectorLimit = Math.min(mostVectorValue, Math.floor(mostSum / mostRowValue / dimensions));
  const numbers = new Int16Array(width);
  const cosines = new Float32Array(size);
  return {
    cosines(vector) {
      const { scale, error } = quantize(vector, numbers, vectorLimit);
      for (const { first, sums } of blocks) {
        const found = sums(numbers);
        for (let row = 0; row < found.length; row++) cosines[first + row] = found[row]! * scale;
      }
      return { cosines, error: rowError + error * (1 + rowError) + floatError };
    },
  };
}

/** Sums and scales in 32-bit floats. */
const floatError = 1e-6;

interface Block {
  readonly first: number;
  /** The most that the cosine of any vector with one of its rows is off, by Cauchy and Schwarz: the length of what rounding took from the row. */
  readonly error: number;
  /** Of products of `vector` with each row's numbers, times the row's scale. */
  sums(vector: Int16Array): Float32Array;
}

/** Memory: rows, the vector asked for, the rows' scales, the results. */
function createBlock(
  { size, dimensions, values }: VectorMatrix,
  { first, width, mostRows }: { readonly first: number; readonly width: number; readonly mostRows: number },
): Block {
  const count = Math.min(mostRows, size - first);
  const room = roundUp(count, rowsPerTurn);
  const vectorStart = room * width;
  const vectorEnd = vectorStart + width * 2;
  const resultsStart = vectorEnd + room * 4;
  const memory = createMemory(resultsStart + room * 4);
  const rows = new Int8Array(memory.buffer, 0, room * width);
  const scales = new Float32Array(memory.buffer, vectorEnd, room);
  let error = 0;
  for (let row = 0; row < count; row++) {
    const start = (first + row) * dimensions;
    const numbers = rows.subarray(row * width, row * width + dimensions);
    const made = quantize(values.subarray(start, start + dimensions), numbers, mostRowValue);
    scales[row] = made.scale;
    error = Math.max(error, made.error);
  }
  const scan = compile(memory, scanCode(width));
  const vectorAsked = new Int16Array(memory.buffer, vectorStart, width);
  const results = new Float32Array(memory.buffer, resultsStart, count);
  return {
    first,
    error,
    sums(vector) {
      vectorAsked.set(vector);
      scan(0, vectorStart, vectorStart, vectorEnd, vectorEnd, resultsStart);
      return results;
    },
  };
}

/** `vector` is about `scale * numbers`, and `error` the length of the difference. */
function quantize(vector: Float32Array, numbers: Int8Array | Int16Array, limit: number) {
  let largest = 0;
  for (let index = 0; index < vector.length; index++) {
    const size = Math.abs(vector[index]!);
    if (size > largest) largest = size;
  }
  const scale = largest / limit || 1;
  const steps = 1 / scale;
  let squares = 0;
  for (let index = 0; index < vector.length; index++) {
    // Math.round is three times as slow.
    const rounded = Math.floor(vector[index]! * steps + 0.5);
    numbers[index] = rounded;
    const lost = vector[index]! - rounded * scale;
    squares += lost * lost;
  }
  return { scale, error: Math.sqrt(squares) };
}

/** `scan(row, rowsEnd, vector, vectorEnd, scale, out)` for rows of `width` numbers. */
function scanCode(width: number): FunctionCode {
  const [row, rowsEnd, vector, vectorEnd, scale, out, column] = [0, 1, 2, 3, 4, 5, 6] as const;
  const sums = [7, 8, 9, 10] as const;
  const [a, b, c, d] = sums;
  const asked = 11;
  const clearSums = sums.flatMap((sum) => [...zeros, ...set(sum)]);
  const addProducts = [0, 1].flatMap((half) => [
    ...load(column, half * 16),
    ...set(asked),
    ...sums.flatMap((sum, index) => {
      const product = [...get(asked), ...loadBytes(row, index * width + half * 8), ...dotEight];
      return [...get(sum), ...product, ...addFourIntegers, ...set(sum)];
    }),
  ]);
  const columns = loop(
    addProducts,
    addBytes(row, columnsPerTurn),
    addBytes(column, columnsPerTurn * 2),
    repeatIf(isLess(column, vectorEnd)),
  );
  /** Lanes of two vectors, the second one's counted from 4. */
  const lanes = (one: number, other: number, chosen: readonly number[]): Code => [
    ...get(one),
    ...get(other),
    ...shuffle(chosen.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))),
  ];
  const addLanes = (one: number, other: number, [left, right]: readonly (readonly number[])[]): Code => [
    ...lanes(one, other, left!),
    ...lanes(one, other, right!),
    ...addFourIntegers,
  ];
  // From the four lanes of each of four sums to one vector of their totals.
  const halves = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ];
  const quarters = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ];
  const totals = [
    ...addLanes(a, b, halves),
    ...set(a),
    ...addLanes(c, d, halves),
    ...set(c),
    ...addLanes(a, c, quarters),
  ];
  const rows = loop(
    clearSums,
    [...get(vector), ...set(column)],
    columns,
    [...get(out), ...totals, ...fourIntegersToFloats, ...load(scale, 0), ...multiplyFourFloats, ...store],
    addBytes(row, width * (rowsPerTurn - 1)),
    addBytes(scale, rowsPerTurn * 4),
    addBytes(out, rowsPerTurn * 4),
    repeatIf(isLess(row, rowsEnd)),
  );
  return { parameters: 6, integers: 1, vectors: sums.length + 1, body: when(isLess(row, rowsEnd), rows) };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
