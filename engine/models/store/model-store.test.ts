// Which model a data folder uses, and that a server follows a change of it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import { findModelInUse } from '#knowledge/generations/model-in-use.ts';
import { openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { publishSample, sampleDocuments } from '#knowledge/testing/sample-generation.ts';
import {
  type ChoosableEmbedder,
  chooseEmbedder,
  findEmbedder,
  openChosenEmbedder,
} from '../embedder/choose-embedder.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import { identifyModel } from './model-id.ts';
import { findStoredModel, listStoredModels, modelCalibrationPath, modelStoreFolder } from './model-store.ts';

let dataDir: string;
let builtIn: { model: string; isFixed: boolean; threads: number };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'model-store-'));
  builtIn = { model: join(dataDir, 'built-in'), isFixed: false, threads: 1 };
  await writeTinyModel(builtIn.model, { answerdesk: { name: 'ships', pooling: 'mean' } });
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const choose = async (settings: ChoosableEmbedder) =>
  chooseEmbedder(settings, dataDir, (await findModelInUse(dataDir))?.modelId);

/** As `answerdesk models add` leaves it. */
async function store(name: string, description: object = {}): Promise<string> {
  const folder = join(dataDir, name);
  await writeTinyModel(folder, { answerdesk: { name, pooling: 'cls', dimensions: 3 } });
  const { modelId } = await identifyModel(folder);
  const place = join(dataDir, 'models', modelId);
  await mkdir(join(dataDir, 'models'), { recursive: true });
  await writeTinyModel(place, { answerdesk: { name, pooling: 'cls', dimensions: 3 } });
  const model = {
    schemaVersion: 1,
    kind: 'embedder',
    modelId,
    dimensions: 3,
    addedAt: new Date().toISOString(),
    files: {},
    ...description,
  };
  await writeFile(join(place, 'model.json'), JSON.stringify(model));
  return modelId;
}

describe('the model of a knowledge base', () => {
  it('is the one that ships while nothing is published, and else the one that made what is in use', async () => {
    expect(await choose(builtIn)).toEqual(builtIn);
    const modelId = await store('other');
    await publishSample(dataDir, sampleDocuments, createHashingEmbedder({ modelId }));
    const chosen = await choose(builtIn);
    expect(chosen).toMatchObject({ model: join(dataDir, 'models', modelId), expectedId: modelId });
    const embedder = await openChosenEmbedder(chosen);
    expect(embedder.modelId).toBe(modelId);
    await embedder.close();
  });

  it('is what the operator names, whatever made it', async () => {
    const modelId = await store('other');
    await publishSample(dataDir, sampleDocuments, createHashingEmbedder({ modelId }));
    const fixed = { ...builtIn, isFixed: true };
    expect(await choose(fixed)).toEqual(fixed);
    expect(await findEmbedder(fixed, dataDir, modelId)).toBeUndefined();
    expect(await findEmbedder(fixed, dataDir, (await identifyModel(fixed.model)).modelId)).toEqual(fixed);
  });

  it('is the one that ships again when the one that made it is gone: the server then says so', async () => {
    const modelId = 'gone@00000000';
    await publishSample(dataDir, sampleDocuments, createHashingEmbedder({ modelId }));
    expect(await choose(builtIn)).toEqual(builtIn);
    expect(await findEmbedder(builtIn, dataDir, modelId)).toBeUndefined();
  });

  it.each(['../built-in', '..', 'a/b@00000000', 'other@0000', ''])(
    'is never looked for under the name %j of a manifest',
    async (modelId) => {
      expect(await findStoredModel(dataDir, modelId)).toBeUndefined();
    },
  );

  it('is asked for at the endpoint that is configured, and at none that nobody named', async () => {
    const modelId = 'openai:../../BAAI/bge-m3';
    await publishSample(dataDir, sampleDocuments, createHashingEmbedder({ modelId }));
    expect(await choose(builtIn)).toEqual(builtIn);
    expect(await findEmbedder(builtIn, dataDir, modelId)).toBeUndefined();
    const served = { ...builtIn, baseUrl: 'http://localhost:8000/v1' };
    expect(await choose(served)).toEqual({ ...served, model: modelId });
    expect(await findEmbedder(served, dataDir, modelId)).toEqual({ ...served, model: modelId });
    const policy = modelCalibrationPath(dataDir, modelId)!;
    expect(dirname(dirname(policy))).toBe(modelStoreFolder(dataDir));
  });

  it('is not opened once its files have changed', async () => {
    const modelId = await store('other');
    await writeTinyModel(join(dataDir, 'models', modelId), {
      answerdesk: { name: 'other', pooling: 'mean' },
    });
    const found = (await findEmbedder(builtIn, dataDir, modelId))!;
    await expect(openChosenEmbedder(found)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('Add the model again'),
    });
  });

  it('is listed with the others; damaged descriptions are named, other kinds passed over', async () => {
    const good = await store('good');
    await store('reranker', { kind: 'reranker' });
    const bad = await store('bad', { dimensions: 'three' });
    const { models, problems } = await listStoredModels(dataDir);
    expect(models.map(({ modelId }) => modelId)).toEqual([good]);
    expect(problems).toEqual([expect.stringContaining(bad)]);
    await expect(findStoredModel(dataDir, bad)).rejects.toMatchObject({ code: 'model-invalid' });
  });
});

describe('a running knowledge base', () => {
  it('follows to a generation of another model with that model, and refuses one whose model is nowhere', async () => {
    const first = createHashingEmbedder({ modelId: 'first@1' });
    // Of another size, as another model may be: mixed up, nothing would be found.
    const second = createHashingEmbedder({ modelId: 'second@1', dimensions: 32 });
    await publishSample(dataDir, sampleDocuments, first);
    const opened = await openKnowledgeBase({
      dataDir,
      embedder: first,
      embedderOf: async (modelId) => [first, second].find((one) => one.modelId === modelId),
      pollIntervalMs: 0,
    });
    const before = opened.current();
    await publishSample(dataDir, sampleDocuments, second);
    await opened.refresh();
    expect(opened.current().generation.modelId).toBe('second@1');
    expect(opened.embedder()).toBe(second);
    for (const knowledgeBase of [before, opened.current()])
      expect((await knowledgeBase.retrieve('error e4'))[0]?.chunk.documentId).toBe('error-e4');

    await publishSample(dataDir, sampleDocuments, createHashingEmbedder({ modelId: 'third@1' }));
    await opened.refresh();
    expect(opened.current().generation.modelId).toBe('second@1');
    await opened.close();
  });

  it('follows as soon as the server of the model answers again', async () => {
    const [first, second] = ['first@1', 'openai:second'].map((modelId) => createHashingEmbedder({ modelId }));
    await publishSample(dataDir, sampleDocuments, first!);
    let isDown = true;
    const opened = await openKnowledgeBase({
      dataDir,
      embedder: first!,
      async embedderOf(modelId) {
        if (modelId === first!.modelId) return first;
        if (isDown) throw new AppError('model-unavailable', 'The embedding endpoint cannot be reached.');
        return second;
      },
      pollIntervalMs: 0,
    });
    await publishSample(dataDir, sampleDocuments, second!);
    await opened.refresh();
    expect(opened.current().generation.modelId).toBe('first@1');
    isDown = false;
    await opened.refresh();
    expect(opened.current().generation.modelId).toBe('openai:second');
    await opened.close();
  });
});
