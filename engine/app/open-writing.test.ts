import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { writeLlamaPackage } from '#models/testing/llama-package.ts';
import { loadConfig } from './config.ts';
import { openWriting } from './open-writing.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'writing-'));
  await writeLlamaPackage(join(dataDir, 'packages'), { parameters: 1_500_000_000 });
  await writeFile(join(dataDir, 'model.gguf'), 'GGUF');
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function written(settings: Record<string, string>) {
  const config = loadConfig({ ANSWERDESK_DATA_DIR: dataDir, ...settings });
  await using writing = await openWriting(config, () => ({}) as Embedder);
  const { model, timeouts } = writing.dependencies!;
  return { size: model.size, ...timeouts };
}
const inProcess = () => ({ ANSWERDESK_CHAT_MODEL: `gguf:${join(dataDir, 'model.gguf')}` });
const onServer = {
  ANSWERDESK_CHAT_MODEL: 'openai:some',
  ANSWERDESK_CHAT_BASE_URL: 'http://127.0.0.1:1/v1',
};

describe('the model that writes', () => {
  it('may read its prompt for longer in this process than a server may be silent', async () => {
    expect(await written(inProcess())).toMatchObject({ firstTokenTimeoutMs: 120_000 });
    expect(await written(onServer)).toMatchObject({ firstTokenTimeoutMs: 20_000 });
    const set = { ANSWERDESK_CHAT_FIRST_TOKEN_TIMEOUT_MS: '7000' };
    expect(await written({ ...inProcess(), ...set })).toMatchObject({ firstTokenTimeoutMs: 7_000 });
  });

  it('has the size that its file tells, large on a server, or the one that is set', async () => {
    expect(await written(inProcess())).toMatchObject({ size: 'medium' });
    expect(await written(onServer)).toMatchObject({ size: 'large' });
    expect(await written({ ...onServer, ANSWERDESK_CHAT_SIZE: 'small' })).toMatchObject({ size: 'small' });
  });
});
