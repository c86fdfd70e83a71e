import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chatModelFolder,
  chatModelId,
  chatModelInUse,
  listChatModels,
  pickChatModel,
  putChatModelInUse,
  registerChatModel,
  rollBackChatModel,
} from './chat-registry.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const record = (name: string, day = 1) => ({
  schemaVersion: 1 as const,
  id: chatModelId(name, name),
  setting: `gguf:/models/${name}.gguf`,
  addedAt: `2026-01-0${day}T00:00:00.000Z`,
  parameters: { rank: 16 },
  metrics: { perplexity: 12.5 },
});

describe('the chat models of a desk', () => {
  it('are listed with what they were made of, oldest first, and picked by id or name', async () => {
    const training = { at: '2026-01-01', set: 'first', files: { 'train.jsonl': 'a'.repeat(64) } };
    await registerChatModel(dataDir, record('newer', 2));
    await registerChatModel(dataDir, { ...record('older'), base: 'SmolLM2', training });
    const models = await listChatModels(dataDir);
    expect(models.map(({ id }) => id.split('@')[0])).toEqual(['older', 'newer']);
    expect(models[0]).toMatchObject({ base: 'SmolLM2', training, metrics: { perplexity: 12.5 } });
    expect(pickChatModel(models, 'newer')).toEqual(models[1]);
    expect(() => pickChatModel(models, 'nothing')).toThrow(/There are: older@[0-9a-f]{8}, newer@/);
  });

  it('go into use one behind the other, and back in the same order', async () => {
    expect(await chatModelInUse(dataDir)).toBeUndefined();
    await expect(rollBackChatModel(dataDir)).rejects.toMatchObject({ code: 'bad-request' });
    await putChatModelInUse(dataDir, 'gguf:a');
    await putChatModelInUse(dataDir, 'gguf:b');
    expect(await chatModelInUse(dataDir)).toBe('gguf:b');
    expect(await rollBackChatModel(dataDir)).toBe('gguf:a');
    expect(await rollBackChatModel(dataDir)).toBe('extractive');
    expect(await chatModelInUse(dataDir)).toBeUndefined();
  });

  it('that cannot be read are named, with what to do', async () => {
    await putChatModelInUse(dataDir, 'gguf:a');
    await writeFile(join(chatModelFolder(dataDir), 'in-use.json'), '{');
    await expect(chatModelInUse(dataDir)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/Remove it/),
    });
  });

  it('have an id that is a file name, whatever a server calls them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        expect(chatModelId(name, name)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}@[0-9a-f]{8}$/);
      }),
    );
  });
});
