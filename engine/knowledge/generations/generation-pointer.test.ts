// Whatever happens to CURRENT, it is read as the generation that was in use or not at all: never as "nothing was ever published".
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { publishSample, sampleDocuments } from '../testing/sample-generation.ts';
import { readCurrentId, writeCurrentId } from './generation-folder.ts';
import { rollbackGeneration } from './generation-writer.ts';

const embedder = createHashingEmbedder();
let dataDir: string;
let intact: Buffer;
const pointerFile = () => join(dataDir, 'index', 'CURRENT');

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pointer-'));
  for (let round = 0; round < 3; round++) await publishSample(dataDir, sampleDocuments, embedder);
  // Not the newest one, so that guessing would be seen.
  await rollbackGeneration(dataDir);
  intact = await readFile(pointerFile());
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));
beforeEach(() => writeFile(pointerFile(), intact));

/** The id that is read from such a file, or the error. */
async function readFrom(bytes: Uint8Array): Promise<string | AppError | undefined> {
  await writeFile(pointerFile(), bytes);
  return readCurrentId(dataDir).catch((error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
}

function* flippedBits(bytes: Uint8Array): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield flipped;
  }
}

describe('CURRENT', () => {
  it('can be read by a person and says which generation is in use', async () => {
    expect(intact.toString()).toMatch(/^gen-000002 sha256:[0-9a-f]{64}\n$/);
    expect(await readCurrentId(dataDir)).toBe('gen-000002');
  });

  it('is refused with any bit flipped, cut anywhere, or empty, and the error says how to go back', async () => {
    const refusal = { code: 'knowledge-base-damaged', message: expect.stringMatching(/rollback --to gen-0/) };
    for (const flipped of flippedBits(intact)) expect(await readFrom(flipped)).toMatchObject(refusal);
    for (let length = 0; length < intact.length; length++)
      expect(await readFrom(intact.subarray(0, length))).toMatchObject(refusal);
    await rm(pointerFile());
    await expect(readCurrentId(dataDir)).rejects.toMatchObject(refusal);
  });

  it('is the same generation or a refusal, whatever bytes it holds', async () => {
    const edit = fc.record({ at: fc.nat({ max: intact.length }), bytes: fc.uint8Array({ maxLength: 4 }) });
    const edited = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
      const bytes = Buffer.concat([intact, Buffer.alloc(4)]);
      for (const { at, bytes: put } of edits) bytes.set(put, at);
      return bytes.subarray(0, intact.length);
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(edited, fc.uint8Array({ maxLength: 100 })), async (bytes) => {
        const read = await readFrom(bytes);
        expect(read === 'gen-000002' || (read as AppError).code === 'knowledge-base-damaged').toBe(true);
      }),
    );
  });

  it('of version 0.1, without checksum, is taken as it was written, and never for "nothing published"', async () => {
    const unsigned = Buffer.from('gen-000002\n');
    expect(await readFrom(unsigned)).toBe('gen-000002');
    for (const other of ['gen-000002', 'gen-000002\r\n', ' gen-000002\n', 'gen-000009\n', 'gen-00002\n'])
      expect(await readFrom(Buffer.from(other))).toBeInstanceOf(AppError);
    for (const flipped of flippedBits(unsigned)) expect(await readFrom(flipped)).toBeDefined();
  });
});

it('nothing was ever published where there is neither CURRENT nor a generation', async () => {
  const fresh = join(dataDir, 'fresh');
  expect(await readCurrentId(fresh)).toBeUndefined();
  await mkdir(join(fresh, 'index', '.tmp-killed'), { recursive: true });
  expect(await readCurrentId(fresh)).toBeUndefined();
});

it('nothing was published by a first publisher that was killed before it named its generation', async () => {
  const fresh = join(dataDir, 'killed');
  await mkdir(join(fresh, 'index'), { recursive: true });
  await writeCurrentId(fresh, undefined);
  await mkdir(join(fresh, 'index', 'gen-000001'));
  expect(await readCurrentId(fresh)).toBeUndefined();
  expect((await publishSample(fresh, sampleDocuments, embedder)).id).toBe('gen-000002');
});

it('a file where the folder of generations should be is not an absence', async () => {
  const odd = join(dataDir, 'odd');
  await mkdir(odd);
  await writeFile(join(odd, 'index'), '');
  await expect(readCurrentId(odd)).rejects.toMatchObject({ code: 'ENOTDIR' });
});
