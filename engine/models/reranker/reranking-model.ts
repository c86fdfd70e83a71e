// An ONNX cross-encoder in this thread: question and text in, one logit out. Inference blocks the thread, see onnx-reranker.ts.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '#core/errors.ts';
import type { RerankerTrust } from '#core/reranker.ts';
import { openTokenSession, runsOf, runTokens } from '../onnx/onnx-session.ts';
import { createPairEncoder } from '../onnx/text-encoder.ts';
import { readRerankerSettings } from './reranker-settings.ts';

export interface RerankingModel {
  /** `name@` and the first 8 hex digits of the SHA-256 of model, tokenizer and the settings that shape scores. */
  readonly modelId: string;
  readonly maxTokens: number;
  readonly trust: RerankerTrust;
  /** One logit for each text, in order. Throws `model-invalid` if the model gives something that is no score. */
  score(question: string, texts: readonly string[]): Promise<Float32Array>;
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
  const encoder = createPairEncoder({ json, path: tokenizerPath }, settings);
  const session = await openTokenSession(folder);
  const output = chooseOutput(session, folder);

  async function score(question: string, texts: readonly string[]): Promise<Float32Array> {
    const rows = texts.map((text, position) => ({ position, ...encoder.encode(question, text) }));
    const scores = new Float32Array(texts.length);
    for (const run of runsOf(rows)) {
      const { data } = await runTokens(session, output, { rows: run });
      if (data.length !== run.length || !data.every(Number.isFinite)) {
        throw new AppError(
          'model-invalid',
          `The model in ${folder} gives no usable scores (output ${output}): one finite number for each row is wanted.`,
        );
      }
      for (const [index, { position }] of run.entries()) scores[position] = data[index]!;
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

function chooseOutput({ outputNames }: InferenceSession, folder: string): string {
  const name = outputNames.length === 1 ? outputNames[0] : outputNames.find((one) => one === 'score');
  if (name !== undefined) return name;
  throw new AppError(
    'model-invalid',
    `The model in ${folder} has the outputs ${outputNames.join(', ')}: one called "score" is wanted, float32, one number for each row.`,
  );
}
