// An ONNX sentence-embedding model in this thread: tokens in, vectors out. Inference blocks the thread, see onnx-embedder.ts.

import { join } from 'node:path';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { AppError } from '#core/errors.ts';
import type { EmbeddingSettings } from './embedding-settings.ts';
import { type IdentifiedModel, identifyModel } from './model-id.ts';
import { createTextEncoder } from './text-encoder.ts';
import { normalize } from './vector-matrix.ts';

export type TextKind = 'query' | 'document';

export interface EmbeddingModel {
  readonly modelId: string;
  readonly dimensions: number;
  /** How the vector of a text is made, as configured or else as the graph suggests. */
  readonly pooling: 'mean' | 'cls' | 'none';
  /** Why it does not run on the execution provider that was asked for; absent if it does. */
  readonly notice?: string;
  /** Vectors in the order of the texts. Throws `model-invalid` if the model gives something that is no vector. */
  embed(texts: readonly string[], kind: TextKind): Promise<Float32Array[]>;
  /** Whether the graph knows a token id. For checks on the CPU: a GPU may not notice what is out of range. */
  hasToken(id: number): Promise<boolean>;
  close(): Promise<void>;
}

// Tokens in one inference, padding included. More is slower (measured with bge-small int8 on one core: 128 to 512 tokens 8,500 to
// 11,000 tokens/s, 2,048 tokens 7,000, 4,096 tokens 6,400) and onnxruntime keeps the memory of the largest for ever.
const tokensPerRun = 512;
// A text shorter than this share of the longest one goes into the next run: padding costs as much as tokens do (measured with eight
// customers' questions at a time: 1.9 ms each if they share a run, 1.4 ms at 0.9; documents are of like length anyway).
const leastFilled = 0.9;

export type ExecutionProvider = 'cpu' | 'cuda' | 'tensorrt';

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
      `${folder} does not hold the model ${expectedId} any more but ${modelId}: its files were changed or damaged. Add the model again: npm run models -- add FOLDER`,
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
  const session = await createSession(join(folder, 'model.onnx'), executionProvider);
  const output = chooseOutput(session, settings, folder);

  async function run(rows: readonly number[][]): Promise<Float32Array[]> {
    const { data, dims } = await runGraph(session, output.name, { rows });
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
        tokens: row.length,
        stride: dims[1]!,
        width,
      });
      return settings.normalize ? normalize(pooled) : unitOrThrow(pooled, folder);
    });
  }

  const probe = (await run([encoder.encode('dimensions')]))[0]!;
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
      runGraph(session, output.name, { rows: [[id]], logSeverityLevel: 4 }).then(
        () => true,
        () => false,
      ),
    async embed(texts, kind) {
      const prefix = kind === 'query' ? settings.queryPrefix : settings.documentPrefix;
      const encoded = texts.map((text, position) => ({ position, tokens: encoder.encode(prefix + text) }));
      // Texts of like length together: a batch is as slow as its longest.
      encoded.sort((a, b) => b.tokens.length - a.tokens.length);
      const vectors = new Array<Float32Array>(texts.length);
      for (let start = 0; start < encoded.length; ) {
        const longest = encoded[start]!.tokens.length;
        const perRun = Math.max(1, Math.floor(tokensPerRun / longest));
        const batch = encoded
          .slice(start, start + perRun)
          .filter(({ tokens }) => tokens.length >= longest * leastFilled);
        const results = await run(batch.map(({ tokens }) => tokens));
        batch.forEach(({ position }, index) => {
          vectors[position] = results[index]!;
        });
        start += batch.length;
      }
      return vectors;
    },
    close: () => session.release(),
  };
}

async function createSession(modelPath: string, provider: ExecutionProvider): Promise<InferenceSession> {
  try {
    // One thread per inference: with more, a single busy neighbour on the machine stalls them all at every barrier (measured: 37
    // chunks/s with one thread, 16 with two, one of two cores busy). Cores are used by several workers instead.
    return await InferenceSession.create(modelPath, {
      // What a GPU cannot do, the CPU does.
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // It plans memory for one shape, and every batch has another: only costs memory.
      enableMemPattern: false,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `${modelPath} cannot be loaded: it is damaged, or not an ONNX model.`,
      { cause },
    );
  }
}

function chooseOutput(session: InferenceSession, settings: EmbeddingSettings, folder: string) {
  for (const { name, isTensor, ...input } of session.inputMetadata) {
    const isKnown = name === 'input_ids' || name === 'attention_mask' || name === 'token_type_ids';
    const type = isTensor && 'type' in input ? input.type : 'no tensor';
    if (!isKnown || type !== 'int64') {
      const what = isKnown ? `as ${type} instead of int64` : 'that a sentence-embedding model does not have';
      throw new AppError('model-invalid', `The model in ${folder} wants an input "${name}" ${what}.`);
    }
  }
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

async function runGraph(
  session: InferenceSession,
  outputName: string,
  { rows, ...options }: { readonly rows: readonly number[][] } & InferenceSession.RunOptions,
) {
  const longest = Math.max(...rows.map((row) => row.length));
  const dims = [rows.length, longest];
  const ids = new BigInt64Array(rows.length * longest);
  const mask = new BigInt64Array(ids.length);
  rows.forEach((row, index) => {
    row.forEach((id, column) => {
      ids[index * longest + column] = BigInt(id);
    });
    mask.fill(1n, index * longest, index * longest + row.length);
  });
  const arrays: Record<string, BigInt64Array> = {
    input_ids: ids,
    attention_mask: mask,
    token_type_ids: new BigInt64Array(ids.length),
  };
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, new Tensor('int64', arrays[name]!, dims)]),
  );
  try {
    const result = (await session.run(feeds, [outputName], options))[outputName]!;
    if (!(result.data instanceof Float32Array))
      throw new Error(`output ${outputName} is ${result.type}, not float32`);
    return { data: result.data, dims: result.dims };
  } catch (cause) {
    throw new AppError('model-invalid', `The embedding model failed: ${String(cause)}`, { cause });
  }
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
