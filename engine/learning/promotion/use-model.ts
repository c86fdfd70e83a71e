// Puts another model in use: embeds beside, compares, shows, asks, and only then publishes. Until that moment, and after every failure,
// the knowledge base is as it was.

import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import type { Candidate } from '#knowledge/generations/candidate.ts';
import {
  type ComparisonConfig,
  type ComparisonRequest,
  type ComparisonTools,
  embedWith,
  evaluateCandidate,
  evaluateInPlace,
} from './compare-models.ts';
import { type Consent, isAgreed } from './consent.ts';
import { describeChange, judgeChange, type ModelChange } from './model-change.ts';
import { type KnownModels, pickModel } from './name-models.ts';

export interface UseTools extends ComparisonTools {
  /** Makes the candidate the generation in use, as it was measured. */
  readonly publishCandidate: (
    dataDir: string,
    candidate: Candidate,
    options: CallOptions,
  ) => Promise<GenerationInfo>;
  /** Remembers for later jobs which model, in which folder, made what is published. */
  readonly writeStamp: (dataDir: string, folder: string, modelId: string) => Promise<void>;
}

export interface UseRequest extends ComparisonRequest {
  readonly tools: UseTools;
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
  config: ComparisonConfig,
  { models, name }: { readonly models: KnownModels; readonly name: string },
  request: UseRequest,
): Promise<UseOutcome> {
  const { tools, say, signal, tolerance, seed, consent } = request;
  const model = pickModel(models, name);
  const current = models.models.find(({ inUse }) => inUse);
  if (models.current === undefined)
    throw new AppError('knowledge-base-missing', 'There is no knowledge base yet: answerdesk ingest PATH');
  if (!current) {
    throw new AppError(
      'knowledge-base-mismatch',
      `The knowledge base was made with ${models.current}, which is not there any more, so there is nothing to compare with. Bring it back with "answerdesk models add FOLDER", or embed again without a comparison: answerdesk ingest re-embed --accept-model-change`,
    );
  }
  if (model === current) {
    say(`${model.modelId} is in use already.`);
    return { published: false };
  }
  // First, because it finds out in seconds whether the questions are of this knowledge base.
  const before = await evaluateInPlace(config, current, request);
  await using candidate = await embedWith(config, model, request);
  const after = await evaluateCandidate(config, { model, candidate }, request);
  const change = judgeChange(before, after, { tolerance, seed });
  say(`\n${describeChange(change)}\n`);
  if (!(await isAgreed(consent, change, say))) {
    say(`Not published: ${current.modelId} stays in use.`);
    return { change, published: false };
  }
  signal?.throwIfAborted();
  const generation = await tools.publishCandidate(config.dataDir, candidate, { signal });
  await tools.writeStamp(config.dataDir, model.folder, model.modelId);
  say(
    `Published  ${generation.id} with ${model.modelId}; a running server takes it up within a second. Back: answerdesk models rollback`,
  );
  return { change, generation, published: true };
}
