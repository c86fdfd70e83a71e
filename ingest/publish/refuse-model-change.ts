// Ingestion keeps to the model that made the knowledge base in use: a scheduled run must not publish what nobody has compared. It refuses
// another one before it reads, loads or embeds anything, and names the commands that change a model.

import { isEndpointModel } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { findModelInUse } from '#knowledge/generations/model-in-use.ts';
import { type ChosenEmbedder, configuredModelId } from '#models/embedder/choose-embedder.ts';

/** Throws `knowledge-base-mismatch` if `chosen` is another model, `model-invalid` if there is none where it should be. */
export async function refuseModelChange(dataDir: string, chosen: ChosenEmbedder): Promise<void> {
  const inUse = await findModelInUse(dataDir);
  if (inUse === undefined) return;
  const modelId = chosen.expectedId ?? (await configuredModelId(chosen));
  if (modelId === inUse.modelId) return;
  const compare = `answerdesk models use ${modelId} --cases FILE`;
  const [what, how] = chosen.isFixed
    ? [
        `but ANSWERDESK_EMBEDDER names another model, ${modelId}`,
        [
          `To go on with ${inUse.modelId}: unset ANSWERDESK_EMBEDDER (in the environment or .env).`,
          `To compare both on your questions and publish if nothing gets worse: unset it, ${isEndpointModel(modelId) ? '' : `answerdesk models add ${chosen.model}, `}${compare}`,
        ],
      ]
    : [
        `which is not there any more; what there is now is another model, ${modelId}`,
        [
          isEndpointModel(inUse.modelId)
            ? `To go on with ${inUse.modelId}: set ANSWERDESK_EMBEDDER_BASE_URL (or OPENAI_API_KEY) again.`
            : `To go on with ${inUse.modelId}: bring it back with "answerdesk models add FOLDER".`,
          `To compare both on your questions and publish if nothing gets worse: bring it back, ${compare}`,
        ],
      ];
  throw new AppError(
    'knowledge-base-mismatch',
    [
      `The knowledge base in use, ${inUse.generation}, was made with ${inUse.modelId}, ${what}. Nothing was published: a model may make answers worse.`,
      ...how,
      'To publish without a comparison: answerdesk ingest re-embed --accept-model-change',
    ].join('\n'),
  );
}
