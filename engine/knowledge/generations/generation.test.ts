import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkContext } from '#core/document.ts';
import { matrixRow } from '#core/vector-matrix.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import {
  publishSample,
  sampleChunks,
  sampleDocument,
  sampleDocuments,
  sampleGeneration,
} from '../testing/sample-generation.ts';
import { listGenerations, readCurrentId } from './generation-folder.ts';
import {
  contentHash,
  openCurrentContents,
  openCurrentGeneration,
  openGeneration,
  vectorsByContentHash,
} from './generation-reader.ts';
import { publishGeneration, rollbackGeneration } from './generation-writer.ts';

const embedder = createHashingEmbedder();
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'generation-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const generationPath = (id: string) => join(dataDir, 'index', id);

describe('a published generation', () => {
  it('gives back documents, chunks, vectors and both indexes as they were', async () => {
    const info = await publishSample(dataDir, sampleDocuments, embedder);
    const generation = await openGeneration(generationPath(info.id));
    const chunks = sampleDocuments.flatMap(sampleChunks);
    expect(generation.info).toEqual(info);
    expect(generation.documents).toEqual(sampleDocuments);
    expect(generation.chunks).toEqual(chunks);
    const vectors = await embedder.embedDocuments(chunks.map(chunkContext));
    chunks.forEach((_, row) => {
      expect(matrixRow(generation.vectors, row)).toEqual(vectors[row]);
    });
    expect(generation.lexicalIndex.search('e4 bridge', 1)[0]?.row).toBe(2);
    expect(generation.vectorIndex.search(vectors[3]!, 1)[0]?.row).toBe(3);
    expect(info.sources).toEqual([
      { name: 'help', documents: 3, chunks: 5 },
      { name: 'shop', documents: 1, chunks: 2 },
    ]);
  });

  it('keeps text outside the basic plane, lone surrogates and offsets exactly', async () => {
    const odd = sampleDocument('odd', 'A 🔥 and é, e\u0301\nhalf \ud83d of one\nעברית\u2028中文');
    const { id } = await publishSample(dataDir, [odd], embedder);
    const generation = await openGeneration(generationPath(id));
    expect(generation.documents).toEqual([odd]);
    expect(generation.chunks).toEqual(sampleChunks(odd));
  });

  it('gives a vector by the hash of the text that was embedded, so that it need not be embedded again', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    using previous = await openCurrentContents(dataDir);
    const known = vectorsByContentHash(previous!);
    const { vectors } = (await openCurrentGeneration(dataDir))!;
    const [first] = sampleDocuments.flatMap(sampleChunks).map(chunkContext);
    expect(known.get(contentHash(first!))).toEqual(matrixRow(vectors, 0));
    const edited = sampleDocument(
      'returns',
      'You can return any device within 60 days.\nWe pay for the parcel if it arrived broken.',
      {
        source: 'shop',
      },
    );
    const texts = [...sampleDocuments.filter(({ id }) => id !== 'returns'), edited]
      .flatMap(sampleChunks)
      .map(chunkContext);
    expect(texts.filter((text) => !known.has(contentHash(text)))).toEqual([
      chunkContext(sampleChunks(edited)[0]!),
    ]);
  });

  it('has a graph of the vectors when one was asked for, and is searched by it when that is asked for, else exactly', async () => {
    const info = await publishGeneration({
      ...(await sampleGeneration(dataDir, sampleDocuments, embedder)),
      graph: true,
    });
    expect(await readdir(generationPath(info.id))).toContain('hnsw.bin');
    // Before 0.3 every large generation had one: it still opens.
    for (const graph of [false, true]) {
      const { vectors, vectorIndex } = await openGeneration(generationPath(info.id), { graph });
      expect(vectorIndex.search(matrixRow(vectors, 4), 1)[0]?.row).toBe(4);
    }
  });
});

describe('publishing', () => {
  it('numbers generations, keeps the newest three and removes what a killed publisher left behind', async () => {
    await mkdir(join(dataDir, 'index', '.tmp-killed'), { recursive: true });
    await writeFile(join(dataDir, 'index', '.tmp-killed', 'vectors.bin'), 'half');
    for (let round = 0; round < 5; round++) await publishSample(dataDir, sampleDocuments, embedder);
    expect((await readdir(join(dataDir, 'index'))).sort()).toEqual([
      'CURRENT',
      'gen-000003',
      'gen-000004',
      'gen-000005',
    ]);
    expect(await readCurrentId(dataDir)).toBe('gen-000005');
  });

  it.each([
    ['nothing', 'bad-input', async () => ({ chunks: [], vectors: [] })],
    ['fewer vectors than chunks', 'bad-input', async (parts: Parts) => ({ vectors: parts.vectors.slice(1) })],
    [
      'a chunk that its document does not contain',
      'bad-input',
      async (parts: Parts) => ({
        chunks: parts.chunks.map((chunk, row) => (row === 2 ? { ...chunk, text: `${chunk.text}!` } : chunk)),
      }),
    ],
    [
      'a chunk for customers from an internal document',
      'bad-input',
      async (parts: Parts) => ({
        chunks: parts.chunks.map((chunk) => ({ ...chunk, audience: 'customer' as const })),
      }),
    ],
    [
      'a chunk of no document',
      'bad-input',
      async (parts: Parts) => ({ documents: parts.documents.slice(1) }),
    ],
    [
      'a document twice',
      'bad-input',
      async (parts: Parts) => ({ documents: [...parts.documents, parts.documents[0]!] }),
    ],
    [
      'a chunk twice',
      'bad-input',
      async (parts: Parts) => ({
        chunks: [...parts.chunks, parts.chunks[0]!],
        vectors: [...parts.vectors, parts.vectors[0]!],
      }),
    ],
    [
      'a NaN',
      'model-invalid',
      async (parts: Parts) => ({
        vectors: [new Float32Array(embedder.dimensions).fill(Number.NaN), ...parts.vectors.slice(1)],
      }),
    ],
    ['vectors of another length', 'model-invalid', async () => ({ dimensions: embedder.dimensions * 2 })],
  ])('refuses %s, and leaves the generation in use alone', async (_what, code, spoil) => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const parts = await sampleGeneration(dataDir, sampleDocuments, embedder);
    await expect(publishGeneration({ ...parts, ...(await spoil(parts)) })).rejects.toMatchObject({ code });
    expect((await readdir(join(dataDir, 'index'))).sort()).toEqual(['CURRENT', 'gen-000001']);
  });

  it('refuses another model than that of the generation in use, unless somebody says so', async () => {
    const publish = async (model: string, acceptModelChange?: boolean) => {
      const other = createHashingEmbedder({ modelId: model });
      const parts = await sampleGeneration(dataDir, sampleDocuments, other);
      return publishGeneration(acceptModelChange === undefined ? parts : { ...parts, acceptModelChange });
    };
    const refused = { code: 'knowledge-base-mismatch', message: expect.stringMatching(/one@1.*two@2/) };
    await publish('one@1');
    await publish('one@1');
    await expect(publish('two@2')).rejects.toMatchObject(refused);
    // What a server falls back on when the current one cannot be read is in use, too.
    await appendFile(join(generationPath('gen-000002'), 'manifest.json'), 'x');
    await expect(publish('two@2')).rejects.toMatchObject(refused);
    expect(await listGenerations(dataDir)).toEqual(['gen-000001', 'gen-000002']);

    expect(await publish('two@2', true)).toMatchObject({ id: 'gen-000003', modelId: 'two@2' });
    await expect(publish('one@1')).rejects.toMatchObject({ code: 'knowledge-base-mismatch' });
    expect((await rollbackGeneration(dataDir)).modelId).toBe('one@1');
    await expect(publish('two@2')).rejects.toMatchObject(refused);
    expect(await publish('one@1')).toMatchObject({ id: 'gen-000004' });
  });

  it('refuses to guess which generation is in use, and removes none', async () => {
    for (let round = 0; round < 3; round++) await publishSample(dataDir, sampleDocuments, embedder);
    await rollbackGeneration(dataDir);
    await rm(join(dataDir, 'index', 'CURRENT'));
    await expect(publishSample(dataDir, sampleDocuments, embedder)).rejects.toMatchObject({
      code: 'knowledge-base-damaged',
    });
    expect(await listGenerations(dataDir)).toEqual(['gen-000001', 'gen-000002', 'gen-000003']);
  });

  it('stops when aborted, and leaves nothing behind', async () => {
    const parts = await sampleGeneration(dataDir, sampleDocuments, embedder);
    await expect(publishGeneration(parts, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await readdir(join(dataDir, 'index'))).toEqual([]);
  });

  it('reports a file system that refuses', async () => {
    await writeFile(join(dataDir, 'index'), 'a file where the folder should be');
    await expect(publishSample(dataDir, sampleDocuments, embedder)).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});

type Parts = Awaited<ReturnType<typeof sampleGeneration>>;

describe('rolling back', () => {
  it('goes back one generation at a time, past damaged ones, and publishing goes on from the newest number', async () => {
    for (let round = 0; round < 3; round++)
      await publishSample(dataDir, sampleDocuments.slice(round), embedder);
    await appendFile(join(generationPath('gen-000002'), 'vectors.bin'), 'x');
    expect((await rollbackGeneration(dataDir)).id).toBe('gen-000001');
    expect((await openCurrentGeneration(dataDir))?.info.documents).toBe(4);
    await expect(rollbackGeneration(dataDir)).rejects.toMatchObject({ code: 'knowledge-base-missing' });
    expect((await publishSample(dataDir, sampleDocuments, embedder)).id).toBe('gen-000004');
  });

  it('puts the named generation in use, and without a name the newest intact one, when CURRENT is damaged', async () => {
    for (let round = 0; round < 3; round++) await publishSample(dataDir, sampleDocuments, embedder);
    await appendFile(join(generationPath('gen-000003'), 'vectors.bin'), 'x');
    const damage = () => writeFile(join(dataDir, 'index', 'CURRENT'), '');
    await damage();
    expect((await rollbackGeneration(dataDir)).id).toBe('gen-000002');
    await damage();
    expect((await rollbackGeneration(dataDir, { to: 'gen-000001' })).id).toBe('gen-000001');
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
    await expect(rollbackGeneration(dataDir, { to: 'gen-000009' })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('There are: gen-000001, gen-000002, gen-000003'),
    });
    await expect(rollbackGeneration(dataDir, { to: 'gen-000003' })).rejects.toMatchObject({
      code: 'knowledge-base-damaged',
    });
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
  });

  it('never removes the generation in use', async () => {
    for (let round = 0; round < 3; round++) await publishSample(dataDir, sampleDocuments, embedder);
    await rollbackGeneration(dataDir);
    await rollbackGeneration(dataDir);
    const next = { ...(await sampleGeneration(dataDir, sampleDocuments, embedder)), keep: 1 };
    await expect(publishGeneration(next, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(await listGenerations(dataDir)).toEqual(['gen-000001', 'gen-000003']);
    expect((await openCurrentGeneration(dataDir))?.info.id).toBe('gen-000001');
  });
});

describe('a damaged generation', () => {
  let folder: string;

  beforeEach(async () => {
    const parts = await sampleGeneration(dataDir, sampleDocuments, embedder);
    folder = generationPath((await publishGeneration({ ...parts, graph: true })).id);
  });

  const refused = () =>
    expect(openGeneration(folder)).rejects.toMatchObject({ code: 'knowledge-base-damaged' });

  it('is refused for any flipped bit in any file', async () => {
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const names = await readdir(folder);
    expect(names).toHaveLength(7);
    for (const name of names) {
      const path = join(folder, name);
      const intact = await readFile(path);
      for (let flip = 0; flip < 60; flip++) {
        const flipped = Buffer.from(intact);
        flipped[random(intact.length)]! ^= 1 << random(8);
        await writeFile(path, flipped);
        await refused();
      }
      await writeFile(path, intact);
    }
    await openGeneration(folder);
  });

  it('is refused when a file is cut short, longer, empty, missing or another file', async () => {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const intact = await readFile(path);
      for (const length of [0, 1, Math.floor(intact.length / 2), intact.length - 1]) {
        await truncate(path, length);
        await refused();
        await writeFile(path, intact);
      }
      await appendFile(path, '\n');
      await refused();
      await writeFile(path, await readFile(join(folder, name === 'bm25.bin' ? 'vectors.bin' : 'bm25.bin')));
      await refused();
      await rm(path);
      await refused();
      await writeFile(path, intact);
    }
    await openGeneration(folder);
  });

  it('is refused when it was written by another version', async () => {
    const path = join(folder, 'manifest.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"schemaVersion": 1', '"schemaVersion": 2'));
    await refused();
  });

  it('is refused when files of two generations are mixed', async () => {
    const other = generationPath((await publishSample(dataDir, sampleDocuments.slice(1), embedder)).id);
    await rename(join(other, 'chunks.jsonl'), join(folder, 'chunks.jsonl'));
    await refused();
    expect((await stat(folder)).isDirectory()).toBe(true);
  });
});
