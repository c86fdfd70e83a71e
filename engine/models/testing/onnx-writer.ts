// Writes small ONNX models of token rows, so that tests have real ones without files. The field numbers are those of onnx.proto.
import { bytes, message, number, text } from '../onnx/protocol-buffers.ts';

export interface OnnxGraph {
  readonly nodes: readonly Buffer[];
  readonly constants: readonly Buffer[];
  /** Each int64 (batch, sequence), or int32. */
  readonly inputs: readonly string[];
  readonly inputType?: 'int64' | 'int32';
  /** float32. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly (string | number)[] }[];
}

const float = 1;
const int32 = 6;
const int64 = 7;

export function onnxModel({ nodes, constants, inputs, inputType = 'int64', outputs }: OnnxGraph): Uint8Array {
  const elementType = inputType === 'int64' ? int64 : int32;
  const graph = [
    ...nodes.map((content) => bytes(1, content)),
    text(2, 'tiny'),
    ...constants.map((content) => bytes(5, content)),
    ...inputs.map((name) => message(11, valueInfo(name, elementType, ['batch', 'sequence']))),
    ...outputs.map(({ name, shape }) => message(12, valueInfo(name, float, shape))),
  ];
  return Buffer.concat([number(1, 8), message(7, graph), message(8, [text(1, ''), number(2, 17)])]);
}

/** An operator without attributes. */
export function node(operator: string, inputs: readonly string[], output: string): Buffer {
  return Buffer.concat([...inputs.map((name) => text(1, name)), text(2, output), text(4, operator)]);
}

/** float32, or int64 if `values` are bigints. */
export function constant(
  name: string,
  shape: readonly number[],
  values: readonly number[] | readonly bigint[],
): Buffer {
  const isInteger = typeof values[0] === 'bigint';
  const data = isInteger
    ? BigInt64Array.from(values as readonly bigint[])
    : Float32Array.from(values as readonly number[]);
  return Buffer.concat([
    ...shape.map((size) => number(1, size)),
    number(2, isInteger ? int64 : float),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer)),
  ]);
}

/** float32, read from a file beside the model. */
export function externalConstant(name: string, shape: readonly number[], location: string): Buffer {
  return Buffer.concat([
    ...shape.map((size) => number(1, size)),
    number(2, float),
    text(8, name),
    message(13, [text(1, 'location'), text(2, location)]),
    number(14, 1),
  ]);
}

function valueInfo(name: string, elementType: number, shape: readonly (string | number)[]): Buffer[] {
  const dimensions = shape.map((size) =>
    message(1, [typeof size === 'number' ? number(1, size) : text(2, size)]),
  );
  return [text(1, name), message(2, [message(1, [number(1, elementType), message(2, dimensions)])])];
}
