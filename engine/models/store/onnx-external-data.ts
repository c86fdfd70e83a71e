// Which files beside it an ONNX model wants to read its weights from. A small reader of the protobuf, because a model that names
// `../../etc/passwd` must be refused before any library opens it.
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, posix, sep, win32 } from 'node:path';
import { AppError } from '#core/errors.ts';

type MessageKind =
  | 'model'
  | 'training'
  | 'graph'
  | 'node'
  | 'attribute'
  | 'sparseTensor'
  | 'function'
  | 'tensor'
  | 'entry';

/** Field numbers of onnx.proto on every way that leads to a TensorProto's `external_data`. */
const children: Readonly<Record<MessageKind, Readonly<Record<number, MessageKind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: {
    5: 'tensor',
    6: 'graph',
    10: 'tensor',
    11: 'graph',
    22: 'sparseTensor',
    23: 'sparseTensor',
  },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  tensor: { 13: 'entry' },
  entry: {},
};

/** Graphs within graphs; real models have two or three. */
const deepest = 100;

/** The `location` of every tensor that lies outside, each once. Throws an Error that says what is wrong if it is no ONNX model. */
export function externalDataLocations(bytes: Uint8Array): string[] {
  const locations = new Set<string>();
  let hasGraph = false;

  function visit(message: Uint8Array, kind: MessageKind, depth: number): void {
    if (depth > deepest) throw new Error('its graphs are nested without end');
    let key = '';
    let value = '';
    for (const { field, content } of fieldsOf(message)) {
      if (content === undefined) continue;
      if (kind === 'entry') {
        if (field === 1) key = text(content);
        if (field === 2) value = text(content);
        continue;
      }
      const child = children[kind][field];
      if (child === undefined) continue;
      hasGraph ||= child === 'graph';
      visit(content, child, depth + 1);
    }
    if (kind === 'entry' && key === 'location') locations.add(value);
  }

  visit(bytes, 'model', 0);
  if (!hasGraph) throw new Error('it holds no graph');
  return [...locations];
}

/**
 * Paths relative to `folder` of the files that the model's weights are in; none for most models. Throws `model-invalid` if the model
 * cannot be read, or if one of them is missing, is no plain file, or leaves the folder: absolute, with `..`, or through a link.
 */
export async function findExternalData(folder: string, model: Uint8Array): Promise<string[]> {
  let locations: string[];
  try {
    locations = externalDataLocations(model);
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `${join(folder, 'model.onnx')} is damaged, or not an ONNX model: ${cause instanceof Error ? cause.message : cause}.`,
      { cause },
    );
  }
  const home = await realpath(folder);
  for (const location of locations) {
    const refuse = (why: string) =>
      new AppError(
        'model-invalid',
        `The model in ${folder} wants to read its weights from ${JSON.stringify(location)}, ${why}. It was not added.`,
      );
    if (leavesFolder(location)) throw refuse('which is outside of its folder');
    const real = await realpath(join(folder, location)).catch(() => undefined);
    if (real === undefined) throw refuse('which is not there');
    if (!real.startsWith(home + sep)) throw refuse('which is a link to outside of its folder');
    if (!(await stat(real)).isFile()) throw refuse('which is not a file');
  }
  return locations.map((location) => posix.normalize(location));
}

function leavesFolder(location: string): boolean {
  return (
    location === '' ||
    /[\0\\]/.test(location) ||
    isAbsolute(location) ||
    posix.isAbsolute(location) ||
    win32.isAbsolute(location) ||
    /^[A-Za-z]:/.test(location) ||
    location.split('/').includes('..')
  );
}

/** Protocol buffers: each field is a number with a wire type, then a varint, eight or four bytes, or a length and bytes. */
function* fieldsOf(message: Uint8Array): Generator<{ field: number; content: Uint8Array | undefined }> {
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[position++];
      if (byte === undefined) throw new Error('it ends in the middle');
      // Not with bit operators: lengths may have more than 32 bits. Negative numbers lose precision, and nobody reads them.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('it holds a number without end');
  };
  while (position < message.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (field === 0) throw new Error('it holds a field without a number');
    let content: Uint8Array | undefined;
    if (wireType === 0) varint();
    else if (wireType === 1) position += 8;
    else if (wireType === 5) position += 4;
    else if (wireType === 2) {
      const length = varint();
      content = message.subarray(position, position + length);
      position += length;
    } else throw new Error('it holds a field of an unknown kind');
    if (position > message.length) throw new Error('it ends in the middle');
    yield { field, content };
  }
}

function text(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
}
