// Models that were added to a data folder: models/<name>@<hash8>/ folders that never change. `answerdesk models add` fills the store. A
// knowledge base names the model that made it, and whoever opens one finds the model here. The one that ships is not in it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isEndpointModel } from '#core/embedder.ts';
import { AppError, toAppError } from '#core/errors.ts';

/** A folder's name and part of a command line, so nothing that a path or a shell could misunderstand. */
export const modelNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const modelIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[0-9a-f]{8}$/;

export const storedModelFile = 'model.json';
/** Thresholds for answering that were fitted for this model, as `answerdesk calibrate --out` writes them; may be absent. */
export const storedCalibrationFile = 'calibration.json';

export const storedModelSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What it is for. A store of a newer version may hold other kinds; they are not embedders, and passed over. */
  kind: z.string().min(1),
  modelId: z.string().regex(modelIdPattern),
  dimensions: z.int().min(1),
  addedAt: z.iso.datetime(),
  files: z.record(z.string(), z.strictObject({ bytes: z.int().min(0), sha256: z.string() })),
});

export interface StoredModel extends z.infer<typeof storedModelSchema> {
  readonly folder: string;
}

export function modelStoreFolder(dataDir: string): string {
  return join(dataDir, 'models');
}

/** What a file or folder of a model is called, on any system. */
export function modelFileName(modelId: string): string {
  return modelIdPattern.test(modelId) ? modelId : encodeURIComponent(modelId);
}

/** Where the thresholds for a model of the store or an endpoint lie, if they were fitted. */
export function modelCalibrationPath(dataDir: string, modelId: string): string | undefined {
  return modelIdPattern.test(modelId) || isEndpointModel(modelId)
    ? join(modelStoreFolder(dataDir), modelFileName(modelId), storedCalibrationFile)
    : undefined;
}

/** Undefined if the store has no such embedder. Throws `model-invalid` if it is there and its description cannot be read. */
export async function findStoredModel(dataDir: string, modelId: string): Promise<StoredModel | undefined> {
  if (!modelIdPattern.test(modelId)) return undefined;
  const folder = join(modelStoreFolder(dataDir), modelId);
  const path = join(folder, storedModelFile);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const model = storedModelSchema.parse(JSON.parse(text));
    if (model.modelId !== modelId) throw new Error(`it describes ${model.modelId}`);
    return model.kind === 'embedder' ? { ...model, folder } : undefined;
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `${path} is damaged. Remove that folder and add the model again: answerdesk models add FOLDER`,
      { cause },
    );
  }
}

export interface ListedModels {
  /** By name. */
  readonly models: readonly StoredModel[];
  /** What is wrong with entries that cannot be used. */
  readonly problems: readonly string[];
}

export async function listStoredModels(dataDir: string): Promise<ListedModels> {
  const names = await readdir(modelStoreFolder(dataDir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const models: StoredModel[] = [];
  const problems: string[] = [];
  for (const name of names.filter((candidate) => modelIdPattern.test(candidate)).sort()) {
    try {
      const model = await findStoredModel(dataDir, name);
      if (model) models.push(model);
    } catch (thrown) {
      problems.push(toAppError(thrown).message);
    }
  }
  return { models, problems };
}
