// Well-known models as people have them: int8, without a config.json. Found in ../shared/models, where `get` of that folder put them.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnxEmbedder } from '../embedder/onnx-embedder.ts';
import { addModel } from './add-model.ts';

const folder = fileURLToPath(new URL('../../../../shared/models', import.meta.url));
const settings = {
  'bge-small-en-v15-q': {
    pooling: 'cls',
    maxTokens: 512,
    queryPrefix: 'Represent this sentence for searching relevant passages: ',
  },
  'e5-small-v2-q': { pooling: 'mean', maxTokens: 512, queryPrefix: 'query: ', documentPrefix: 'passage: ' },
} as const;
const names = Object.keys(settings) as (keyof typeof settings)[];
const areThere = names.every((name) => existsSync(join(folder, name, 'model.onnx')));

describe.skipIf(!areThere)('real models (skipped where they are not there)', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'real-models-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it.each(names)('%s is added, and searches', async (name) => {
    const { model, selfTest } = await addModel(
      { dataDir: root, folder: join(folder, name) },
      { overrides: settings[name] },
    );
    expect(model).toMatchObject({ dimensions: 384, modelId: expect.stringContaining(`${name}@`) });
    expect(selfTest.pairsRight).toBeGreaterThan(0.9);
    const embedder = await openOnnxEmbedder(model.folder, { threads: 1, expectedId: model.modelId });
    const question = await embedder.embedQuery('I cannot get into my account');
    const [near, far] = await embedder.embedDocuments(['Resetting your password', 'Delivery times abroad']);
    const cosine = (other: Float32Array) =>
      question.reduce((sum, value, index) => sum + value * other[index]!, 0);
    expect(cosine(near!)).toBeGreaterThan(cosine(far!));
    await embedder.close();
  });

  it('with a tokenizer of another vocabulary is refused', async () => {
    const mixed = join(root, 'mixed');
    await cp(join(folder, 'e5-small-v2-q'), mixed, { recursive: true, dereference: true });
    await cp(
      fileURLToPath(new URL('../../../data/models/embedder/tokenizer.json', import.meta.url)),
      join(mixed, 'tokenizer.json'),
    );
    await writeFile(join(mixed, 'config.json'), '{}');
    await expect(
      addModel({ dataDir: root, folder: mixed }, { overrides: settings['e5-small-v2-q'] }),
    ).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining('different models') });
  });
});
