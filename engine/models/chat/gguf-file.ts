// What a GGUF file says of itself, and whether it is whole: looked at before any library reads the weights.
import { open, stat } from 'node:fs/promises';
import { AppError, briefly } from '#core/errors.ts';
import type { GgufTensor, LlamaModule } from './llama-module.ts';

export interface GgufFacts {
  readonly architecture: string;
  readonly title?: string;
  readonly licence?: string;
  /** Tokens that the model was trained for. */
  readonly contextLength: number;
  readonly bytes: number;
  /** Numbers in its tensors. */
  readonly parameters: number;
}

/** A question with its passages and the answer need about so many tokens. */
export const leastContext = 512;

/** Throws `bad-input` that says what is wrong with the file and what to do. */
export async function readGguf(
  path: string,
  { readGgufFileInfo }: Pick<LlamaModule, 'readGgufFileInfo'>,
): Promise<GgufFacts> {
  const wrong = (what: string, cause?: unknown) => new AppError('bad-input', `${path}: ${what}`, { cause });
  let bytes: number;
  try {
    bytes = (await stat(path)).size;
    const file = await open(path);
    const magic = Buffer.alloc(4);
    await file.read(magic, 0, 4, 0).finally(() => file.close());
    if (magic.toString('latin1') !== 'GGUF')
      throw wrong('no GGUF file. Bring a model in the format of llama.cpp, a file that ends in .gguf.');
  } catch (cause) {
    throw cause instanceof AppError ? cause : wrong(`cannot be read (${briefly(cause)}).`, cause);
  }
  let info: Awaited<ReturnType<typeof readGgufFileInfo>>;
  try {
    info = await readGgufFileInfo(path, { readTensorInfo: true, logWarnings: false });
  } catch (cause) {
    throw wrong(
      `its header cannot be read (${briefly(cause)}): it is cut off or damaged. Get it again.`,
      cause,
    );
  }
  const { metadata, architectureMetadata, fullTensorInfo = [] } = info;
  const end = Math.max(0, ...fullTensorInfo.map(endOf));
  if (fullTensorInfo.length === 0 || end > bytes)
    throw wrong(`the file is cut off: it has ${bytes} bytes, and its tensors need ${end}. Get it again.`);
  if (!metadata.tokenizer?.chat_template)
    throw wrong(
      'the model has no chat template: it completes text and does not chat. Look for its "Instruct" or "Chat" form.',
    );
  const contextLength = Number(architectureMetadata?.context_length ?? 0);
  if (contextLength < leastContext)
    throw wrong(`its context of ${contextLength} tokens is too short: ${leastContext} are needed.`);
  const { architecture = 'unknown', name, license } = metadata.general ?? {};
  return {
    architecture,
    ...(name === undefined ? {} : { title: name }),
    ...(license === undefined ? {} : { licence: license }),
    contextLength,
    bytes,
    parameters: fullTensorInfo.reduce((sum, tensor) => sum + elementsOf(tensor), 0),
  };
}

/** Elements and bytes of a block, by ggml's number of the type. Of others the end is not known, only the beginning. */
const blocks: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  30: [1, 2],
};

function endOf(tensor: GgufTensor): number {
  const [perBlock, bytes] = blocks[tensor.ggmlType] ?? [1, 0];
  return Number(tensor.fileOffset) + (elementsOf(tensor) / perBlock) * bytes;
}

const elementsOf = ({ dimensions }: GgufTensor) =>
  dimensions.reduce<number>((product, size) => product * Number(size), 1);
