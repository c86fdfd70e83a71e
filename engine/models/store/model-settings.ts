// How to use a model that somebody brings. The command line says so, or our own config.json, or the files that sentence-transformers
// and transformers leave beside a model. What none of them says is asked for; nothing is guessed.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

export interface ModelOverrides {
  readonly name?: string | undefined;
  readonly pooling?: 'mean' | 'cls' | 'none' | undefined;
  readonly queryPrefix?: string | undefined;
  readonly documentPrefix?: string | undefined;
  readonly maxTokens?: number | undefined;
}

export interface FoundSettings {
  /** For config.json's "answerdesk"; only what is known. */
  readonly own: {
    readonly name: string;
    readonly pooling?: 'mean' | 'cls' | 'none';
    readonly dimensions?: number;
    readonly normalize: boolean;
    readonly query_prefix: string;
    readonly document_prefix: string;
    readonly max_tokens?: number;
  };
  /** The rest of the model's config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether anything said what is put before questions and passages, and be it nothing. */
  readonly prefixesKnown: boolean;
}

const count = z.int().min(1);
const files = {
  config: z.looseObject({
    answerdesk: z
      .strictObject({
        name: z.string().min(1).optional(),
        dimensions: count.optional(),
        pooling: z.enum(['mean', 'cls', 'none']).optional(),
        normalize: z.boolean().optional(),
        query_prefix: z.string().optional(),
        document_prefix: z.string().optional(),
        max_tokens: count.optional(),
        external_data: z.array(z.string()).optional(),
      })
      .optional(),
    max_position_embeddings: count.optional(),
  }),
  '1_Pooling/config': z.looseObject({
    pooling_mode_cls_token: z.boolean().optional(),
    pooling_mode_mean_tokens: z.boolean().optional(),
  }),
  sentence_bert_config: z.looseObject({ max_seq_length: count.nullish() }),
  config_sentence_transformers: z.looseObject({ prompts: z.record(z.string(), z.string()).nullish() }),
} as const;

/** Throws `model-invalid` for a file that is not what it should be, `bad-request` for a name that cannot be one. */
export async function findSettings(folder: string, overrides: ModelOverrides): Promise<FoundSettings> {
  const [config, pooling, sentenceBert, sentenceTransformers] = await Promise.all([
    readJson(folder, 'config'),
    readJson(folder, '1_Pooling/config'),
    readJson(folder, 'sentence_bert_config'),
    readJson(folder, 'config_sentence_transformers'),
  ]);
  const { answerdesk: own = {}, ...rest } = config ?? {};
  const prompts = sentenceTransformers?.prompts ?? undefined;
  const poolingMode = overrides.pooling ?? own.pooling ?? poolingOf(pooling);
  const positions = rest.max_position_embeddings;
  const maxTokens =
    overrides.maxTokens ??
    own.max_tokens ??
    sentenceBert?.max_seq_length ??
    (positions === undefined ? undefined : Math.min(512, positions));
  if (maxTokens !== undefined && positions !== undefined && maxTokens > positions) {
    throw new AppError(
      'model-invalid',
      `${maxTokens} tokens are more than the model's config.json allows (max_position_embeddings: ${positions}).`,
    );
  }
  return {
    own: {
      name: overrides.name ?? own.name ?? basename(resolve(folder)),
      ...(own.dimensions === undefined ? {} : { dimensions: own.dimensions }),
      ...(poolingMode === undefined ? {} : { pooling: poolingMode }),
      normalize: own.normalize ?? true,
      query_prefix: overrides.queryPrefix ?? own.query_prefix ?? prompts?.query ?? '',
      document_prefix:
        overrides.documentPrefix ?? own.document_prefix ?? prompts?.document ?? prompts?.passage ?? '',
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    },
    config: rest,
    prefixesKnown: [
      overrides.queryPrefix,
      overrides.documentPrefix,
      own.query_prefix,
      own.document_prefix,
      prompts,
    ].some((said) => said !== undefined),
  };
}

function poolingOf(
  file: z.infer<(typeof files)['1_Pooling/config']> | undefined,
): 'mean' | 'cls' | undefined {
  if (file?.pooling_mode_cls_token) return 'cls';
  return file?.pooling_mode_mean_tokens ? 'mean' : undefined;
}

async function readJson<Name extends keyof typeof files>(
  folder: string,
  name: Name,
): Promise<z.infer<(typeof files)[Name]> | undefined> {
  const path = join(folder, `${name}.json`);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return files[name].parse(JSON.parse(text)) as z.infer<(typeof files)[Name]>;
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('model-invalid', `${path} is not a usable model configuration:\n${why}`, { cause });
  }
}
