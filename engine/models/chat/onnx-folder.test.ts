import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyOnnxFolder } from './onnx-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'answerdesk-onnx-folder-'));
  await mkdir(join(folder, 'ours/onnx'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, content: string) => writeFile(join(folder, 'ours', name), content);
const copy = (to: string) => copyOnnxFolder(join(folder, 'ours'), join(folder, to));

describe('the folder of an ONNX chat model', () => {
  it('is copied without what lies beside the model, and has one hash of its files', async () => {
    await write('config.json', '{"model_type":"llama","max_position_embeddings":2048}');
    await write('tokenizer.json', '{}');
    await write('onnx/model.onnx', 'weights');
    await write('training-record.json', '{"training":{}}');
    const first = await copy('a');
    expect(first).toMatchObject({ architecture: 'llama', contextLength: 2_048 });
    expect((await readdir(join(folder, 'a'), { recursive: true })).sort()).toEqual([
      'config.json',
      'onnx',
      'onnx/model.onnx',
      'tokenizer.json',
    ]);
    await write('README.md', 'words');
    expect((await copy('b')).sha256).toBe(first.sha256);
    await write('onnx/model.onnx', 'other weights');
    expect((await copy('c')).sha256).not.toBe(first.sha256);
  });

  it('is refused where it holds no model, with what to bring', async () => {
    await write('config.json', '{}');
    await expect(copy('a')).rejects.toThrow('onnx/model.onnx');
  });
});
