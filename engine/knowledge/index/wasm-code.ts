// WebAssembly written instruction by instruction (webassembly.github.io/spec, chapter 5): JavaScript has no SIMD, and a native addon would need
// a compiler at install. A piece of code is a list of bytes.

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

export type Code = readonly number[];

const i32 = 0x7f;
const v128 = 0x7b;
const empty = 0x40;
const end = 0x0b;
const simd = (operation: number) => [0xfd, ...unsigned(operation)];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const addBytes = (local: number, bytes: number): Code => [
  ...get(local),
  0x41,
  ...signed(bytes),
  0x6a,
  ...set(local),
];
export const isLess = (a: number, b: number): Code => [...get(a), ...get(b), 0x49];
/** Inside `loop`: from its start again. */
export const repeatIf = (condition: Code): Code => [...condition, 0x0d, 0];
export const loop = (...body: Code[]): Code => [0x03, empty, ...body.flat(), end];
export const when = (condition: Code, body: Code): Code => [...condition, 0x04, empty, ...body, end];

export const zeros: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];
/** Sixteen bytes from the address in `local` plus `offset`. */
export const load = (local: number, offset: number): Code => [
  ...get(local),
  ...simd(0x00),
  0,
  ...unsigned(offset),
];
/** Eight signed bytes, as eight 16-bit integers. */
export const loadBytes = (local: number, offset: number): Code => [
  ...get(local),
  ...simd(0x01),
  0,
  ...unsigned(offset),
];
export const store: Code = [...simd(0x0b), 0, 0];
/** Bytes of two vectors, the second one's counted from 16. */
export const shuffle = (bytes: readonly number[]): Code => [...simd(0x0d), ...bytes];
export const multiplyFourFloats: Code = simd(0xe6);
export const addFourIntegers: Code = simd(0xae);
/** Products of eight 16-bit integers with eight, added in pairs: four of 32 bits. */
export const dotEight: Code = simd(0xba);
export const fourIntegersToFloats: Code = simd(0xfa);

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export function createMemory(bytes: number): WasmMemory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
}

export interface FunctionCode {
  /** 32-bit integers; locals 0, 1, … */
  readonly parameters: number;
  /** Further 32-bit integers, behind the parameters. */
  readonly integers: number;
  /** Vectors, behind those. */
  readonly vectors: number;
  readonly body: Code;
}

/** A function that returns nothing. Addresses are bytes of `memory`. */
export function compile(
  memory: WasmMemory,
  { parameters, integers, vectors, body }: FunctionCode,
): (...values: number[]) => void {
  const locals = [2, integers, i32, vectors, v128];
  const module = new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, [1, 0x60, parameters, ...new Array<number>(parameters).fill(i32), 0]),
      ...section(2, [1, ...name('host'), ...name('memory'), 0x02, 0x00, 1]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...name('run'), 0x00, 0]),
      ...section(10, [1, ...sized([...locals, ...body, end])]),
    ]),
  );
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  return exports.run as (...values: number[]) => void;
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function name(text: string): Code {
  return sized([...Buffer.from(text)]);
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a number that is not negative, read as a signed one. */
function signed(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
