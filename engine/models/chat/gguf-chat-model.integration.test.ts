// With a real model and node-llama-cpp, where they are: ANSWERDESK_TEST_GGUF names the file, ANSWERDESK_TEST_PACKAGES the folder into which
// `npm install --prefix` put the package.
import { copyFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWritingModel } from './open-chat-model.ts';
import { writingModelContract } from './writing-model.contract.ts';

const file = process.env.ANSWERDESK_TEST_GGUF;
const packages = process.env.ANSWERDESK_TEST_PACKAGES ?? '/nowhere';
if (file === undefined)
  process.stderr.write(
    'Skipped: the contract of gguf: models needs ANSWERDESK_TEST_GGUF and ANSWERDESK_TEST_PACKAGES.\n',
  );

describe.skipIf(file === undefined)('a chat model in a GGUF file', () => {
  const settings = { maxTokens: 60, packages, threads: 1, contextTokens: 1_024 };
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gguf-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const before = process.cpuUsage().user;
  let last = before;
  writingModelContract({
    open: () => openWritingModel({ ...settings, model: `gguf:${file}` }),
    async isWorking() {
      last = process.cpuUsage().user;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return process.cpuUsage().user - last > 200_000;
    },
  });

  it.each([
    ['a file that is cut off', (path: string) => truncate(path, 50_000_000), /cut off/],
    ['a header that is cut off', (path: string) => truncate(path, 100_000), /cut off|damaged/],
    ['a file of another kind', (path: string) => writeFile(path, 'a letter'), /no GGUF file/],
  ])('%s is refused with what to do', async (_what, damage, says) => {
    const path = join(folder, 'model.gguf');
    await copyFile(file!, path);
    await damage(path);
    await expect(openWritingModel({ ...settings, model: `gguf:${path}` })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(says),
    });
  });
});
