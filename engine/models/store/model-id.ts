// What a model is called, without running it: its name and a hash of everything that shapes its vectors.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import { type EmbeddingSettings, readEmbeddingSettings } from '../embedder/embedding-settings.ts';

export interface IdentifiedModel {
  /** `name@` and the first 8 hex digits of the SHA-256 of model, tokenizer and the settings that shape vectors. */
  readonly modelId: string;
  readonly settings: EmbeddingSettings;
  readonly tokenizerJson: string;
}

/** Throws `model-invalid` if a file is missing or config.json makes no sense. */
export async function identifyModel(folder: string): Promise<IdentifiedModel> {
  const settings = await readEmbeddingSettings(folder);
  try {
    const tokenizerJson = await readFile(join(folder, 'tokenizer.json'), 'utf8');
    return {
      modelId: `${settings.name}@${await hashModel(folder, tokenizerJson, settings)}`,
      settings,
      tokenizerJson,
    };
  } catch (cause) {
    const message = `There is no embedding model in ${folder}: model.onnx and tokenizer.json are needed (ANSWERDESK_EMBEDDER).`;
    throw new AppError('model-invalid', message, { cause });
  }
}

async function hashModel(
  folder: string,
  tokenizerJson: string,
  settings: EmbeddingSettings,
): Promise<string> {
  const { pooling, normalize, queryPrefix, documentPrefix, maxTokens, externalData } = settings;
  const hash = createHash('sha256');
  const addFile = async (name: string) => {
    for await (const piece of createReadStream(join(folder, name), { highWaterMark: 1 << 20 }))
      hash.update(piece as Buffer);
  };
  await addFile('model.onnx');
  hash
    .update(tokenizerJson)
    .update(JSON.stringify([pooling, normalize, queryPrefix, documentPrefix, maxTokens]));
  for (const name of externalData) await addFile(name);
  return hash.digest('hex').slice(0, 8);
}
