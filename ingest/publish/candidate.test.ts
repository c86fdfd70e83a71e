import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { readCurrentId } from '#knowledge/generations/generation-folder.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { rollbackGeneration } from '#knowledge/generations/generation-writer.ts';
import { publishSample, sampleDocument, sampleDocuments } from '#knowledge/testing/sample-generation.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { buildCandidate, publishCandidate } from './candidate.ts';

const old = createHashingEmbedder({ modelId: 'old@00000001' });
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'candidate-'));
  await publishSample(dataDir, sampleDocuments, old);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const newer = () => createHashingEmbedder({ modelId: 'new@00000002', dimensions: 32 });
const candidates = async () => (await readdir(join(dataDir, 'candidates')).catch(() => [])).sort();
const vectorFile = () => join(dataDir, 'candidates', 'new@00000002.vectors');

describe('a candidate', () => {
  it('holds the same passages with vectors of the other model, beside what is in use', async () => {
    const { documents, chunks } = (await openCurrentGeneration(dataDir))!;
    await using candidate = await buildCandidate(dataDir, newer());
    expect(candidate).toMatchObject({ basedOn: 'gen-000001', embedded: 7, reused: 0 });
    const generation = (await openCurrentGeneration(candidate.dataDir))!;
    expect(generation.info).toMatchObject({ modelId: 'new@00000002', dimensions: 32 });
    expect(generation.documents).toEqual(documents);
    expect(generation.chunks).toEqual(chunks);
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
  });

  it('is gone when nobody wants it; its vectors stay for the next time, as long as their texts do', async () => {
    await (await buildCandidate(dataDir, newer()))[Symbol.asyncDispose]();
    expect(await candidates()).toEqual(['new@00000002.vectors']);
    await (async () => {
      await using again = await buildCandidate(dataDir, newer());
      expect(again).toMatchObject({ embedded: 0, reused: 7 });
    })();
    const size = (await readFile(vectorFile())).length;
    await publishSample(dataDir, sampleDocuments.slice(1), old);
    await using smaller = await buildCandidate(dataDir, newer());
    expect(smaller.embedded).toBe(0);
    expect((await readFile(vectorFile())).length).toBe((size / 7) * smaller.generation.chunks);
  });

  it('takes up what was embedded before it was stopped, and nothing of a file that was damaged', async () => {
    const long = sampleDocument('long', Array.from({ length: 150 }, (_, line) => `Line ${line}.`).join('\n'));
    await publishSample(dataDir, [...sampleDocuments, long], old);
    const model = newer();
    let requests = 0;
    const failing: Embedder = {
      ...model,
      async embedDocuments(texts) {
        if (++requests > 1) throw new Error('the power went');
        return model.embedDocuments(texts);
      },
    };
    await expect(buildCandidate(dataDir, failing)).rejects.toThrow('the power went');
    expect(await readCurrentId(dataDir)).toBe('gen-000002');
    await (async () => {
      await using rest = await buildCandidate(dataDir, newer());
      expect(rest).toMatchObject({ embedded: 157 - 128, reused: 128 });
    })();
    const whole = await readFile(vectorFile());
    const build = async () => {
      await using candidate = await buildCandidate(dataDir, newer());
      return {
        embedded: candidate.embedded,
        vectors: (await openCurrentGeneration(candidate.dataDir))!.vectors.values,
      };
    };
    const { vectors } = await build();
    const spoil: [() => Promise<void>, number][] = [
      [() => truncate(vectorFile(), whole.length - 5), 1],
      [() => appendFile(vectorFile(), 'cut'), 0],
      [
        () =>
          writeFile(
            vectorFile(),
            Buffer.concat([whole.subarray(0, 50), Buffer.of(whole[50]! ^ 1), whole.subarray(51)]),
          ),
        1,
      ],
      [() => writeFile(vectorFile(), 'something else'), 157],
    ];
    for (const [damage, embedded] of spoil) {
      await damage();
      expect(await build()).toEqual({ embedded, vectors });
      expect(await readFile(vectorFile())).toHaveLength(whole.length);
    }
  });

  it('is not built where the vectors of before cannot be read', async () => {
    await mkdir(vectorFile(), { recursive: true });
    await expect(buildCandidate(dataDir, newer())).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('is published as it was measured, and its vectors are found again after a rollback', async () => {
    const candidate = await buildCandidate(dataDir, newer());
    const published = await publishCandidate(dataDir, candidate);
    await candidate[Symbol.asyncDispose]();
    expect(published).toMatchObject({ id: 'gen-000002', modelId: 'new@00000002', chunks: 7 });
    expect(await readCurrentId(dataDir)).toBe('gen-000002');
    expect(await candidates()).toEqual([]);
    expect((await rollbackGeneration(dataDir)).modelId).toBe('old@00000001');
    await using again = await buildCandidate(dataDir, newer());
    expect(again.embedded).toBe(0);
  });

  it('is not published over what somebody else published meanwhile', async () => {
    await using candidate = await buildCandidate(dataDir, newer());
    await publishSample(dataDir, sampleDocuments.slice(1), old);
    await expect(publishCandidate(dataDir, candidate)).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('gen-000001 was compared, gen-000002 is in use'),
    });
    expect(await readCurrentId(dataDir)).toBe('gen-000002');
  });

  it('needs something to be published', async () => {
    await expect(buildCandidate(join(dataDir, 'nowhere'), newer())).rejects.toMatchObject({
      code: 'knowledge-base-missing',
    });
  });
});
