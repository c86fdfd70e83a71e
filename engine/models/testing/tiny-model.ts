// Writes an ONNX "sentence-embedding model" of a few hundred bytes: each token has a fixed vector from a table. Real enough for
// onnxruntime, small enough that a test knows every number that must come out.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constant, externalConstant, node, type OnnxGraph, onnxModel } from './onnx-writer.ts';

export const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'red', 'green', 'blue', 'broken', 'zero'];

/** Three dimensions; a row for each of `words`. */
export const table = [
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
  readonly inputType?: OnnxGraph['inputType'];
  /** Its words beside the special ones, with their vectors, all of one length; colours if left out. */
  readonly vectors?: Readonly<Record<string, readonly number[]>>;
  /** What tokenizer.json has instead of those words. */
  readonly tokenizerWords?: readonly string[];
  /** Path of a file, relative to the folder, that the vectors are read from; the caller writes `tinyWeights` there. */
  readonly location?: string;
}

export async function writeTinyModel(folder: string, options: TinyModelOptions = {}): Promise<void> {
  const { answerdesk, vectors, tokenizerWords = vectors && Object.keys(vectors) } = options;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnxModel(graph(options)));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer(tokenizerWords)));
  if (answerdesk) await writeFile(join(folder, 'config.json'), JSON.stringify({ answerdesk }));
}

/** The model's vectors as the file of `location` holds them. */
export function tinyWeights(vectors?: TinyModelOptions['vectors']): Uint8Array {
  return new Uint8Array(Float32Array.from(rowsOf(vectors).flat()).buffer);
}

function rowsOf(vectors: TinyModelOptions['vectors']): readonly (readonly number[])[] {
  if (!vectors) return table;
  const rows = Object.values(vectors);
  // What is around every text and what is no word points one way, weakly, so that a text without words has a vector too.
  const faint = rows[0]!.map((_value, column) => (column === 0 ? 0.01 : 0));
  return [faint, faint, faint, faint, ...rows];
}

export function tinyTokenizer(own: readonly string[] = words.slice(4)) {
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
      vocab: Object.fromEntries([...words.slice(0, 4), ...own].map((word, id) => [word, id])),
    },
  };
}

// `Gather(table, input_ids)` is the whole graph.
function graph({
  inputs = ['input_ids', 'attention_mask'],
  output = 'last_hidden_state',
  inputType = 'int64',
  vectors,
  location,
}: TinyModelOptions): OnnxGraph {
  const rows = rowsOf(vectors);
  const width = rows[0]!.length;
  const shape = [rows.length, width];
  return {
    nodes: [node('Gather', ['table', 'input_ids'], output)],
    constants: [
      location === undefined
        ? constant('table', shape, rows.flat())
        : externalConstant('table', shape, location),
    ],
    inputs,
    inputType,
    outputs: [{ name: output, shape: ['batch', 'sequence', width] }],
  };
}
