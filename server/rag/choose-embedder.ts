// Which embedder a data folder wants: what the operator named, else the one that its knowledge base was made with, else the one that
// ships. So a model that was changed with `npm run models -- use` is found by every later start and job, and by a rollback.
import type { Embedder } from '#core/embedder.ts';
import { generationFolder, readCurrentId } from './generation-folder.ts';
import { openManifest } from './generation-manifest.ts';
import { identifyModel } from './model-id.ts';
import { findStoredModel } from './model-store.ts';
import { type EmbedderSettings, type OpenEmbedderOptions, openEmbedder } from './open-embedder.ts';
import { rememberQueries } from './recent-queries.ts';

export interface ChoosableEmbedder extends EmbedderSettings {
  /** The operator named `model`, so it is taken whatever the knowledge base was made with. */
  readonly isFixed: boolean;
}

/** `settings` with the model that is to be opened, and the id that it must have if it comes from the store. */
export interface ChosenEmbedder extends ChoosableEmbedder {
  readonly expectedId?: string;
}

/** Throws `model-invalid` if the store holds the model and its description is damaged. A knowledge base that cannot be read decides nothing. */
export async function chooseEmbedder(settings: ChoosableEmbedder, dataDir: string): Promise<ChosenEmbedder> {
  if (settings.isFixed) return settings;
  const modelId = await publishedModelId(dataDir);
  return (modelId === undefined ? undefined : await storedEmbedder(settings, dataDir, modelId)) ?? settings;
}

export async function openChosenEmbedder(
  { expectedId, ...settings }: ChosenEmbedder,
  options: Omit<OpenEmbedderOptions, 'expectedId'> = {},
): Promise<Embedder> {
  return rememberQueries(
    await openEmbedder(settings, expectedId === undefined ? options : { ...options, expectedId }),
  );
}

/**
 * The embedder that made vectors of `modelId`: the one that is configured or ships, or one of the store; undefined if there is none.
 * Takes some ten milliseconds and loads nothing.
 */
export async function findEmbedder(
  settings: ChoosableEmbedder,
  dataDir: string,
  modelId: string,
): Promise<ChosenEmbedder | undefined> {
  if (!settings.isFixed) {
    const stored = await storedEmbedder(settings, dataDir, modelId);
    if (stored) return stored;
  }
  return (await configuredModelId(settings)) === modelId ? settings : undefined;
}

/** Throws `model-invalid` if there is no model where the settings say. */
export async function configuredModelId({ model }: Pick<EmbedderSettings, 'model'>): Promise<string> {
  return model.startsWith('openai:') ? model : (await identifyModel(model)).modelId;
}

async function storedEmbedder(
  settings: ChoosableEmbedder,
  dataDir: string,
  modelId: string,
): Promise<ChosenEmbedder | undefined> {
  const stored = await findStoredModel(dataDir, modelId);
  return stored && { ...settings, model: stored.folder, expectedId: modelId };
}

async function publishedModelId(dataDir: string): Promise<string | undefined> {
  const id = await readCurrentId(dataDir);
  if (id === undefined) return undefined;
  try {
    return (await openManifest(generationFolder(dataDir, id))).modelId;
  } catch {
    // Whoever opens the knowledge base says what is wrong with it.
    return undefined;
  }
}
