// Puts another model in use: embeds beside, compares, shows, asks, and only then publishes. Until that moment, and after every failure,
// the knowledge base is as it was.
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import type { Config } from '#server/config.ts';
import { publishCandidate } from '../../ingest/candidate.ts';
import { writeStamp } from '../../ingest/embedder-stamp.ts';
import { type ComparisonRequest, embedWith, judgeCandidate, judgeInPlace } from './compare-models.ts';
import { type Consent, isAgreed } from './consent.ts';
import { describeChange, judgeChange, type ModelChange } from './model-change.ts';
import { type KnownModels, pickModel } from './name-models.ts';

export interface UseRequest extends ComparisonRequest {
  readonly consent: Consent;
}

export interface UseOutcome {
  /** Absent if it was in use already. */
  readonly change?: ModelChange;
  /** Absent if nothing was published. */
  readonly generation?: GenerationInfo;
  readonly published: boolean;
}

/**
 * Rejects with `bad-request` for an unknown model, `knowledge-base-missing` or `-mismatch` if there is nothing to compare with, and with
 * what embedding, comparing and publishing reject with.
 */
export async function useModel(
  config: Config,
  { models, name }: { readonly models: KnownModels; readonly name: string },
  request: UseRequest,
): Promise<UseOutcome> {
  const { say, signal, tolerance, seed, consent } = request;
  const model = pickModel(models, name);
  const current = models.models.find(({ inUse }) => inUse);
  if (models.current === undefined)
    throw new AppError('knowledge-base-missing', 'There is no knowledge base yet: npm run ingest -- PATH');
  if (!current) {
    throw new AppError(
      'knowledge-base-mismatch',
      `The knowledge base was made with ${models.current}, which is not there any more, so there is nothing to compare with. Bring it back with "npm run models -- add FOLDER", or embed again without a comparison: npm run ingest -- re-embed --accept-model-change`,
    );
  }
  if (model === current) {
    say(`${model.modelId} is in use already.`);
    return { published: false };
  }
  // First, because it finds out in seconds whether the questions are of this knowledge base.
  const before = await judgeInPlace(config, current, request);
  await using candidate = await embedWith(config, model, request);
  const after = await judgeCandidate(config, { model, candidate }, request);
  const change = judgeChange(before, after, { tolerance, seed });
  say(`\n${describeChange(change)}\n`);
  if (!(await isAgreed(consent, change, say))) {
    say(`Not published: ${current.modelId} stays in use.`);
    return { change, published: false };
  }
  signal?.throwIfAborted();
  const generation = await publishCandidate(config.dataDir, candidate, { signal });
  await writeStamp(config.dataDir, model.folder, model.modelId);
  say(
    `Published  ${generation.id} with ${model.modelId}; a running server takes it up within a second. Back: npm run models -- rollback`,
  );
  return { change, generation, published: true };
}
