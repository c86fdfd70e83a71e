// Which model made the knowledge base in use. Another one must not take its place unnoticed. Whoever publishes is asked whether that is
// meant, because no file shows that a model is worse; only answers do.
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
  throw new AppError(
    'knowledge-base-mismatch',
    `The knowledge base in use, ${inUse.generation}, was made with ${inUse.modelId}, so nothing was published with ${modelId}: nobody has compared the two. Compare them on your questions: answerdesk models use ${modelId} --cases FILE`,
  );
}
