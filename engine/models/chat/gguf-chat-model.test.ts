// Several conversations and one model in a file, with a stand-in for node-llama-cpp.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LlamaWork, writeLlamaPackage } from '../testing/llama-package.ts';
import { openWritingModel } from './open-chat-model.ts';

let packages: string;
let work: LlamaWork;
beforeAll(async () => {
  packages = await mkdtemp(join(tmpdir(), 'gguf-shared-'));
  work = await writeLlamaPackage(packages, { tokenMs: 1 });
  await writeFile(join(packages, 'model.gguf'), 'GGUF');
});
afterAll(() => rm(packages, { recursive: true, force: true }));

const open = (atOnce: number) =>
  openWritingModel({
    model: `gguf:${join(packages, 'model.gguf')}`,
    packages,
    maxTokens: 20,
    contextTokens: 1_024,
    threads: 1,
    atOnce,
  });

describe('a chat model in a GGUF file', () => {
  it('is loaded once and writes several answers at once; further ones go on in the order in which they came', async () => {
    await using model = await open(2);
    const ended: number[] = [];
    let most = 0;
    const read = async (number: number) => {
      for await (const { text } of await model.model.stream([
        { role: 'user', content: `Question ${number}?` },
      ]))
        if (text) most = Math.max(most, work.decoding);
      ended.push(number);
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(read));
    expect(most).toBe(2);
    expect(work).toMatchObject({ decoding: 0, loaded: 1 });
    expect(ended.map((number) => Math.floor(number / 2))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('gives the place of an answer that was stopped while it waited to the next one', async () => {
    await using model = await open(1);
    const controller = new AbortController();
    const read = async (signal?: AbortSignal) => {
      let text = '';
      for await (const chunk of await model.model.stream(
        [{ role: 'user', content: '?' }],
        signal ? { signal } : {},
      ))
        text += chunk.text;
      return text;
    };
    const first = read();
    const stopped = read(controller.signal);
    const last = read();
    controller.abort(new DOMException('stop', 'AbortError'));
    await expect(stopped).rejects.toThrow();
    expect(await Promise.all([first, last])).toEqual(['word '.repeat(20), 'word '.repeat(20)]);
  });
});
