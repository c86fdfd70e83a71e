// An ONNX model that reads tokens, in this thread: its session, and padded runs of rows through it. embedding-model.ts and
// reranking-model.ts know what the numbers mean that come out.
import { join } from 'node:path';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '#core/errors.ts';

// What goes wrong is thrown, with the library's words as its cause: whoever catches it tells it once, in our log.
env.logLevel = 'fatal';
const onlyFatal = 4;

export type ExecutionProvider = 'cpu' | 'cuda' | 'tensorrt';

export interface TokenRow {
  readonly tokens: readonly number[];
  /** How many of them, at the front, are of type 0; the others are of type 1. All, where it is left out. */
  readonly firstText?: number;
}

// Tokens in one inference, padding included. More is slower (measured with bge-small int8 on one core: 128 to 512 tokens 8,500 to
// 11,000 tokens/s, 2,048 tokens 7,000, 4,096 tokens 6,400) and onnxruntime keeps the memory of the largest for ever.
export const tokensPerRun = 512;
// A text shorter than this share of the longest one goes into the next run: padding costs as much as tokens do (measured with eight
// customers' questions at a time: 1.9 ms each if they share a run, 1.4 ms at 0.9; documents are of like length anyway).
const leastFilled = 0.9;

/** `folder` holds `model.onnx`. Throws `model-invalid` if it is damaged, or wants other inputs than tokens, mask and types. */
export async function openTokenSession(
  folder: string,
  provider: ExecutionProvider = 'cpu',
): Promise<InferenceSession> {
  const session = await createSession(join(folder, 'model.onnx'), provider);
  for (const { name, isTensor, ...input } of session.inputMetadata) {
    const isKnown = name === 'input_ids' || name === 'attention_mask' || name === 'token_type_ids';
    const type = isTensor && 'type' in input ? input.type : 'no tensor';
    if (!isKnown || type !== 'int64') {
      const what = isKnown ? `as ${type} instead of int64` : 'that a model of texts does not have';
      throw new AppError('model-invalid', `The model in ${folder} wants an input "${name}" ${what}.`);
    }
  }
  return session;
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
      logSeverityLevel: onlyFatal,
    });
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `${modelPath} cannot be loaded: it is damaged, or not an ONNX model.`,
      { cause },
    );
  }
}

/** Rows of like length together, longest first, about `tokensPerRun` in one: a run is as slow as its longest row. */
export function* runsOf<Row extends TokenRow>(rows: readonly Row[]): Generator<Row[]> {
  const sorted = [...rows].sort((a, b) => b.tokens.length - a.tokens.length);
  for (let start = 0; start < sorted.length; ) {
    const longest = sorted[start]!.tokens.length;
    const perRun = Math.max(1, Math.floor(tokensPerRun / longest));
    const run = sorted
      .slice(start, start + perRun)
      .filter(({ tokens }) => tokens.length >= longest * leastFilled);
    yield run;
    start += run.length;
  }
}

export interface Output {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** One inference; the outputs in the order of their names. Throws `model-invalid` if it fails or gives something else than float32. */
export async function runTokens(
  session: InferenceSession,
  outputNames: readonly string[],
  { rows, ...options }: { readonly rows: readonly TokenRow[] } & InferenceSession.RunOptions,
): Promise<Output[]> {
  const longest = Math.max(...rows.map(({ tokens }) => tokens.length));
  const dims = [rows.length, longest];
  const ids = new BigInt64Array(rows.length * longest);
  const mask = new BigInt64Array(ids.length);
  const types = new BigInt64Array(ids.length);
  rows.forEach(({ tokens, firstText = tokens.length }, index) => {
    const start = index * longest;
    tokens.forEach((id, column) => {
      ids[start + column] = BigInt(id);
    });
    mask.fill(1n, start, start + tokens.length);
    types.fill(1n, start + firstText, start + tokens.length);
  });
  const arrays: Record<string, BigInt64Array> = {
    input_ids: ids,
    attention_mask: mask,
    token_type_ids: types,
  };
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, new Tensor('int64', arrays[name]!, dims)]),
  );
  try {
    const results = await session.run(feeds, outputNames, options);
    return outputNames.map((name) => {
      const { data, dims, type } = results[name]!;
      if (!(data instanceof Float32Array)) throw new Error(`output ${name} is ${type}, not float32`);
      return { data, dims };
    });
  } catch (cause) {
    throw new AppError('model-invalid', `The model failed: ${String(cause)}`, { cause });
  }
}
