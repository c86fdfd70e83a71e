import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from './gguf-file.ts';
import type { GgufFileInfo } from './llama-module.ts';

/** As node-llama-cpp tells of a whole file: two tensors, of which the second ends at byte 160. */
const whole: GgufFileInfo = {
  version: 3,
  metadata: {
    general: { architecture: 'llama', name: 'Tiny', license: 'apache-2.0' },
    tokenizer: { chat_template: '{{ messages }}' },
  },
  architectureMetadata: { context_length: 2_048 },
  fullTensorInfo: [
    { dimensions: [4, 2], ggmlType: 0, fileOffset: 64 },
    { dimensions: [32n, 2n], ggmlType: 2, fileOffset: 124n },
  ],
};

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gguf-file-'));
  path = join(folder, 'model.gguf');
  await writeFile(path, Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(156)]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const reading = (info: GgufFileInfo, file = path) => readGguf(file, { readGgufFileInfo: async () => info });

describe('a GGUF file', () => {
  it('says what it is, and how many numbers it has', async () => {
    expect(await reading(whole)).toEqual({
      architecture: 'llama',
      title: 'Tiny',
      licence: 'apache-2.0',
      contextLength: 2_048,
      bytes: 160,
      parameters: 72,
    });
  });

  it.each<[string, GgufFileInfo, RegExp]>([
    [
      'without a chat template',
      { ...whole, metadata: { ...whole.metadata, tokenizer: {} } },
      /no chat template.*"Instruct"/s,
    ],
    [
      'of a model that was trained for less than a prompt',
      { ...whole, architectureMetadata: { context_length: 511 } },
      /context of 511 tokens is too short: 512/,
    ],
    ['without tensors', { ...whole, fullTensorInfo: [] }, /cut off/],
  ])('%s is refused with what to do', async (_what, info, says) => {
    await expect(reading(info)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(says),
    });
  });

  it('whose last tensor is cut off is refused', async () => {
    const cut = join(folder, 'cut.gguf');
    await writeFile(cut, Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(156)]));
    await truncate(cut, 159);
    await expect(reading(whole, cut)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/cut off: it has 159 bytes, and its tensors need 160/),
    });
  });

  it('whose header cannot be read is refused, and nothing of it is quoted', async () => {
    const failing = readGguf(path, {
      readGgufFileInfo: async () => {
        throw new RangeError('offset 7 of "a secret"');
      },
    });
    await expect(failing).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^(?!.*secret).*cut off or damaged/s),
    });
  });
});
