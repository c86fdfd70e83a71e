// Which embedder a data folder wants: the one that the operator named, else the one that made its knowledge base, else the one that
// ships. So every later start and job finds a model that was changed with `answerdesk models use`. A rollback finds it, too.
import { type Embedder, isEndpointModel } from '#core/embedder.ts';
import { identifyModel } from '../store/model-id.ts';
import { findStoredModel } from '../store/model-store.ts';
import { type EmbedderSettings, type OpenEmbedderOptions, openEmbedder } from './open-embedder.ts';
import { rememberQueries } from './recent-texts.ts';

export interface ChoosableEmbedder extends EmbedderSettings {
  /** The operator named `model`. It is opened even if another model made the knowledge base, which is then refused. */
  readonly isFixed: boolean;
}

/** `settings` with the model that is to be opened, and the id that it must have if it comes from the store. */
export interface ChosenEmbedder extends ChoosableEmbedder {
  readonly expectedId?: string;
}

/**
 * `madeWith`: id of the model that made the knowledge base in use, undefined if there is none or it cannot be read.
 * Throws `model-invalid` if the store holds the model and its description is damaged.
 */
export async function chooseEmbedder(
  settings: ChoosableEmbedder,
  dataDir: string,
  madeWith: string | undefined,
): Promise<ChosenEmbedder> {
  if (settings.isFixed || madeWith === undefined) return settings;
  return (await ownEmbedder(settings, dataDir, madeWith)) ?? settings;
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
 * The embedder that made vectors of `modelId`: the one that is configured or ships, one of the store, or one of the endpoint that the
 * settings name; undefined if there is none.
 * Takes some ten milliseconds and loads nothing.
 */
export async function findEmbedder(
  settings: ChoosableEmbedder,
  dataDir: string,
  modelId: string,
): Promise<ChosenEmbedder | undefined> {
  if (!settings.isFixed) {
    const own = await ownEmbedder(settings, dataDir, modelId);
    if (own) return own;
  }
  return (await configuredModelId(settings)) === modelId ? settings : undefined;
}

/** Throws `model-invalid` if there is no model where the settings say. */
export async function configuredModelId({ model }: Pick<EmbedderSettings, 'model'>): Promise<string> {
  return isEndpointModel(model) ? model : (await identifyModel(model)).modelId;
}

/** Whether the operator named a server or has its key. Without, texts of a knowledge base would go to one that nobody chose. */
export function hasEndpoint({ baseUrl, apiKey }: Pick<EmbedderSettings, 'baseUrl' | 'apiKey'>): boolean {
  return baseUrl !== undefined || apiKey !== undefined;
}

async function ownEmbedder(
  settings: ChoosableEmbedder,
  dataDir: string,
  modelId: string,
): Promise<ChosenEmbedder | undefined> {
  if (isEndpointModel(modelId)) return hasEndpoint(settings) ? { ...settings, model: modelId } : undefined;
  const stored = await findStoredModel(dataDir, modelId);
  return stored && { ...settings, model: stored.folder, expectedId: modelId };
}
