// Remembers which model files made the knowledge base. So a start knows in milliseconds, without loading a model, that there is nothing to
// do.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isEndpointModel } from '#core/embedder.ts';
import { generationFolder, readCurrentId } from '#knowledge/generations/generation-folder.ts';

export const stampFileName = 'embedder.json';

interface Stamp {
  /** The setting, and size and time of change of the model's files. */
  readonly fingerprint: string;
  readonly modelId: string;
}

/**
 * True if the generation in use was made with the embedder as it is configured now. False when in doubt: then all of it is checked.
 * Throws `knowledge-base-damaged` if it cannot be told which generation is in use.
 */
export async function isMadeWith(dataDir: string, model: string): Promise<boolean> {
  const id = await readCurrentId(dataDir);
  if (id === undefined) return false;
  try {
    const stamp = JSON.parse(await readFile(stampFile(dataDir), 'utf8')) as Stamp;
    const manifest = JSON.parse(
      await readFile(join(generationFolder(dataDir, id), 'manifest.json'), 'utf8'),
    ) as { modelId?: unknown };
    return manifest.modelId === stamp.modelId && stamp.fingerprint === (await fingerprintOf(model));
  } catch {
    return false;
  }
}

export async function writeStamp(dataDir: string, model: string, modelId: string): Promise<void> {
  const stamp: Stamp = { fingerprint: await fingerprintOf(model), modelId };
  await writeFile(stampFile(dataDir), `${JSON.stringify(stamp)}\n`);
}

async function fingerprintOf(model: string): Promise<string> {
  if (isEndpointModel(model)) return model;
  const files = ['model.onnx', 'tokenizer.json', 'config.json', join('1_Pooling', 'config.json')];
  const facts = await Promise.all(
    files.map((file) =>
      stat(join(model, file)).then(
        ({ size, mtimeMs }) => `${file} ${size} ${mtimeMs}`,
        () => `${file} absent`,
      ),
    ),
  );
  return [model, ...facts].join('\n');
}

function stampFile(dataDir: string): string {
  return join(dataDir, stampFileName);
}
