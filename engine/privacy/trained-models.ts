// Models in the data folder that were trained on texts, and what they say of them. A model cannot be searched for a person: what it was
// trained on has to be known.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFiles } from './data-folder.ts';

export interface TrainedModel {
  readonly path: string;
  /** ISO 8601, where the model says so. */
  readonly trainedAt?: string;
  /** `yes`: a training set with the hash that the model names holds the person. `unknown`: its training set is not in the data folder. */
  readonly holdsSubject: 'yes' | 'unknown';
}

const largestModelBytes = 64 << 20;
const hashPattern = /\b[0-9a-f]{64}\b/g;

/** `files`: those of the data folder that hold the person, as they are now. */
export async function trainedModels(dataDir: string, files: readonly string[]): Promise<TrainedModel[]> {
  const hashes = new Set<string>();
  for (const path of files) {
    const bytes = await readFile(join(dataDir, path)).catch(() => undefined);
    if (bytes) hashes.add(createHash('sha256').update(bytes).digest('hex'));
  }
  const models: TrainedModel[] = [];
  for (const { path, bytes } of await listFiles(dataDir)) {
    if (
      !/\.json$/.test(path) ||
      bytes > largestModelBytes ||
      /^(?:index|sources|evals|exports|privacy)\//.test(path)
    )
      continue;
    const model = await readModel(join(dataDir, path));
    if (!model) continue;
    const named = JSON.stringify(model.training).match(hashPattern) ?? [];
    const { at, trainedAt = at } = model.training;
    models.push({
      path,
      ...(typeof trainedAt === 'string' ? { trainedAt } : {}),
      holdsSubject: named.some((hash) => hashes.has(hash)) ? 'yes' : 'unknown',
    });
  }
  return models;
}

interface ModelFile {
  readonly training: Readonly<Record<string, unknown>>;
}

async function readModel(path: string): Promise<ModelFile | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as { training?: unknown };
    return typeof value.training === 'object' && value.training !== null ? (value as ModelFile) : undefined;
  } catch {
    return undefined;
  }
}
