// Writes a cross-encoder of some hundred bytes: the score is the dot product of the summed vectors of the question's words and the
// text's (the table of tiny-model.ts). Real enough for onnxruntime, small enough that a test knows every number that must come out.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constant, node, type OnnxGraph, onnxModel } from './onnx-writer.ts';
import { table, tinyTokenizer, words } from './tiny-model.ts';

export interface TinyRerankerOptions {
  readonly answerdesk?: object;
  readonly inputs?: readonly string[];
  /** One score for each row, or, wrongly, one for the whole batch. */
  readonly scores?: 'each' | 'one';
  /** A text with this word has no score. */
  readonly brokenWord?: string;
}

export const tinyRerankerSettings = { kind: 'reranker', name: 'tiny', max_tokens: 16, question_tokens: 4 };

export async function writeTinyReranker(folder: string, options: TinyRerankerOptions = {}): Promise<void> {
  const { answerdesk = tinyRerankerSettings, inputs, scores = 'each', brokenWord } = options;
  const vectors = table.map((row, id) => (words[id] === brokenWord ? [Number.NaN, 0, 0] : row));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnxModel(graph(vectors, inputs, scores)));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ answerdesk }));
}

function graph(
  vectors: readonly (readonly number[])[],
  inputs: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids'],
  scores: 'each' | 'one',
): OnnxGraph {
  return {
    nodes: [
      node('Gather', ['table', 'input_ids'], 'vectors'),
      // Looked up instead of cast, so that padding and the other text count 0.
      node('Gather', ['one-where-1', 'attention_mask'], 'unmasked'),
      node('Gather', ['one-where-0', 'token_type_ids'], 'of-question'),
      node('Gather', ['one-where-1', 'token_type_ids'], 'of-text'),
      node('Mul', ['vectors', 'unmasked'], 'words'),
      node('Mul', ['words', 'of-question'], 'question-words'),
      node('Mul', ['words', 'of-text'], 'text-words'),
      node('ReduceSum', ['question-words', 'over-sequence'], 'question'),
      node('ReduceSum', ['text-words', 'over-sequence'], 'text'),
      node('Mul', ['question', 'text'], 'products'),
      node('ReduceSum', ['products', scores === 'each' ? 'over-row' : 'over-all'], 'sums'),
      node('Reshape', ['sums', 'flat'], 'score'),
    ],
    constants: [
      constant('table', [vectors.length, 3], vectors.flat()),
      constant('one-where-1', [2, 1], [0, 1]),
      constant('one-where-0', [2, 1], [1, 0]),
      constant('over-sequence', [1], [1n]),
      constant('over-row', [2], [1n, 2n]),
      constant('over-all', [3], [0n, 1n, 2n]),
      constant('flat', [1], [-1n]),
    ],
    inputs,
    output: { name: 'score', shape: ['batch'] },
  };
}
