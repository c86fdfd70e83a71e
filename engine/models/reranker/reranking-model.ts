// An ONNX cross-encoder in this thread: question and text in, one logit out, from a reader also one for each token of the text. Inference
// blocks the thread, see onnx-reranker.ts.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { ReadWord } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { RerankerTrust, TextScore } from '#core/reranker.ts';
import { type Output, openTokenSession, runsOf, runTokens, type TokenRow } from '../onnx/onnx-session.ts';
import {
  createPairEncoder,
  createReadingEncoder,
  type PairEncoder,
  type WordTokens,
} from '../onnx/text-encoder.ts';
import { readRerankerSettings } from './reranker-settings.ts';

export interface RerankingModel {
  /** `name@` and the first 8 hex digits of the SHA-256 of model, tokenizer and the settings that shape scores. */
  readonly modelId: string;
  readonly maxTokens: number;
  readonly trust: RerankerTrust;
  /** One score for each text, in order. Throws `model-invalid` if the model gives something that is no score. */
  score(question: string, texts: readonly string[]): Promise<TextScore[]>;
  close(): Promise<void>;
}

/** The folder holds `model.onnx`, `tokenizer.json` and `config.json` (see reranker-settings.ts). Throws `model-invalid`. */
export async function openRerankingModel(folder: string): Promise<RerankingModel> {
  const settings = await readRerankerSettings(folder);
  const tokenizerPath = join(folder, 'tokenizer.json');
  const [model, json] = await Promise.all([
    readFile(join(folder, 'model.onnx')),
    readFile(tokenizerPath, 'utf8'),
  ]).catch((cause) => {
    const message = `There is no reranker in ${folder}: model.onnx and tokenizer.json are needed (ANSWERDESK_RERANKER).`;
    throw new AppError('model-invalid', message, { cause });
  });
  const hash = createHash('sha256')
    .update(model)
    .update(json)
    .update(JSON.stringify([settings.maxTokens, settings.questionTokens]));
  const file = { json, path: tokenizerPath };
  const encoder = settings.isReader
    ? createReadingEncoder(file, settings)
    : withoutWords(createPairEncoder(file, settings));
  const session = await openTokenSession(folder);
  const outputs = settings.isReader ? readerOutputs(session, folder) : [chooseOutput(session, folder)];

  async function score(question: string, texts: readonly string[]): Promise<TextScore[]> {
    const rows = texts.map((text, position) => ({ position, ...encoder.encode(question, text) }));
    const scores = new Array<TextScore>(texts.length);
    for (const run of runsOf(rows)) {
      const [logits, belongs] = (await runTokens(session, outputs, { rows: run })) as [Output, Output?];
      const width = run[0]!.tokens.length;
      const sizes = [run.length, run.length * width];
      for (const [index, output] of [logits, belongs].entries()) {
        if (output && (output.data.length !== sizes[index] || !output.data.every(Number.isFinite))) {
          throw new AppError(
            'model-invalid',
            `The model in ${folder} gives no usable scores (output ${outputs[index]}): one finite number for each ${index === 0 ? 'row' : 'token'} is wanted.`,
          );
        }
      }
      for (const [index, { position, words }] of run.entries()) {
        scores[position] = {
          logit: logits.data[index]!,
          ...(belongs && words
            ? { words: readWords(words, belongs.data.subarray(index * width, (index + 1) * width)) }
            : {}),
        };
      }
    }
    return scores;
  }

  // Two rows at once: a model with one score for the whole batch fails here and not for a customer.
  await score('scores', ['one', 'two']);
  return {
    modelId: `${settings.name}@${hash.digest('hex').slice(0, 8)}`,
    maxTokens: settings.maxTokens,
    trust: settings.trust,
    score,
    close: () => session.release(),
  };
}

const withoutWords = ({ encode }: PairEncoder) => ({
  encode: (question: string, text: string): TokenRow & { readonly words?: readonly WordTokens[] } =>
    encode(question, text),
});

/** A word's probability is the mean of its tokens'. */
function readWords(words: readonly WordTokens[], logits: Float32Array): ReadWord[] {
  return words
    .filter(({ tokens }) => tokens > 0)
    .map(({ start, end, firstToken, tokens }) => {
      let sum = 0;
      for (const logit of logits.subarray(firstToken, firstToken + tokens)) sum += 1 / (1 + Math.exp(-logit));
      return { start, end, belongs: sum / tokens };
    });
}

function readerOutputs({ outputNames }: InferenceSession, folder: string): string[] {
  const wanted = ['score', 'belongs'];
  if (wanted.every((name) => outputNames.includes(name))) return wanted;
  throw new AppError(
    'model-invalid',
    `The reader in ${folder} has the outputs ${outputNames.join(', ')}: "score", one number for each row, and "belongs", one for each token, are wanted.`,
  );
}

function chooseOutput({ outputNames }: InferenceSession, folder: string): string {
  const name = outputNames.length === 1 ? outputNames[0] : outputNames.find((one) => one === 'score');
  if (name !== undefined) return name;
  throw new AppError(
    'model-invalid',
    `The model in ${folder} has the outputs ${outputNames.join(', ')}: one called "score" is wanted, float32, one number for each row.`,
  );
}
