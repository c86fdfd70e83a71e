// Which model made the knowledge base in use. Another one must not take its place unnoticed. Whoever publishes is asked whether that is
// meant, because no file shows that a model is worse; only answers do.
import { isEndpointModel } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { generationFolder, listGenerations, readIntactCurrentId } from './generation-folder.ts';
import { openManifest } from './generation-manifest.ts';

export interface ModelInUse {
  readonly generation: string;
  readonly modelId: string;
}

/** Of the generation that a server would answer from: the current one, or the newest one whose manifest can be read. */
export async function findModelInUse(dataDir: string): Promise<ModelInUse | undefined> {
  const current = await readIntactCurrentId(dataDir);
  const others = (await listGenerations(dataDir)).reverse();
  for (const generation of current === undefined ? others : [current, ...others]) {
    try {
      const { modelId } = await openManifest(generationFolder(dataDir, generation));
      return { generation, modelId };
    } catch {
      // Whoever opens the knowledge base says what is wrong with it.
    }
  }
  return undefined;
}

/** Throws `knowledge-base-mismatch` if another model than `modelId` made what is in use. */
export function refuseOtherModel(inUse: ModelInUse | undefined, modelId: string): void {
  if (inUse === undefined || inUse.modelId === modelId) return;
  throw otherModel(inUse, modelId);
}

/** The one error for a knowledge base that was made with another model than `modelId`. It says how to go on with either. */
export function otherModel({ generation, modelId: madeWith }: ModelInUse, modelId: string): AppError {
  return new AppError(
    'knowledge-base-mismatch',
    [
      `The knowledge base ${generation} was made with ${madeWith}. ${modelId} is another model, which may make answers worse.`,
      `To go on with ${madeWith}: ${bringBack(madeWith)}`,
      `To compare both on your questions and publish if nothing gets worse: answerdesk models use ${modelId} --cases FILE${
        isEndpointModel(modelId)
          ? ''
          : ' ("answerdesk models add FOLDER" first, if it is not in "answerdesk models list")'
      }`,
      'To publish without a comparison: answerdesk ingest re-embed --accept-model-change',
    ].join('\n'),
  );
}

/** What makes a model usable again that made a generation. */
export function bringBack(modelId: string): string {
  const where = isEndpointModel(modelId)
    ? 'set ANSWERDESK_EMBEDDER_BASE_URL (or OPENAI_API_KEY) again'
    : 'bring it back with "answerdesk models add FOLDER"';
  return `unset ANSWERDESK_EMBEDDER (in the environment or .env) if it names another model. If ${modelId} is not there any more, ${where}.`;
}
