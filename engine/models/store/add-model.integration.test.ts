// What gets into the store and what does not, with real, tiny ONNX models.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCalibration } from '#chat/decide/parse-calibration.ts';
import { configuredModelId, findEmbedder } from '../embedder/choose-embedder.ts';
import { openOnnxEmbedder } from '../embedder/onnx-embedder.ts';
import { tinyWeights, writeTinyModel } from '../testing/tiny-model.ts';
import { topicVectors, writeKnowingModel } from '../testing/word-models.ts';
import { addModel } from './add-model.ts';
import { knownPairs } from './known-pairs.ts';
import { listStoredModels, modelCalibrationPath } from './model-store.ts';

let root: string;
let dataDir: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'add-model-'));
  dataDir = join(root, 'data');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const newFolder = () => join(root, `model-${count++}`);
const vectors = topicVectors(knownPairs.map(({ question, passage }) => [question, passage]));
const names = async () => (await readdir(join(dataDir, 'models')).catch(() => [])).sort();
const add = (folder: string, overrides = {}) => addModel({ dataDir, folder }, { overrides });

/** Refused with these words, and the store as it was. */
async function expectRefused(folder: string, message: RegExp, overrides = {}): Promise<void> {
  const before = await names();
  await expect(add(folder, overrides)).rejects.toMatchObject({
    code: expect.stringMatching(/^(model-invalid|bad-input)$/),
    message: expect.stringMatching(message),
  });
  expect(await names()).toEqual(before);
}

describe('models add', () => {
  it('copies a model under its name and hash, complete with what was said of it, once', async () => {
    const folder = newFolder();
    await writeKnowingModel(folder, { answerdesk: { pooling: 'mean' } });
    const overrides = { name: 'topics', maxTokens: 64, queryPrefix: 'query: ', documentPrefix: 'passage: ' };
    const added = await add(folder, overrides);
    expect(added).toMatchObject({ isNew: true, notes: [], selfTest: { pairsRight: 1 } });
    const { modelId, dimensions, folder: place, files } = added.model;
    expect(modelId).toMatch(/^topics@[0-9a-f]{8}$/);
    expect(place).toBe(join(dataDir, 'models', modelId));
    expect(Object.keys(files).sort()).toEqual(['config.json', 'model.onnx', 'tokenizer.json']);
    expect(JSON.parse(await readFile(join(place, 'config.json'), 'utf8'))).toEqual({
      answerdesk: {
        name: 'topics',
        pooling: 'mean',
        dimensions,
        normalize: true,
        query_prefix: 'query: ',
        document_prefix: 'passage: ',
        max_tokens: 64,
      },
    });
    const embedder = await openOnnxEmbedder(place, { expectedId: modelId });
    expect(embedder).toMatchObject({ modelId, dimensions: knownPairs.length + 1 });
    await embedder.close();

    expect(await add(folder, overrides)).toMatchObject({ isNew: false, model: { modelId } });
    expect((await add(folder, { ...overrides, queryPrefix: 'ask: ' })).model.modelId).not.toBe(modelId);
    expect(await names()).toHaveLength(2);
  });

  it('keeps the model that ships for the day that another one does, with its thresholds', async () => {
    const ships = {
      model: join(import.meta.dirname, '../../../data/models/embedder'),
      isFixed: false,
      threads: 1,
    };
    const { model } = await add(ships.model);
    expect(model.modelId).toBe(await configuredModelId(ships));
    const policy = await readFile(modelCalibrationPath(dataDir, model.modelId)!, 'utf8');
    expect(parseCalibration(policy).embedder).toBe(model.modelId);

    const updated = newFolder();
    await writeKnowingModel(updated);
    const after = { ...ships, model: updated };
    expect(await findEmbedder(after, dataDir, model.modelId)).toMatchObject({
      model: model.folder,
      expectedId: model.modelId,
    });
  });

  it('puts a damaged copy right', async () => {
    const folder = newFolder();
    await writeKnowingModel(folder, { answerdesk: { name: 'mended', pooling: 'mean', max_tokens: 32 } });
    const { model } = await add(folder);
    await truncate(join(model.folder, 'model.onnx'), 50);
    expect(await add(folder)).toMatchObject({ isNew: true, model: { modelId: model.modelId } });
    const embedder = await openOnnxEmbedder(model.folder, { expectedId: model.modelId });
    await embedder.close();
  });

  it('takes what sentence-transformers leaves beside a model', async () => {
    const folder = newFolder();
    await writeKnowingModel(folder, { answerdesk: undefined as never });
    await mkdir(join(folder, '1_Pooling'));
    const write = (name: string, value: object) => writeFile(join(folder, name), JSON.stringify(value));
    await write('1_Pooling/config.json', { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true });
    await write('sentence_bert_config.json', { max_seq_length: 48, do_lower_case: false });
    await write('config_sentence_transformers.json', { prompts: { query: 'Q: ', document: 'D: ' } });
    await write('config.json', { model_type: 'bert', max_position_embeddings: 512 });
    const { model, notes } = await add(folder, { name: 'sentences' });
    expect(notes).toEqual([]);
    expect(JSON.parse(await readFile(join(model.folder, 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'bert',
      answerdesk: { pooling: 'mean', max_tokens: 48, query_prefix: 'Q: ', document_prefix: 'D: ' },
    });
  });

  it('asks at once for everything that nothing says, and mentions prefixes', async () => {
    const folder = newFolder();
    await writeKnowingModel(folder, { answerdesk: undefined as never });
    await expectRefused(folder, /--pooling mean or --pooling cls[\s\S]*--max-tokens N/);
    await expectRefused(folder, /Missing:\n {2}--max-tokens N/, { pooling: 'mean' });
    const { notes } = await add(folder, { pooling: 'mean', maxTokens: 64 });
    expect(notes).toEqual([expect.stringContaining('--query-prefix')]);
  });

  it('keeps weights that lie in files of their own, and counts them into the hash', async () => {
    const folder = newFolder();
    const location = 'weights/table.bin';
    await writeKnowingModel(folder, { location });
    await mkdir(join(folder, 'weights'));
    await writeFile(join(folder, location), tinyWeights(vectors));
    const first = await add(folder);
    expect(Object.keys(first.model.files)).toContain(location);
    const larger = Object.fromEntries(
      Object.entries(vectors).map(([word, row]) => [word, row.map((value) => value * 2)]),
    );
    await writeFile(join(folder, location), tinyWeights(larger));
    const second = await add(folder);
    expect(second.model.modelId).not.toBe(first.model.modelId);
    expect(second.isNew).toBe(true);
  });

  it.each([
    ['../outside.bin', /outside of its folder/],
    ['weights/../../outside.bin', /outside of its folder/],
    ['/etc/hostname', /outside of its folder/],
    ['C:\\secrets.bin', /outside of its folder/],
    ['..\\outside.bin', /outside of its folder/],
    ['', /outside of its folder/],
    ['link.bin', /link to outside/],
    ['linked-folder/outside.bin', /link to outside/],
    ['absent.bin', /not there/],
    ['a-folder', /not a file/],
    ['tokenizer.json', /holds other things/],
  ])('refuses weights at %j, and opens nothing', async (location, message) => {
    const folder = newFolder();
    await writeFile(join(root, 'outside.bin'), tinyWeights(vectors));
    await writeKnowingModel(folder, { location });
    await symlink(join(root, 'outside.bin'), join(folder, 'link.bin'));
    await symlink(root, join(folder, 'linked-folder'));
    await mkdir(join(folder, 'a-folder'));
    await expectRefused(folder, message);
  });

  it('refuses damaged and foreign files with an error that says what is wrong', async () => {
    await expectRefused(join(root, 'nowhere'), /There is no folder/);
    const spoil: [string, (folder: string) => Promise<unknown>, RegExp][] = [
      ['empty', (folder) => truncate(join(folder, 'model.onnx'), 0), /holds no graph/],
      ['cut', (folder) => truncate(join(folder, 'model.onnx'), 300), /ends in the middle/],
      ['a page', (folder) => writeFile(join(folder, 'model.onnx'), '<!doctype html>'), /not an ONNX model/],
      ['no model', (folder) => rm(join(folder, 'model.onnx')), /has no model\.onnx/],
      ['no tokenizer', (folder) => rm(join(folder, 'tokenizer.json')), /has no tokenizer\.json/],
      [
        'cut tokenizer',
        (folder) => writeFile(join(folder, 'tokenizer.json'), '{"model":'),
        /tokenizer\.json/,
      ],
      ['no json', (folder) => writeFile(join(folder, 'config.json'), 'pooling: mean'), /config\.json/],
    ];
    for (const [what, damage, message] of spoil) {
      const folder = newFolder();
      await writeKnowingModel(folder);
      await damage(folder);
      await expect(add(folder), what).rejects.toMatchObject({ message: expect.stringMatching(message) });
    }
  });

  it('refuses a graph of other types, dimensions or inputs', async () => {
    const cases: [Parameters<typeof writeKnowingModel>[1], RegExp][] = [
      [{ inputType: 'int32' }, /"input_ids" as int32 instead of int64/],
      [{ inputs: ['input_ids', 'pixel_values'] }, /"pixel_values" that a model of texts does not have/],
      [{ answerdesk: { pooling: 'none', max_tokens: 64 } }, /no output for pooling "none"/],
      [{ answerdesk: { pooling: 'mean', max_tokens: 64, dimensions: 5 } }, /dimensions/],
      [{ answerdesk: { pooling: 'mean', max_tokens: 64, normalize: false } }, /"normalize": true/],
      [{ answerdesk: { name: '../../etc', pooling: 'mean', max_tokens: 64 } }, /cannot be a model's name/],
    ];
    for (const [options, message] of cases) {
      const folder = newFolder();
      await writeKnowingModel(folder, options);
      await expectRefused(folder, message);
    }
  });

  it('refuses a tokenizer of another model: larger, smaller, or with other numbers for its words', async () => {
    const words = Object.keys(vectors);
    const tokenizers: [readonly string[], RegExp][] = [
      [[...words, ...Array.from({ length: 20 }, (_, index) => `more${index}`)], /has no such token/],
      [words.toReversed(), /does not tell what belongs together/],
    ];
    for (const [tokenizerWords, message] of tokenizers) {
      const folder = newFolder();
      await writeKnowingModel(folder, { tokenizerWords });
      await expectRefused(folder, message);
    }
    const folder = newFolder();
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`word${index}`, [0, 1, 0]]));
    await writeTinyModel(folder, {
      vectors: many,
      tokenizerWords: ['word0', 'word1'],
      answerdesk: { pooling: 'mean', max_tokens: 64 },
    });
    await expectRefused(folder, /at least 256 more/);
  });

  it('refuses vectors that are no numbers, and a model that knows nothing', async () => {
    const broken = newFolder();
    await writeKnowingModel(broken, {
      vectors: { ...vectors, back: vectors.back!.map(() => Number.NaN) },
    });
    await expectRefused(broken, /no usable vectors/);
    const dull = newFolder();
    await writeKnowingModel(dull, { vectors: { hello: [0, 1, 0] } });
    await expectRefused(dull, /does not tell what belongs together/);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const folder = newFolder();
    await writeKnowingModel(folder);
    const before = await names();
    await expect(addModel({ dataDir, folder }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await names()).toEqual(before);
    expect((await listStoredModels(dataDir)).problems).toEqual([]);
  });
});
