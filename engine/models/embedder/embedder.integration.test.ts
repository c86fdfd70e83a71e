import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTurnOf } from '#core/customer-turn.ts';
import type { Embedder } from '#core/embedder.ts';
import { type EmbeddingEndpoint, startEmbeddingEndpoint } from '../testing/embedding-endpoint.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import { openOnnxEmbedder } from './onnx-embedder.ts';
import { openEmbedder } from './open-embedder.ts';
import { openOpenaiEmbedder } from './openai-embedder.ts';

const shipped = fileURLToPath(new URL('../../../data/models/embedder', import.meta.url));
const hasTensorRt = existsSync(
  fileURLToPath(
    new URL(
      '../../../node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_tensorrt.so',
      import.meta.url,
    ),
  ),
);
let endpoint: EmbeddingEndpoint;
let folder: string;

beforeAll(async () => {
  endpoint = await startEmbeddingEndpoint();
  folder = await mkdtemp(join(tmpdir(), 'embedder-'));
});
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

describe.each([
  ['hashing', async () => createHashingEmbedder()],
  ['shipped ONNX', () => openOnnxEmbedder(shipped)],
  [
    'OpenAI-compatible',
    () => openOpenaiEmbedder({ model: 'test', baseUrl: endpoint.baseUrl, batchSize: 16 }),
  ],
])('%s embedder', (_name, open) => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await open();
  }, 30_000);
  afterAll(() => embedder.close());

  const texts = Array.from(
    { length: 150 },
    (_, number) => `Device ${number} ${'is fine '.repeat((number * 7) % 40)}today.`,
  );

  it('gives one finite vector of norm 1 for each text, in order, empty and odd texts included', async () => {
    const odd = [
      '',
      ' \n\t',
      '\ud83d',
      '🔥'.repeat(50),
      '\0',
      '[CLS] [SEP] [PAD]',
      '密码',
      'é'.normalize('NFD'),
      'x'.repeat(5_000),
    ];
    const all = [...odd, ...texts];
    const vectors = await embedder.embedDocuments(all);
    expect(vectors).toHaveLength(all.length);
    for (const vector of vectors) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(dot(vector, vector)).toBeCloseTo(1, 3);
    }
    for (const position of [0, odd.length + 3, all.length - 1]) {
      const alone = (await embedder.embedDocuments([all[position]!]))[0]!;
      expect(dot(alone, vectors[position]!)).toBeGreaterThan(0.98);
    }
    expect(await embedder.embedDocuments([])).toEqual([]);
  });

  it('puts a question nearer to the text that answers it', async () => {
    const [password, parcel] = await embedder.embedDocuments([
      'How to reset the password',
      'When the parcel is delivered',
    ]);
    const question = await embedder.embedQuery('reset my password');
    expect(dot(question, password!)).toBeGreaterThan(dot(question, parcel!) + 0.2);
  });

  it('takes a text of ten megabytes', async () => {
    const vector = await embedder.embedQuery('word '.repeat(2_000_000));
    expect(dot(vector, vector)).toBeCloseTo(1, 3);
  });

  it('rejects with the abort error, before it began and on the way, and works on', async () => {
    await expect(embedder.embedQuery('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const controller = new AbortController();
    const embedding = embedder.embedDocuments(texts, { signal: controller.signal });
    controller.abort();
    await embedding.catch((error: Error) => expect(error.name).toBe('AbortError'));
    expect(await embedder.embedQuery('x')).toHaveLength(embedder.dimensions);
  });
});

// Many of these load a model several times.
describe('ONNX embedder', () => {
  it('keeps the event loop free while it computes', async () => {
    const embedder = await openOnnxEmbedder(shipped);
    let done = false;
    const embedding = embedder
      .embedDocuments(Array.from({ length: 60 }, () => 'Hold the button. '.repeat(40)))
      .then(() => {
        done = true;
      });
    let turns = 0;
    for (; !done; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
    await embedding;
    expect(turns).toBeGreaterThan(20);
    await embedder.close();
  });

  it('answers questions before documents that were there first', async () => {
    const embedder = await openOnnxEmbedder(shipped, { threads: 1 });
    const order: string[] = [];
    const documents = embedder.embedDocuments(
      Array.from({ length: 200 }, (_, number) => `Passage ${number} `.repeat(20)),
    );
    const question = embedder.embedQuery('reset').then(() => order.push('question'));
    await Promise.all([documents.then(() => order.push('documents')), question]);
    expect(order).toEqual(['question', 'documents']);
    await embedder.close();
  });

  it('goes on with the customer who came first, whatever others ask for', async () => {
    const embedder = await openOnnxEmbedder(shipped, { threads: 1 });
    const order: string[] = [];
    const busy = embedder.embedDocuments(Array.from({ length: 40 }, (_, number) => `Passage ${number}`));
    const done = (who: string) => () => void order.push(who);
    await Promise.all([
      ...[2, 3, 4].map((arrivedAt) =>
        inTurnOf(arrivedAt, () => embedder.embedQuery(`question ${arrivedAt}`).then(done(`${arrivedAt}`))),
      ),
      inTurnOf(1, () =>
        embedder
          .embedDocuments(
            Array.from({ length: 20 }, (_, number) => `Sentence ${number}.`),
            { alone: true },
          )
          .then(done('1')),
      ),
      busy,
    ]);
    expect(order[0]).toBe('1');
    await embedder.close();
  });

  it('gives a text that is embedded alone the same vector, whatever it is embedded with', async () => {
    const embedder = await openOnnxEmbedder(shipped, { threads: 1 });
    const texts = ['Hold the button.', 'Hold the button for ten seconds.', 'A refund takes five days.'];
    const together = await embedder.embedDocuments(texts, { alone: true });
    for (const [index, text] of texts.entries())
      expect(await embedder.embedDocuments([text])).toEqual([together[index]]);
    await embedder.close();
  });

  it('rejects what waits when it is closed, and everything after', async () => {
    const embedder = await openOnnxEmbedder(shipped, { threads: 1 });
    const waiting = embedder.embedDocuments(Array.from({ length: 200 }, (_, number) => `Passage ${number}`));
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'shutting-down' });
    await embedder.close();
    await rejected;
    await expect(embedder.embedQuery('x')).rejects.toMatchObject({ code: 'shutting-down' });
  });

  const tiny = async (name: string, options: Parameters<typeof writeTinyModel>[1]) => {
    await writeTinyModel(join(folder, name), options);
    return openOnnxEmbedder(join(folder, name));
  };
  const rounded = (vector: Float32Array) => [...vector].map((value) => Math.round(value * 1000) / 1000);

  it('pools as config.json says: mean without the padding, or the first token', async () => {
    const mean = await tiny('mean', { answerdesk: { pooling: 'mean' } });
    const [red, both] = await mean.embedDocuments(['red', 'red green green green green green']);
    // (4, 0, 2) and (4, 20, 2), at length 1.
    expect(rounded(red!)).toEqual([0.894, 0, 0.447]);
    expect(rounded(both!)).toEqual([0.195, 0.976, 0.098]);
    const first = await tiny('cls', { answerdesk: { pooling: 'cls' } });
    expect(rounded(await first.embedQuery('red'))).toEqual([0, 0, 1]);
    await Promise.all([mean.close(), first.close()]);
  });

  it('puts the prefixes of config.json before questions and documents', async () => {
    const plain = await tiny('plain', {});
    const prefixed = await tiny('prefixed', {
      answerdesk: { query_prefix: 'red ', document_prefix: 'green ' },
    });
    expect(await prefixed.embedQuery('blue')).toEqual(await plain.embedQuery('red blue'));
    expect(await prefixed.embedDocuments(['blue'])).toEqual(await plain.embedDocuments(['green blue']));
    await Promise.all([plain.close(), prefixed.close()]);
  });

  it('cuts texts to max_tokens, the special tokens kept', async () => {
    const embedder = await tiny('short', { answerdesk: { max_tokens: 8 } });
    const [long, cut] = await embedder.embedDocuments([`${'red '.repeat(500)}blue`, 'red '.repeat(6)]);
    expect(long).toEqual(cut);
    await embedder.close();
  });

  it('has a model id that changes with the weights and with the settings that shape vectors', async () => {
    const embedders = [
      await tiny('id-1', { answerdesk: { name: 'colours' } }),
      await tiny('id-2', { answerdesk: { name: 'colours' } }),
      await tiny('id-3', { answerdesk: { name: 'colours', pooling: 'cls' } }),
      await tiny('id-4', { answerdesk: { name: 'colours' }, inputs: ['input_ids'] }),
      await tiny('colours', {}),
    ];
    const ids = embedders.map(({ modelId }) => modelId);
    for (const id of ids) expect(id).toMatch(/^colours@[0-9a-f]{8}$/);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toBe(ids[4]);
    expect(new Set(ids).size).toBe(3);
    await Promise.all(embedders.map((embedder) => embedder.close()));
  });

  it('computes on the CPU where the execution provider cannot be used, and says why once', async () => {
    await writeTinyModel(join(folder, 'provider'), {});
    const open = async (executionProvider: 'cpu' | 'tensorrt') => {
      const notices: string[] = [];
      const embedder = await openEmbedder(
        { model: join(folder, 'provider'), threads: 2, executionProvider },
        { onNotice: (notice) => notices.push(notice) },
      );
      const vectors = await embedder.embedDocuments(Array.from({ length: 100 }, () => 'red green'));
      await embedder.close();
      return { notices, vectors, modelId: embedder.modelId };
    };
    const cpu = await open('cpu');
    expect(cpu.notices).toEqual([]);
    const other = await open('tensorrt');
    expect(other.vectors).toEqual(cpu.vectors);
    expect(other.modelId).toBe(cpu.modelId);
    // Nobody installs TensorRT's libraries where tests run; who has done so has no notice.
    if (!hasTensorRt) {
      expect(other.notices).toEqual([
        expect.stringMatching(
          /^The execution provider tensorrt cannot be used here, so .*CPU.*ANSWERDESK_EXECUTION_PROVIDER/,
        ),
      ]);
    }
  });

  it('does not open a model that is not the one that is expected', async () => {
    await writeTinyModel(join(folder, 'expected'), { answerdesk: { name: 'expected' } });
    await expect(
      openOnnxEmbedder(join(folder, 'expected'), { expectedId: 'expected@00000000' }),
    ).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('changed or damaged'),
    });
  });

  it.each(['broken', 'zero'])('refuses what is no vector (%s), and works on', async (word) => {
    const embedder = await tiny('broken', {});
    await expect(embedder.embedDocuments(['red', word, 'blue'])).rejects.toMatchObject({
      code: 'model-invalid',
    });
    expect(await embedder.embedQuery('green')).toHaveLength(3);
    await embedder.close();
  });

  it.each([
    ['another number of dimensions', { answerdesk: { dimensions: 4 } }],
    ['an unknown setting', { answerdesk: { poolling: 'mean' } }],
    ['pooling that the graph has no output for', { answerdesk: { pooling: 'none' } }],
    ['an input that is not there', { inputs: ['input_ids', 'pixel_values'] }],
    ['vectors that are not normalised', { answerdesk: { normalize: false } }],
  ])('refuses a model with %s', async (what, options) => {
    await expect(tiny(what, options)).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('refuses a folder without a model, and damaged files, with an error that names them', async () => {
    const copy = join(folder, 'damaged');
    await expect(openOnnxEmbedder(copy)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining(copy),
    });
    const spoil: (() => Promise<void>)[] = [
      () => truncate(join(copy, 'model.onnx'), 0),
      () => truncate(join(copy, 'model.onnx'), 1_000_000),
      () => writeFile(join(copy, 'model.onnx'), '<!doctype html>'),
      () => writeFile(join(copy, 'tokenizer.json'), '{"model":'),
      () => writeFile(join(copy, 'tokenizer.json'), '{}'),
      () => writeFile(join(copy, 'config.json'), 'no json'),
      () => rm(join(copy, 'tokenizer.json')),
    ];
    for (const damage of spoil) {
      await cp(shipped, copy, { recursive: true });
      await damage();
      await expect(openOnnxEmbedder(copy)).rejects.toMatchObject({
        code: 'model-invalid',
        message: expect.stringContaining(copy),
      });
    }
  });
});

describe('OpenAI-compatible embedder', () => {
  const open = (options = {}) =>
    openOpenaiEmbedder({ model: 'test', baseUrl: endpoint.baseUrl, retries: 1, ...options });

  it('is chosen by an "openai:" model name, and asks for the dimensions', async () => {
    const embedder = await openEmbedder({
      model: 'openai:some-model',
      baseUrl: endpoint.baseUrl,
      apiKey: 'key',
      threads: 0,
    });
    expect(embedder).toMatchObject({ modelId: 'openai:some-model', dimensions: 64 });
  });

  it('sends documents in batches, one after the other', async () => {
    const embedder = await open({ batchSize: 10 });
    const before = endpoint.requests.length;
    await embedder.embedDocuments(Array.from({ length: 25 }, (_, number) => `text ${number}`));
    expect(endpoint.requests.slice(before).map((texts) => texts.length)).toEqual([10, 10, 5]);
  });

  it('tries again after a failure that may pass', async () => {
    const embedder = await open();
    let failures = 1;
    endpoint.respond = (_request, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503, { 'retry-after-ms': '1' }).end();
      return true;
    };
    expect(await embedder.embedQuery('x')).toHaveLength(64);
    endpoint.respond = undefined;
  });

  it('passes an abort on to the endpoint', async () => {
    const embedder = await open();
    const controller = new AbortController();
    const before = endpoint.abandoned;
    endpoint.respond = () => {
      controller.abort();
      return true;
    };
    await expect(embedder.embedQuery('x', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect.poll(() => endpoint.abandoned).toBe(before + 1);
    endpoint.respond = undefined;
  });

  it.each([
    ['refuses the key', 401, '{}', 'model-invalid'],
    ['does not know the model', 404, '{"error":{"message":"no such model"}}', 'model-invalid'],
    ['is overloaded', 503, '', 'model-unavailable'],
    ['answers with something else', 200, '<html></html>', 'model-invalid'],
    ['answers with too few vectors', 200, '{"data":[]}', 'model-invalid'],
    ['answers with zeros', 200, '{"data":[{"index":0,"embedding":[0,0]}]}', 'model-invalid'],
    ['answers with another length', 200, '{"data":[{"index":0,"embedding":[1,0]}]}', 'model-invalid'],
  ])('says so when the endpoint %s', async (_what, status, body, code) => {
    const embedder = await open({ retries: 0 });
    endpoint.respond = (_request, response) => {
      response
        .writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/html' })
        .end(body);
      return true;
    };
    await expect(embedder.embedQuery('x')).rejects.toMatchObject({ code });
    endpoint.respond = undefined;
  });

  it('says so when the endpoint is not there, or does not answer in time', async () => {
    const nowhere = open({ baseUrl: 'http://127.0.0.1:1/v1', retries: 0 });
    await expect(nowhere).rejects.toMatchObject({ code: 'model-unavailable' });
    endpoint.respond = () => true;
    await expect(open({ timeoutMs: 30, retries: 0 })).rejects.toMatchObject({ code: 'model-timeout' });
    endpoint.respond = undefined;
  });
});
