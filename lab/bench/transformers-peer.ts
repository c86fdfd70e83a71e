// The embedding peer in a process of its own: node transformers-peer.ts MODEL_FOLDER TEXTS_JSON BATCH_SIZE
// prints { textsPerSecond }, loading and warming up not counted.
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { timeMs } from './statistics.ts';

/** What is used of it; it is installed by `npm run bench`, not with the project. */
interface Transformers {
  readonly env: { localModelPath: string; allowRemoteModels: boolean };
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: { dtype: 'q8' },
  ): Promise<(texts: readonly string[], options: { pooling: 'cls'; normalize: boolean }) => Promise<unknown>>;
}

const [folder = '', textsFile = '', batchSize = '1'] = process.argv.slice(2);
const texts: string[] = JSON.parse(await readFile(textsFile, 'utf8'));
const require = createRequire(join(import.meta.dirname, 'peers/package.json'));
const { env, pipeline }: Transformers = await import(
  pathToFileURL(require.resolve('@huggingface/transformers')).href
);

// It wants a folder layout of its own; the texts lie in a temporary folder, which goes when the bench ends.
const root = await mkdtemp(join(dirname(textsFile), 'model-'));
const model = join(root, 'peer');
await mkdir(join(model, 'onnx'), { recursive: true });
await symlink(join(folder, 'model.onnx'), join(model, 'onnx/model_quantized.onnx'));
await symlink(join(folder, 'tokenizer.json'), join(model, 'tokenizer.json'));
const settings = { tokenizer_class: 'BertTokenizer', model_max_length: 512, pad_token: '[PAD]' };
await writeFile(join(model, 'tokenizer_config.json'), JSON.stringify(settings));
await writeFile(join(model, 'config.json'), JSON.stringify({ model_type: 'bert', hidden_size: 384 }));
env.localModelPath = root;
env.allowRemoteModels = false;
const extract = await pipeline('feature-extraction', 'peer', { dtype: 'q8' });
const size = Number(batchSize);
const embed = async (from: number) => {
  await extract(texts.slice(from, from + size), { pooling: 'cls', normalize: true });
};
await embed(0);
const ms = await timeMs(async () => {
  for (let from = 0; from < texts.length; from += size) await embed(from);
});
process.stdout.write(JSON.stringify({ textsPerSecond: texts.length / (ms / 1000) }));
