// The models that there are, by the names that people use for them.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isEndpointModel } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import {
  generationFolder,
  listGenerations,
  readCurrentId,
} from '#knowledge/generations/generation-folder.ts';
import { openManifest } from '#knowledge/generations/generation-manifest.ts';
import {
  type ChoosableEmbedder,
  type ChosenEmbedder,
  configuredModelId,
  hasEndpoint,
} from '#models/embedder/choose-embedder.ts';
import { listStoredModels } from '#models/store/model-store.ts';

/** What the configuration says of models. */
export interface ModelsConfig {
  readonly dataDir: string;
  readonly embedder: ChoosableEmbedder;
}

export interface KnownModel {
  readonly modelId: string;
  readonly isBuiltIn: boolean;
  /** `openai:MODEL`. */
  readonly isEndpoint: boolean;
  /** What is opened: a folder, or the endpoint's model by its id. */
  readonly folder: string;
  /** Of its files; 0 of an endpoint's. */
  readonly bytes: number;
  readonly addedAt?: string;
  /** The knowledge base in use was made with it. */
  readonly inUse: boolean;
  /** Generations on disk that it made, oldest first. */
  readonly generations: readonly string[];
}

export interface KnownModels {
  /** The one that ships first; an endpoint's where they made a generation. */
  readonly models: readonly KnownModel[];
  /** Whether a server is configured, so that `openai:MODEL` can be named. */
  readonly hasEndpoint: boolean;
  /** What made the knowledge base in use; undefined if there is none. It may be none of `models`. */
  readonly current: string | undefined;
  readonly problems: readonly string[];
}

/** Throws `model-invalid` if the model that ships is not there. */
export async function readModels({ dataDir, embedder }: ModelsConfig): Promise<KnownModels> {
  const { models: stored, problems } = await listStoredModels(dataDir);
  const currentId = await readCurrentId(dataDir);
  const madeBy = new Map<string, string>();
  const unreadable: string[] = [];
  for (const id of await listGenerations(dataDir)) {
    try {
      madeBy.set(id, (await openManifest(generationFolder(dataDir, id))).modelId);
    } catch {
      unreadable.push(`The generation ${id} is damaged.`);
    }
  }
  const current = currentId === undefined ? undefined : madeBy.get(currentId);
  const use = (modelId: string) => ({
    inUse: modelId === current,
    generations: [...madeBy].filter(([, made]) => made === modelId).map(([id]) => id),
  });
  const builtIn = await configuredModelId(embedder);
  return {
    models: [
      {
        modelId: builtIn,
        isBuiltIn: true,
        isEndpoint: false,
        folder: embedder.model,
        bytes: await sizeOf(embedder.model),
        ...use(builtIn),
      },
      ...stored
        .filter(({ modelId }) => modelId !== builtIn)
        .map(({ modelId, folder, files, addedAt }) => ({
          modelId,
          isBuiltIn: false,
          isEndpoint: false,
          folder,
          bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
          addedAt,
          ...use(modelId),
        })),
      ...[...new Set(madeBy.values())]
        .filter((modelId) => isEndpointModel(modelId) && modelId !== builtIn)
        .map((modelId) => ({ ...endpointModel(modelId), ...use(modelId) })),
    ],
    hasEndpoint: hasEndpoint(embedder),
    current,
    problems: [...problems, ...unreadable],
  };
}

/**
 * `name`: a model's id, or its name where only one has it; `built-in`, `current`, and `openai:MODEL` too. Throws `bad-request` listing
 * what there is, `config-invalid` for an endpoint's while none is configured.
 */
export function pickModel({ models, current, ...known }: KnownModels, name: string): KnownModel {
  const wanted = name === 'current' ? current : name;
  if (wanted === undefined)
    throw new AppError(
      'bad-request',
      'There is no knowledge base yet, so no model is in use. Make one first: answerdesk ingest PATH',
    );
  const matching = models.filter(
    ({ modelId, isBuiltIn }) =>
      modelId === wanted || modelId.startsWith(`${wanted}@`) || (isBuiltIn && wanted === 'built-in'),
  );
  if (/^openai:./.test(wanted)) {
    if (known.hasEndpoint) return matching[0] ?? endpointModel(wanted);
    throw new AppError(
      'config-invalid',
      `${wanted} needs the address of its server, ANSWERDESK_EMBEDDER_BASE_URL, or OPENAI_API_KEY (in the environment or .env).`,
    );
  }
  if (matching.length === 1) return matching[0]!;
  const list = (some: readonly KnownModel[]) => some.map(({ modelId }) => modelId).join(', ');
  throw new AppError(
    'bad-request',
    matching.length > 1
      ? `Several models are called ${name}: ${list(matching)}. Write it with its hash.`
      : `There is no model ${wanted}. There are: ${list(models)}. "answerdesk models add FOLDER" brings another one; openai:MODEL names one of your server.`,
  );
}

/** What to open for it. */
export function embedderOfModel(
  { embedder }: Pick<ModelsConfig, 'embedder'>,
  { isBuiltIn, isEndpoint, folder, modelId }: KnownModel,
): ChosenEmbedder {
  if (isBuiltIn) return embedder;
  return { ...embedder, model: folder, ...(isEndpoint ? {} : { expectedId: modelId }) };
}

function endpointModel(modelId: string): KnownModel {
  return {
    modelId,
    isBuiltIn: false,
    isEndpoint: true,
    folder: modelId,
    bytes: 0,
    inUse: false,
    generations: [],
  };
}

/** A model is put in use for a knowledge base. A setting that names another one would undo that. Throws `config-invalid`. */
export function refuseFixedEmbedder({ embedder }: Pick<ModelsConfig, 'embedder'>): void {
  if (!embedder.isFixed) return;
  throw new AppError(
    'config-invalid',
    `ANSWERDESK_EMBEDDER is set to ${embedder.model} (in the environment or .env) so no other model can be put in use. Unset it first: then the server follows the model that "answerdesk models" puts in use.`,
  );
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = await Promise.all(
    ['model.onnx', 'tokenizer.json', 'config.json'].map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size);
}
