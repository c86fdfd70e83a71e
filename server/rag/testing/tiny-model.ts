// Writes an ONNX "sentence-embedding model" of a few hundred bytes: each token has a fixed vector from a table. Real enough for
// onnxruntime, small enough that a test knows every number that must come out.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'red', 'green', 'blue', 'broken', 'zero'];

/** Three dimensions; a row for each of `words`. */
const table = [
  [9, 9, 9],
  [0.1, 0.1, 0.1],
  [0, 0, 1],
  [0, 0, 1],
  [4, 0, 0],
  [0, 4, 0],
  [0, 0, 4],
  [Number.NaN, 0, 0],
  [0, 0, -2],
];

export interface TinyModelOptions {
  readonly answerdesk?: object;
  readonly inputs?: readonly string[];
  readonly output?: string;
}

export async function writeTinyModel(folder: string, options: TinyModelOptions = {}): Promise<void> {
  const { answerdesk, inputs = ['input_ids', 'attention_mask'], output = 'last_hidden_state' } = options;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), graphModel(inputs, output));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer()));
  if (answerdesk) await writeFile(join(folder, 'config.json'), JSON.stringify({ answerdesk }));
}

function tokenizer() {
  const special = (content: string) => ({ SpecialToken: { id: content, type_id: 0 } });
  return {
    version: '1.0',
    added_tokens: words.slice(0, 4).map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: { type: 'BertNormalizer', lowercase: true, clean_text: true, handle_chinese_chars: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  };
}

// The field numbers are those of onnx.proto. `Gather(table, input_ids)` is the whole graph.
function graphModel(inputs: readonly string[], output: string): Uint8Array {
  const float = 1;
  const int64 = 7;
  const node = [text(1, 'table'), text(1, 'input_ids'), text(2, output), text(4, 'Gather')];
  const values = new Uint8Array(Float32Array.from(table.flat()).buffer);
  const initializer = [
    number(1, table.length),
    number(1, 3),
    number(2, float),
    bytes(9, values),
    text(8, 'table'),
  ];
  const graph = [
    message(1, node),
    text(2, 'tiny'),
    message(5, initializer),
    ...inputs.map((name) => message(11, valueInfo(name, int64, ['batch', 'sequence']))),
    message(12, valueInfo(output, float, ['batch', 'sequence', 3])),
  ];
  return Buffer.concat([number(1, 8), message(7, graph), message(8, [text(1, ''), number(2, 17)])]);
}

function valueInfo(name: string, elementType: number, shape: readonly (string | number)[]): Buffer[] {
  const dimensions = shape.map((size) =>
    message(1, [typeof size === 'number' ? number(1, size) : text(2, size)]),
  );
  return [text(1, name), message(2, [message(1, [number(1, elementType), message(2, dimensions)])])];
}

// Protocol buffers: a field is its number and wire type, then a varint or a length and bytes.
function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function message(field: number, fields: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(fields));
}

function varint(value: number): Buffer {
  const parts: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) parts.push((rest % 128) + 128);
  return Buffer.from([...parts, rest]);
}
