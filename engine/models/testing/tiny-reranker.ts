// Writes a cross-encoder of some hundred bytes: the score is the dot product of the summed vectors of the question's words and the
// text's (the table of tiny-model.ts), and what a token belongs to is the same of the question and that token. Real enough for onnxruntime, small enough that a test knows every number that must come out.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constant, node, type OnnxGraph, onnxModel } from './onnx-writer.ts';
import { table, tinyTokenizer, words } from './tiny-model.ts';

export interface TinyRerankerOptions {
  readonly answerdesk?: object;
  readonly inputs?: readonly string[];
  /** One score for each row, or, wrongly, one for the whole batch. */
  readonly scores?: 'each' | 'one';
  /** With a second output, `belongs`. */
  readonly isReader?: boolean;
  /** A text with this word has no score. */
  readonly brokenWord?: string;
}

export const tinyRerankerSettings = { kind: 'reranker', name: 'tiny', max_tokens: 16, question_tokens: 4 };

export async function writeTinyReranker(folder: string, options: TinyRerankerOptions = {}): Promise<void> {
  const { isReader = false, inputs, scores = 'each', brokenWord } = options;
  const { answerdesk = { ...tinyRerankerSettings, kind: isReader ? 'reader' : 'reranker' } } = options;
  const vectors = table.map((row, id) => (words[id] === brokenWord ? [Number.NaN, 0, 0] : row));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnxModel(graph({ vectors, inputs, scores, isReader })));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ answerdesk }));
}

function graph({
  vectors,
  inputs = ['input_ids', 'attention_mask', 'token_type_ids'],
  scores,
  isReader,
}: {
  readonly vectors: readonly (readonly number[])[];
  readonly inputs: readonly string[] | undefined;
  readonly scores: 'each' | 'one';
  readonly isReader: boolean;
}): OnnxGraph {
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
      ...(isReader
        ? [
            node('Mul', ['text-words', 'question'], 'token-products'),
            node('ReduceSum', ['token-products', 'over-vector'], 'token-sums'),
            node('Reshape', ['token-sums', 'rows'], 'belongs'),
          ]
        : []),
    ],
    constants: [
      constant('table', [vectors.length, 3], vectors.flat()),
      constant('one-where-1', [2, 1], [0, 1]),
      constant('one-where-0', [2, 1], [1, 0]),
      constant('over-sequence', [1], [1n]),
      constant('over-row', [2], [1n, 2n]),
      constant('over-all', [3], [0n, 1n, 2n]),
      constant('flat', [1], [-1n]),
      constant('over-vector', [1], [2n]),
      constant('rows', [2], [0n, -1n]),
    ],
    inputs,
    outputs: [
      { name: 'score', shape: ['batch'] },
      ...(isReader ? [{ name: 'belongs', shape: ['batch', 'sequence'] }] : []),
    ],
  };
}
