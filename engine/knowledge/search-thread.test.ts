import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { openManifest, serializeManifest } from './generations/generation-manifest.ts';
import { openGeneration } from './generations/generation-reader.ts';
import { publishGeneration } from './generations/generation-writer.ts';
import { createHybridRetriever } from './retrieval/hybrid-retriever.ts';
import { openSearchThread, type SearchThread } from './search-thread.ts';
import { sampleDocuments, sampleGeneration } from './testing/sample-generation.ts';

const embedder = createHashingEmbedder();
let dataDir: string;
let folder: string;
let thread: SearchThread | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'search-'));
  const { id } = await publishGeneration(await sampleGeneration(dataDir, sampleDocuments, embedder));
  folder = join(dataDir, 'index', id);
});
afterEach(async () => {
  await thread?.end();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(
  own: Parameters<typeof openSearchThread>[0]['embedder'] = embedder,
): Promise<SearchThread> {
  thread = await openSearchThread({ folder, graph: false, embedder: own });
  return thread;
}

it('finds what a search in this thread finds', async () => {
  const { retrieve } = await open();
  const here = createHybridRetriever({ ...(await openGeneration(folder)), embedder });
  const filter = { audiences: ['customer'] as const };
  for (const query of ['error e4', 'forgot my pasword', 'return a broken device'])
    expect(await retrieve(query, { k: 3, filter })).toEqual(await here.retrieve(query, { k: 3, filter }));
});

it('writes a misspelled word as the articles do', async () => {
  const { asWritten } = await open();
  expect(await asWritten('forgot my pasword')).toBe('forgot my password');
});

it('a generation of an older version, without the hosts of its articles, opens with the same ones', async () => {
  const { articleHosts } = (await open()).opened;
  expect(articleHosts?.size).toBeGreaterThan(0);
  await thread!.end();
  const { files, ...manifest } = await openManifest(folder);
  const { 'hosts.json': _hosts, ...older } = files;
  await rm(join(folder, 'hosts.json'));
  await writeFile(join(folder, 'manifest.json'), serializeManifest({ ...manifest, files: older }));
  expect((await open()).opened.articleHosts).toEqual(articleHosts);
});

it('is aborted while the question is embedded', async () => {
  const controller = new AbortController();
  let embedding: AbortSignal | undefined;
  const { retrieve } = await open({
    embedQuery: (_text, { signal } = {}) => {
      embedding = signal;
      controller.abort();
      return new Promise(() => {});
    },
  });
  await expect(retrieve('error e4', { signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await expect.poll(() => embedding?.aborted).toBe(true);
});

it('an error of the embedder comes back as it is', async () => {
  const { retrieve } = await open({
    embedQuery: async () => {
      throw Object.assign(new Error('refused'), { code: 'x' });
    },
  });
  await expect(retrieve('error e4')).rejects.toMatchObject({ code: 'internal' });
});

it('refuses a question too many, and ends when those before it are answered', async () => {
  const vector = Promise.withResolvers<Float32Array>();
  const { retrieve, end } = await open({ embedQuery: () => vector.promise });
  const asked = Array.from({ length: 1_000 }, () => retrieve('error e4', { k: 1 }));
  await expect(retrieve('one more')).rejects.toMatchObject({ code: 'busy' });
  const ended = end();
  vector.resolve(await embedder.embedQuery('error e4'));
  for (const [best] of await Promise.all(asked)) expect(best?.chunk.documentId).toBe('error-e4');
  await ended;
});

it('refuses a damaged file, naming it', async () => {
  const path = join(folder, 'bm25.bin');
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  await expect(open()).rejects.toMatchObject({
    code: 'knowledge-base-damaged',
    message: expect.stringContaining('bm25.bin'),
  });
});
