// Writes an ONNX "sentence-embedding model" of a few hundred bytes: each token has a fixed vector from a table. Real enough for
// onnxruntime, small enough that a test knows every number that must come out.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constant, node, type OnnxGraph, onnxModel } from './onnx-writer.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'red', 'green', 'blue', 'broken', 'zero'];

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
}

export async function writeTinyModel(folder: string, options: TinyModelOptions = {}): Promise<void> {
  const { answerdesk, inputs = ['input_ids', 'attention_mask'], output = 'last_hidden_state' } = options;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnxModel(graph(inputs, output)));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  if (answerdesk) await writeFile(join(folder, 'config.json'), JSON.stringify({ answerdesk }));
}

export function tinyTokenizer() {
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

// `Gather(table, input_ids)` is the whole graph.
function graph(inputs: readonly string[], output: string): OnnxGraph {
  return {
    nodes: [node('Gather', ['table', 'input_ids'], output)],
    constants: [constant('table', [table.length, 3], table.flat())],
    inputs,
    output: { name: output, shape: ['batch', 'sequence', 3] },
  };
}
