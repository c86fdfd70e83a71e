// Back to the generation before, for `answerdesk ingest rollback` and `answerdesk models rollback`.

import type { Config } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { type RollbackOptions, rollbackGeneration } from '#knowledge/generations/generation-writer.ts';
import { bringBack } from '#knowledge/generations/model-in-use.ts';
import { findEmbedder } from '#models/embedder/choose-embedder.ts';
import { lockJob } from '../job-lock.ts';

/**
 * `to`: the generation to go back to; default the one before, or the newest if CURRENT is damaged. Rejects with
 * `knowledge-base-missing` if there is no earlier generation, `bad-request` if there is no generation `to`, `knowledge-base-mismatch` if
 * the model that it was made with is not there (the server could not read it), `job-locked` while a job runs. The generation in use
 * stays then.
 */
export async function rollBack(
  { dataDir, embedder }: Pick<Config, 'dataDir' | 'embedder'>,
  { to }: Pick<RollbackOptions, 'to'> = {},
): Promise<GenerationInfo> {
  using _lock = lockJob(dataDir);
  const check = async ({ id, modelId }: GenerationInfo) => {
    if (await findEmbedder(embedder, dataDir, modelId)) return;
    throw new AppError(
      'knowledge-base-mismatch',
      `The generation ${id} was made with ${modelId}, so the server could not read it. To roll back: ${bringBack(modelId)}`,
    );
  };
  return rollbackGeneration(dataDir, { to, check });
}

export function describeRollback({ id, documents, createdAt, modelId }: GenerationInfo): string {
  return `${id} is in use again: ${documents} documents, published ${createdAt}, model ${modelId}.`;
}
