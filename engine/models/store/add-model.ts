// Brings a model into the store: looked at before any library opens it, copied, tried, and only then put in its place.
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { hashFile, syncFile, syncFolder } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import { type EmbeddingModel, openEmbeddingModel } from '../embedder/embedding-model.ts';
import type { KnownPair } from './known-pairs.ts';
import { identifyModel } from './model-id.ts';
import { type FoundSettings, findSettings, type ModelOverrides } from './model-settings.ts';
import {
  findStoredModel,
  modelCalibrationPath,
  modelNamePattern,
  modelStoreFolder,
  type StoredModel,
  storedCalibrationFile,
  storedModelFile,
  storedModelSchema,
} from './model-store.ts';
import { findExternalData } from './onnx-external-data.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { type SelfTestResult, testModel } from './self-test.ts';
import { shippedCalibrationPath, shippedThresholdsFor } from './shipped-calibration.ts';

export interface AddOptions extends CallOptions {
  readonly overrides?: ModelOverrides;
  /** For the self-test; default: English ones that ship. */
  readonly pairs?: readonly KnownPair[] | undefined;
}

export interface AddedModel {
  readonly model: StoredModel;
  /** False if the store had it already. */
  readonly isNew: boolean;
  readonly selfTest: SelfTestResult;
  /** What the operator may want to know. */
  readonly notes: readonly string[];
}

const modelFile = 'model.onnx';
const tokenizerFile = 'tokenizer.json';
const configFile = 'config.json';
/** A protocol buffer cannot be larger, and the largest embedders with weights inside are far below. */
const largestModel = 2 ** 31;
const temporaryPrefix = '.tmp-';
const staleAfterMs = 86_400_000;

/**
 * Rejects with `bad-input` if there is no such folder, `model-invalid` if what lies there is no embedding model that can be used, and
 * with the file system's error if it cannot be copied. The store is as it was then.
 */
export async function addModel(
  { dataDir, folder }: { readonly dataDir: string; readonly folder: string },
  { overrides = {}, pairs, signal }: AddOptions = {},
): Promise<AddedModel> {
  await checkFiles(folder);
  const found = await findSettings(folder, overrides);
  if (!modelNamePattern.test(found.own.name)) {
    throw new AppError(
      'bad-input',
      `${JSON.stringify(found.own.name)} cannot be a model's name: give one of letters, digits, dots and dashes with --name NAME.`,
    );
  }
  const store = modelStoreFolder(dataDir);
  await mkdir(store, { recursive: true });
  await removeLeftovers(store, { prefix: temporaryPrefix, olderThanMs: staleAfterMs });
  const temporary = join(store, `${temporaryPrefix}${randomBytes(6).toString('hex')}`);
  // The content, not the link that it may be.
  const copy = async (name: string) => {
    signal?.throwIfAborted();
    await mkdir(dirname(join(temporary, name)), { recursive: true });
    await copyFile(join(folder, name), join(temporary, name));
  };
  try {
    await copy(modelFile);
    // Of the copy, which nobody changes between this look and the library's.
    const externalData = await findExternalData(folder, await readFile(join(temporary, modelFile)));
    refuseOwnNames(externalData);
    for (const name of [tokenizerFile, ...externalData]) await copy(name);
    const names = [modelFile, tokenizerFile, ...externalData];
    const { dimensions, selfTest } = await tryModel(temporary, found, { externalData, pairs, signal });
    const { modelId } = await identifyModel(temporary);
    const files: Record<string, { bytes: number; sha256: string }> = {};
    for (const name of [...names, configFile]) {
      await syncFile(join(temporary, name));
      files[name] = await hashFile(join(temporary, name));
    }
    const description = storedModelSchema.parse({
      schemaVersion: 1,
      kind: 'embedder',
      modelId,
      dimensions,
      addedAt: new Date().toISOString(),
      files,
    });
    await writeFile(join(temporary, storedModelFile), `${JSON.stringify(description, undefined, 2)}\n`, {
      flush: true,
    });
    await syncFolder(temporary);
    signal?.throwIfAborted();
    const isNew = await moveIntoPlace(dataDir, temporary, description);
    await keepShippedPolicy(dataDir, modelId);
    return {
      model: (await findStoredModel(dataDir, modelId))!,
      isNew,
      selfTest,
      notes: found.prefixesKnown
        ? []
        : [
            'Nothing says what this model wants before questions and passages; it was taken as nothing. If its model card names prefixes, add it again with --query-prefix and --document-prefix.',
          ],
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function checkFiles(folder: string): Promise<void> {
  const facts = await stat(folder).catch(() => undefined);
  if (!facts?.isDirectory()) throw new AppError('bad-input', `There is no folder ${folder}.`);
  const missing: string[] = [];
  for (const name of [modelFile, tokenizerFile]) {
    const file = await stat(join(folder, name)).catch(() => undefined);
    if (!file?.isFile()) missing.push(name);
    else if (file.size >= largestModel)
      throw new AppError(
        'model-invalid',
        `${join(folder, name)} is larger than any such file can be (2 GiB).`,
      );
  }
  if (missing.length > 0) {
    throw new AppError(
      'model-invalid',
      `${folder} has no ${missing.join(' and no ')}. An embedding model is a folder with ${modelFile}, ${tokenizerFile} (of the tokenizers library) and, if possible, ${configFile}.`,
    );
  }
}

function refuseOwnNames(externalData: readonly string[]): void {
  const own = [modelFile, tokenizerFile, configFile, storedModelFile, storedCalibrationFile];
  const taken = externalData.find((name) => own.includes(name.toLowerCase()));
  if (taken === undefined) return;
  throw new AppError(
    'model-invalid',
    `The model wants to read its weights from ${taken}, which holds other things.`,
  );
}

interface TryOptions extends CallOptions {
  readonly externalData: readonly string[];
  readonly pairs?: readonly KnownPair[] | undefined;
}

/** Writes config.json, complete, and returns what was found out. On the CPU: what a GPU computes for bad input is undefined. */
async function tryModel(
  folder: string,
  { own, config }: FoundSettings,
  { externalData, pairs, signal }: TryOptions,
): Promise<{ dimensions: number; selfTest: SelfTestResult }> {
  const write = (settings: object) =>
    writeFile(
      join(folder, configFile),
      `${JSON.stringify({ ...config, answerdesk: settings }, undefined, 2)}\n`,
    );
  const external = externalData.length > 0 ? { external_data: externalData } : {};
  await write({ ...own, ...external });
  const model = await openEmbeddingModel(folder);
  try {
    const { pooling, dimensions } = model;
    const maxTokens = complete(own, model);
    await write({ ...own, pooling, dimensions, max_tokens: maxTokens, ...external });
    const tokenizerJson = await readFile(join(folder, tokenizerFile), 'utf8');
    const selfTest = await testModel(model, {
      tokenizerJson,
      maxTokens,
      signal,
      ...(pairs ? { pairs } : {}),
    });
    return { dimensions, selfTest };
  } finally {
    await model.close();
  }
}

/** Throws `model-invalid` naming everything that the operator has to say. */
function complete({ pooling, max_tokens: maxTokens }: FoundSettings['own'], model: EmbeddingModel): number {
  const missing = [
    // A graph that gives one vector a text leaves nothing to pool.
    ...(pooling === undefined && model.pooling !== 'none'
      ? ['--pooling mean or --pooling cls: how one vector is made of those of the tokens']
      : []),
    ...(maxTokens === undefined ? ['--max-tokens N: the longest text it takes, often 512'] : []),
  ];
  if (maxTokens !== undefined && missing.length === 0) return maxTokens;
  throw new AppError(
    'model-invalid',
    `How this model wants to be used is not known: there is no config.json with an "answerdesk" entry and no 1_Pooling/config.json that says it. Its model card does. Missing:\n  ${missing.join('\n  ')}`,
  );
}

/** False if the store has the same model already. An entry that is damaged is replaced. */
async function moveIntoPlace(
  dataDir: string,
  temporary: string,
  { modelId, files }: Pick<StoredModel, 'modelId' | 'files'>,
): Promise<boolean> {
  const place = join(modelStoreFolder(dataDir), modelId);
  const stored = await findStoredModel(dataDir, modelId).catch(() => undefined);
  if (stored && (await isIntact(stored))) {
    if (Object.entries(files).every(([name, { sha256 }]) => stored.files[name]?.sha256 === sha256))
      return false;
    throw new AppError(
      'model-invalid',
      `Another model is called ${modelId} already: give this one another name with --name NAME.`,
    );
  }
  // What is damaged serves nobody; nothing else ever stands here.
  await rm(place, { recursive: true, force: true });
  await rename(temporary, place);
  await syncFolder(modelStoreFolder(dataDir));
  return true;
}

async function isIntact({ folder, files }: StoredModel): Promise<boolean> {
  for (const [name, { bytes, sha256 }] of Object.entries(files)) {
    const found = await hashFile(join(folder, name)).catch(() => undefined);
    if (found?.bytes !== bytes || found.sha256 !== sha256) return false;
  }
  return true;
}

/** What ships may be another model after an update, and other thresholds with it: those of this one stay with it. */
async function keepShippedPolicy(dataDir: string, modelId: string): Promise<void> {
  if (modelId === (await shippedThresholdsFor()))
    await copyFile(shippedCalibrationPath, modelCalibrationPath(dataDir, modelId)!);
}
