// Adding a chat model, with a stand-in for node-llama-cpp: what is checked, what is kept, and that nothing is left of what is refused.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import { chatModelFolder, listChatModels } from '../store/chat-registry.ts';
import { type LlamaPackage, writeLlamaPackage } from '../testing/llama-package.ts';
import { type AddChatModelOptions, addChatModel } from './add-chat-model.ts';

let dataDir: string;
let source: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'add-chat-'));
  source = join(dataDir, 'downloads/Tiny-Instruct/model.gguf');
  await mkdir(dirname(source), { recursive: true });
  await writeFile(source, 'GGUF, and no more than that');
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const kept = async () => (await readdir(chatModelFolder(dataDir))).filter((name) => name !== 'records');
async function add(
  from: string,
  more: Partial<AddChatModelOptions> & { readonly model?: LlamaPackage } = {},
) {
  const { model, ...options } = more;
  const packages = await mkdtemp(join(dataDir, 'packages-'));
  await writeLlamaPackage(packages, model);
  return addChatModel(from, { dataDir, packages, threads: 1, ...options });
}

describe('adding a chat model', () => {
  it('copies it by its hash, measures it, and says what to set', async () => {
    const added = await add(source);
    expect(added).toMatchObject({ isNew: true, id: expect.stringMatching(/^Tiny-Instruct@[0-9a-f]{8}$/) });
    expect(added.setting).toBe(`gguf:${join(chatModelFolder(dataDir), `${added.id}.gguf`)}`);
    expect(await readFile(added.path, 'utf8')).toBe('GGUF, and no more than that');
    expect(await listChatModels(dataDir)).toMatchObject([
      { id: added.id, setting: added.setting, metrics: { tokensPerSecond: expect.any(Number) } },
    ]);
  });

  it('a second time changes nothing', async () => {
    const first = await add(source);
    expect(await add(source)).toMatchObject({ id: first.id, isNew: false });
    expect(await kept()).toEqual([`${first.id}.gguf`]);
  });

  it.each<[string, Parameters<typeof add>[1], string, RegExp]>([
    ['is another file than expected', { sha256: '0'.repeat(64) }, 'bad-input', /its SHA-256 is [0-9a-f]{64}/],
    ['has no chat template', { model: { chatTemplate: '' } }, 'bad-input', /no chat template/],
    ['writes no words', { model: { word: '\u0001' } }, 'model-invalid', /wrote no words/],
  ])('refuses what %s, and nothing of it is left', async (_what, more, code, says) => {
    await expect(add(source, more)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(await kept()).toEqual([]);
    expect(await listChatModels(dataDir)).toEqual([]);
  });

  it('keeps what came of an address when it broke off, and gives it to the next try', async () => {
    const address = 'https://models.example/Tiny-Instruct.gguf';
    const seen: string[] = [];
    const download: AddChatModelOptions['download'] = async (_address, to) => {
      seen.push(await readFile(to, 'utf8').catch(() => ''));
      await writeFile(to, seen.length === 1 ? 'GGUF, and' : 'GGUF, and no more than that');
      if (seen.length === 1) throw new AppError('bad-input', `${address} broke off.`);
    };
    await expect(add(address, { download })).rejects.toThrow('broke off');
    const added = await add(address, { download });
    expect(seen).toEqual(['', 'GGUF, and']);
    expect(added.id).toMatch(/^Tiny-Instruct@/);
    expect(await kept()).toEqual([`${added.id}.gguf`]);
  });
});
