// Back to the generation before, for `answerdesk ingest rollback` and `answerdesk models rollback`.

import type { Config } from '#app/config.ts';
import { isEndpointModel } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { type RollbackOptions, rollbackGeneration } from '#knowledge/generations/generation-writer.ts';
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
      embedder.isFixed
        ? `The generation ${id} was made with ${modelId}, but ANSWERDESK_EMBEDDER names ${embedder.model}, which would refuse it. Unset it (in the environment or .env), or set it to that model, and roll back again.`
        : `The generation ${id} was made with ${modelId}, which is not there any more: the server could not read it. ` +
            (isEndpointModel(modelId)
              ? 'Set ANSWERDESK_EMBEDDER_BASE_URL (or OPENAI_API_KEY) again, and roll back.'
              : 'Bring the model back with "answerdesk models add FOLDER" and roll back again.'),
    );
  };
  return rollbackGeneration(dataDir, { to, check });
}

export function describeRollback({ id, documents, createdAt, modelId }: GenerationInfo): string {
  return `${id} is in use again: ${documents} documents, published ${createdAt}, model ${modelId}.`;
}
