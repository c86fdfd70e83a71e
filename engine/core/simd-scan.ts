// Dot products of one vector with many, sixteen numbers at a time: WebAssembly SIMD, because JavaScript has none and a native
// addon would need a compiler at install. Measured for 10,000 vectors of 384 on one core: 0.7 ms, against 3.0 ms in JavaScript.

// TypeScript knows WebAssembly from browsers' types only, which this project's server does without.
declare namespace WebAssembly {
  class Memory {
    constructor(options: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: Record<string, unknown>;
  }
}

/** Rows must be a multiple of this long. */
export const simdWidth = 16;

export interface SimdScan {
  /** `size` rows of `dimensions` numbers, to be filled by the caller. */
  readonly values: Float32Array;
  /** The dot product of `vector` and each row; the array is overwritten by the next call. */
  dotProducts(vector: Float32Array): Float32Array;
}

/** `dimensions` is a multiple of `simdWidth`. Memory: rows, then the vector asked for, then the results. */
export function createSimdScan(size: number, dimensions: number): SimdScan {
  const vectorStart = size * dimensions * 4;
  const resultsStart = vectorStart + dimensions * 4;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((resultsStart + size * 4) / 65_536) });
  const instance = new WebAssembly.Instance(scanModule(), { host: { memory } });
  const scan = instance.exports.scan as (
    row: number,
    end: number,
    vector: number,
    vectorEnd: number,
    out: number,
  ) => void;
  const vectorAsked = new Float32Array(memory.buffer, vectorStart, dimensions);
  const results = new Float32Array(memory.buffer, resultsStart, size);
  return {
    values: new Float32Array(memory.buffer, 0, size * dimensions),
    dotProducts(vector) {
      vectorAsked.set(vector);
      scan(0, vectorStart, vectorStart, resultsStart, resultsStart);
      return results;
    },
  };
}

// The WebAssembly binary format, instruction by instruction (webassembly.github.io/spec, chapter 5). Operands below 64 are one
// byte as they are.
const i32 = 0x7f;
const v128 = 0x7b;
const empty = 0x40;
const end = 0x0b;
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const addBytes = (local: number, bytes: number) => [
  ...get(local),
  0x41,
  ...integer(bytes),
  0x6a,
  ...set(local),
];
const isLess = (a: number, b: number) => [...get(a), ...get(b), 0x49];
const repeatIf = (condition: number[]) => [...condition, 0x0d, 0];
const loop = (...body: number[][]) => [0x03, empty, ...body.flat(), end];
const when = (condition: number[], body: number[]) => [...condition, 0x04, empty, ...body, end];
const zeros = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const loadFour = (address: number, offset: number) => [...get(address), 0xfd, 0x00, 4, offset];
const addFours = [0xfd, 0xe4, 0x01];
const multiplyFours = [0xfd, 0xe6, 0x01];
const lane = (local: number, index: number) => [...get(local), 0xfd, 0x1f, index];
const addFloats = 0x92;
const storeFloat = [0x38, 2, 0];

/** `scan(row, rowsEnd, vector, vectorEnd, out)`: addresses in bytes. */
function scanModule(): WebAssembly.Module {
  const [row, rowsEnd, vector, vectorEnd, out, column] = [0, 1, 2, 3, 4, 5] as const;
  // Four sums of four numbers: a single one would wait for each addition.
  const sums = [6, 7, 8, 9] as const;
  const [sum] = sums;
  const clearSums = sums.flatMap((local) => [...zeros, ...set(local)]);
  const addProducts = sums.flatMap((local, index) => {
    const product = [...loadFour(row, index * 16), ...loadFour(column, index * 16), ...multiplyFours];
    return [...get(local), ...product, ...addFours, ...set(local)];
  });
  const joinSums = [...sums.flatMap(get), ...addFours, ...addFours, ...addFours, ...set(sum)];
  const lanes = [
    ...lane(sum, 0),
    ...lane(sum, 1),
    addFloats,
    ...lane(sum, 2),
    addFloats,
    ...lane(sum, 3),
    addFloats,
  ];
  const columns = loop(
    addProducts,
    addBytes(row, simdWidth * 4),
    addBytes(column, simdWidth * 4),
    repeatIf(isLess(column, vectorEnd)),
  );
  const rows = loop(
    clearSums,
    [...get(vector), ...set(column)],
    columns,
    joinSums,
    [...get(out), ...lanes, ...storeFloat],
    addBytes(out, 4),
    repeatIf(isLess(row, rowsEnd)),
  );
  const locals = [2, 1, i32, sums.length, v128];
  const code = [...locals, ...when(isLess(row, rowsEnd), rows), end];
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
      ...section(2, [1, ...name('host'), ...name('memory'), 0x02, 0x00, 1]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...name('scan'), 0x00, 0]),
      ...section(10, [1, ...sized(code)]),
    ]),
  );
}

function section(id: number, content: number[]): number[] {
  return [id, ...sized(content)];
}

function name(text: string): number[] {
  return sized([...Buffer.from(text)]);
}

function sized(content: number[]): number[] {
  return [...integer(content.length), ...content];
}

/** LEB128 of a number below 8,192, the same bytes signed and unsigned. */
function integer(value: number): number[] {
  return [(value & 0x7f) | 0x80, value >> 7];
}
