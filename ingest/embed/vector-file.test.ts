import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentHash } from '#knowledge/generations/generation-reader.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../testing/source-folder.ts';
import { openVectorFile } from './vector-file.ts';

let folder: TemporaryFolder;
let path: string;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  path = join(folder.path, 'some/model.vectors');
});
afterEach(() => folder[Symbol.asyncDispose]());

const dimensions = 3;
const recordBytes = 32 + dimensions * 4 + 4;
const hash = (number: number) => contentHash(`text ${number}`);
const vector = (number: number) => Float32Array.of(number, number / 2, -number);
async function fill(count: number) {
  using file = await openVectorFile(path, dimensions);
  for (let number = 0; number < count; number += 1) file.add([hash(number)], [vector(number)]);
}

describe('a file of vectors', () => {
  it('has after a kill at any byte what was written whole, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 6 * recordBytes }), async (length) => {
        await writeFile(path, '').catch(() => {});
        await fill(6);
        await truncate(path, length);
        const whole = Math.floor(length / recordBytes);
        {
          using file = await openVectorFile(path, dimensions);
          expect(file.size).toBe(whole);
          file.add([hash(9)], [vector(9)]);
          expect(file.get(hash(9))).toEqual(vector(9));
        }
        using again = await openVectorFile(path, dimensions);
        for (let number = 0; number < whole; number += 1)
          expect(again.get(hash(number))).toEqual(vector(number));
        expect([again.size, again.has(hash(whole))]).toEqual([whole + 1, false]);
      }),
      { numRuns: 20 },
    );
  });

  it('drops a record that is damaged and keeps those around it', async () => {
    await fill(4);
    const bytes = await readFile(path);
    bytes[recordBytes + 40]! ^= 1;
    await writeFile(path, bytes);
    using file = await openVectorFile(path, dimensions);
    expect([0, 1, 2, 3].map((number) => file.has(hash(number)))).toEqual([true, false, true, true]);
    expect((await stat(path)).size).toBe(3 * recordBytes);
  });

  it('keeps nothing of something else, and is gone when it is removed', async () => {
    await fill(1);
    await writeFile(path, 'something else');
    using file = await openVectorFile(path, dimensions);
    expect(file.size).toBe(0);
    await appendFile(path, '');
    await file.remove();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('forgets the vectors of texts that are gone', async () => {
    await fill(3);
    using file = await openVectorFile(path, dimensions);
    await file.keepOnly(new Set([hash(2)]));
    expect((await stat(path)).size).toBe(recordBytes);
    expect([file.size, file.get(hash(2))]).toEqual([1, vector(2)]);
  });
});
