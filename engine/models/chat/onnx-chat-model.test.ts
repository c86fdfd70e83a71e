import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOnnxChatModel } from './onnx-chat-model.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'answerdesk-onnx-chat-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const open = () => openOnnxChatModel({ name: 'ours', path, packages: path, maxTokens: 100, threads: 1 });
const write = (name: string, content: object) => writeFile(join(path, name), JSON.stringify(content));

describe('a folder that holds no ONNX chat model', () => {
  it('is refused with what to bring', async () => {
    await expect(open()).rejects.toThrow(/config\.json cannot be read .* Bring the folder of a chat model/);
  });

  it('is refused where the model has no chat template', async () => {
    await write('config.json', { max_position_embeddings: 2_048 });
    await write('tokenizer_config.json', {});
    await expect(open()).rejects.toThrow(/no chat template.*"Instruct" or "Chat" form/);
  });
});
