// An ONNX sentence-embedding model in this thread: tokens in, vectors out. Inference blocks the thread, see onnx-embedder.ts.

import { join } from 'node:path';
import { type InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import type { EmbedOptions } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { normalize } from '#core/vector-matrix.ts';
import {
  type ExecutionProvider,
  type Output,
  openTokenSession,
  runsOf,
  runTokens,
  type TokenRow,
} from '../onnx/onnx-session.ts';
import { createTextEncoder } from '../onnx/text-encoder.ts';
import { type IdentifiedModel, identifyModel } from '../store/model-id.ts';
import type { EmbeddingSettings } from './embedding-settings.ts';

export type TextKind = 'query' | 'document';

export interface EmbeddingModel {
  readonly modelId: string;
  readonly dimensions: number;
  /** How the vector of a text is made, as configured or else as the graph suggests. */
  readonly pooling: 'mean' | 'cls' | 'none';
  /** Why it does not run on the execution provider that was asked for; absent if it does. */
  readonly notice?: string;
  /** Vectors in the order of the texts. Throws `model-invalid` if the model gives something that is no vector. */
  embed(
    texts: readonly string[],
    kind: TextKind,
    options?: Pick<EmbedOptions, 'alone'>,
  ): Promise<Float32Array[]>;
  /** Whether the graph knows a token id. For checks on the CPU: a GPU may not notice what is out of range. */
  hasToken(id: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface EmbeddingModelOptions {
  /** What computes. One that cannot be used here is replaced by `cpu`, with a `notice`. */
  readonly executionProvider?: ExecutionProvider;
  /** Throws `model-invalid` before native code sees a byte, if the folder holds another model or a damaged one. */
  readonly expectedId?: string;
}

/** The folder holds `model.onnx`, `tokenizer.json` and optionally `config.json`. Throws `model-invalid`. */
export async function openEmbeddingModel(
  folder: string,
  { executionProvider = 'cpu', expectedId }: EmbeddingModelOptions = {},
): Promise<EmbeddingModel> {
  const identified = await identifyModel(folder);
  const { modelId } = identified;
  if (expectedId !== undefined && modelId !== expectedId) {
    throw new AppError(
      'model-invalid',
      `${folder} does not hold the model ${expectedId} any more but ${modelId}: its files were changed or damaged. Add the model again: answerdesk models add FOLDER`,
    );
  }
  if (executionProvider === 'cpu') return loadModel(folder, identified, 'cpu');
  try {
    // Asked first: onnxruntime-node leaves out without an error what its build does not know at all.
    if (!listSupportedBackends().some(({ name }) => name === executionProvider))
      throw new Error('onnxruntime-node does not have it on this system');
    return await loadModel(folder, identified, executionProvider);
  } catch (cause) {
    // If the model is what is wrong, it fails here again, and says so.
    const model = await loadModel(folder, identified, 'cpu');
    const notice = `The execution provider ${executionProvider} cannot be used here, so embeddings are computed by the CPU: ${reasonOf(cause)} (ANSWERDESK_EXECUTION_PROVIDER)`;
    return { ...model, notice };
  }
}

async function loadModel(
  folder: string,
  { modelId, settings, tokenizerJson }: IdentifiedModel,
  executionProvider: ExecutionProvider,
): Promise<EmbeddingModel> {
  const encoder = createTextEncoder(
    { json: tokenizerJson, path: join(folder, 'tokenizer.json') },
    settings.maxTokens,
  );
  const session = await openTokenSession(folder, executionProvider);
  const output = chooseOutput(session, settings, folder);

  async function run(rows: readonly TokenRow[]): Promise<Float32Array[]> {
    const [{ data, dims }] = (await runTokens(session, [output.name], { rows })) as [Output];
    const width = dims.at(-1) ?? 0;
    const allFinite = data.every(Number.isFinite);
    if (
      !allFinite ||
      width === 0 ||
      dims.length !== (output.pooling === 'none' ? 2 : 3) ||
      dims[0] !== rows.length
    ) {
      throw new AppError(
        'model-invalid',
        `The model in ${folder} gives no usable vectors (output ${output.name}).`,
      );
    }
    return rows.map((row, index) => {
      const pooled = pool(data, {
        pooling: output.pooling,
        index,
        tokens: row.tokens.length,
        stride: dims[1]!,
        width,
      });
      return settings.normalize ? normalize(pooled) : unitOrThrow(pooled, folder);
    });
  }

  const probe = (await run([{ tokens: encoder.encode('dimensions') }]))[0]!;
  if (settings.dimensions !== undefined && probe.length !== settings.dimensions) {
    throw new AppError(
      'model-invalid',
      `The model in ${folder} gives ${probe.length} dimensions, its config.json says ${settings.dimensions}.`,
    );
  }

  return {
    modelId,
    dimensions: probe.length,
    pooling: output.pooling,
    hasToken: (id) =>
      // Fatal errors only in the log: here an error is an answer.
      runTokens(session, [output.name], { rows: [{ tokens: [id] }], logSeverityLevel: 4 }).then(
        () => true,
        () => false,
      ),
    async embed(texts, kind, { alone = false } = {}) {
      const prefix = kind === 'query' ? settings.queryPrefix : settings.documentPrefix;
      const encoded = texts.map((text, position) => ({ position, tokens: encoder.encode(prefix + text) }));
      const vectors = new Array<Float32Array>(texts.length);
      for (const rows of alone ? encoded.map((row) => [row]) : runsOf(encoded)) {
        const results = await run(rows);
        for (const [index, { position }] of rows.entries()) vectors[position] = results[index]!;
      }
      return vectors;
    },
    close: () => session.release(),
  };
}

function chooseOutput(session: InferenceSession, settings: EmbeddingSettings, folder: string) {
  const rank = (name: string) => {
    const metadata = session.outputMetadata.find((candidate) => candidate.name === name);
    return metadata?.isTensor ? metadata.shape.length : 0;
  };
  const byRank = (wanted: number) => session.outputNames.find((name) => rank(name) === wanted);
  const sentences = session.outputNames.find((name) => name === 'sentence_embedding') ?? byRank(2);
  const tokens = session.outputNames.find((name) => name === 'last_hidden_state') ?? byRank(3);
  const pooling =
    settings.pooling ?? (tokens === undefined || sentences === 'sentence_embedding' ? 'none' : 'mean');
  const name = pooling === 'none' ? sentences : tokens;
  if (name === undefined) {
    throw new AppError(
      'model-invalid',
      `The model in ${folder} has no output for pooling "${pooling}": check its config.json.`,
    );
  }
  return { name, pooling };
}

interface PoolOptions {
  readonly pooling: 'mean' | 'cls' | 'none';
  readonly index: number;
  /** Tokens that are text and not padding. */
  readonly tokens: number;
  readonly stride: number;
  readonly width: number;
}

function pool(data: Float32Array, { pooling, index, tokens, stride, width }: PoolOptions): Float32Array {
  if (pooling === 'none') return data.slice(index * width, (index + 1) * width);
  const start = index * stride * width;
  if (pooling === 'cls') return data.slice(start, start + width);
  const mean = new Float32Array(width);
  for (let token = 0; token < tokens; token++) {
    for (let column = 0; column < width; column++) mean[column]! += data[start + token * width + column]!;
  }
  for (let column = 0; column < width; column++) mean[column]! /= tokens;
  return mean;
}

/** `"normalize": false` says that the graph does it; then it must. */
function unitOrThrow(vector: Float32Array, folder: string): Float32Array {
  const squares = vector.reduce((sum, value) => sum + value * value, 0);
  if (Math.abs(squares - 1) < 2e-3) return vector;
  throw new AppError(
    'model-invalid',
    `The model in ${folder} gives vectors of norm ${Math.sqrt(squares)}: set "normalize": true.`,
  );
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof AppError && thrown.cause instanceof Error ? thrown.cause : thrown;
  return cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
}
