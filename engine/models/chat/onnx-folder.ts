// The files of a chat model in an ONNX folder: which belong to it, and one hash for all of them.
import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { hashFile } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import type { GgufFacts } from './gguf-file.ts';

/** From the folder, with `/`. What else lies there is not copied. */
const belongs =
  /^(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map)\.json$|^chat_template\.jinja$|^onnx\/[^/]+\.onnx(?:_data(?:_\d+)?)?$/;

const configSchema = z.looseObject({
  model_type: z.string().default('unknown'),
  max_position_embeddings: z.number().int().positive().default(0),
});

export interface OnnxFolder extends Omit<GgufFacts, 'parameters'> {
  /** Hexadecimal: of names and hashes of its files. */
  readonly sha256: string;
}

/** Copies what belongs to the model. Throws `bad-input` where the folder holds none. */
export async function copyOnnxFolder(source: string, to: string): Promise<OnnxFolder> {
  const entries = await readdir(source, { recursive: true });
  const files = entries
    .map((name) => name.replaceAll(sep, '/'))
    .filter((name) => belongs.test(name))
    .sort();
  if (!files.includes('config.json') || !files.some((name) => name.endsWith('.onnx')))
    throw new AppError(
      'bad-input',
      `${source} holds no chat model: bring a folder for transformers.js with config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx, or a GGUF file.`,
    );
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of files) {
    await cp(join(source, name), join(to, name));
    const file = await hashFile(join(to, name));
    bytes += file.bytes;
    hash.update(`${name} ${file.sha256}\n`);
  }
  const config = configSchema.parse(JSON.parse(await readFile(join(to, 'config.json'), 'utf8')));
  return {
    sha256: hash.digest('hex'),
    bytes,
    architecture: config.model_type,
    contextLength: config.max_position_embeddings,
  };
}
