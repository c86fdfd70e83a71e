// How an embedding model wants to be used: read from its folder, or worked out from what lies there.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

export interface EmbeddingSettings {
  readonly name: string;
  /** Undefined = found out by running the model. */
  readonly dimensions: number | undefined;
  /** How one vector is made of the graph's output: mean of the tokens, the first token, or as the graph gives it. */
  readonly pooling: 'mean' | 'cls' | 'none' | undefined;
  readonly normalize: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Longest input, special tokens included; text beyond it is not seen by the model. */
  readonly maxTokens: number;
  /** Files beside model.onnx that hold its weights, as `answerdesk models add` found them; they count into the model's id. */
  readonly externalData: readonly string[];
}

const ownSettings = z.strictObject({
  name: z.string().min(1).optional(),
  dimensions: z.int().min(1).max(65_536).optional(),
  pooling: z.enum(['mean', 'cls', 'none']).optional(),
  normalize: z.boolean().default(true),
  query_prefix: z.string().default(''),
  document_prefix: z.string().default(''),
  max_tokens: z.int().min(8).max(32_768).optional(),
  external_data: z.array(z.string()).default([]),
});
const configFile = z.looseObject({
  answerdesk: ownSettings.prefault({}),
  max_position_embeddings: z.int().optional(),
});
const poolingFile = z.looseObject({ pooling_mode_cls_token: z.boolean().optional() });

/**
 * `config.json` may hold `"answerdesk": { name, dimensions, pooling, normalize, query_prefix, document_prefix, max_tokens }`, each
 * optional; pooling is else taken from sentence-transformers' `1_Pooling/config.json`. Throws `model-invalid`.
 */
export async function readEmbeddingSettings(folder: string): Promise<EmbeddingSettings> {
  const config = await readJson(join(folder, 'config.json'), configFile);
  const pooling = await readJson(join(folder, '1_Pooling', 'config.json'), poolingFile);
  const own = config?.answerdesk ?? ownSettings.parse({});
  return {
    name: own.name ?? basename(resolve(folder)),
    dimensions: own.dimensions,
    pooling: own.pooling ?? (pooling && (pooling.pooling_mode_cls_token ? 'cls' : 'mean')),
    normalize: own.normalize,
    queryPrefix: own.query_prefix,
    documentPrefix: own.document_prefix,
    // 512 is what BERT's descendants can take; support passages are shorter.
    maxTokens: own.max_tokens ?? Math.min(512, config?.max_position_embeddings ?? 512),
    externalData: own.external_data,
  };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('model-invalid', `${path} is not a usable model configuration:\n${why}`, { cause });
  }
}
