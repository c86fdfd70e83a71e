// What the whole data report takes on a desk with many conversations: time, CPU and peak memory of the first report and of one where nothing
// has changed. Vectors are made from a hash of the text, so that what is measured is everything but the model; one embeds a question in some
// 8 ms of CPU.
//
//   node lab/data-report/main.ts CONVERSATIONS SAMPLE FOLDER
//
// SAMPLE: a data folder in which the sample company is published ("npm run ingest -- data/knowledge data/transcripts"). FOLDER is filled,
// and stays. Each report is a process of its own, because a process never gives its peak back.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startEmbeddingEndpoint } from '#ingest/testing/embedding-endpoint.ts';
import { madeModelId, makeDesk } from './make-desk.ts';

const [conversations = '', sample = '', dataDir = ''] = process.argv.slice(2);
if (!(Number(conversations) > 0) || dataDir === '') {
  process.stderr.write('node lab/data-report/main.ts CONVERSATIONS SAMPLE FOLDER\n');
  process.exit(2);
}
const runScript = fileURLToPath(new URL('./run.ts', import.meta.url));
if (!existsSync(dataDir)) await makeDesk(sample, dataDir, Number(conversations));
await using endpoint = await startEmbeddingEndpoint();
await measure('first report');
await measure('nothing changed');

async function measure(name: string): Promise<void> {
  const args = [...process.execArgv, runScript, dataDir, madeModelId, endpoint.baseUrl];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [code, said] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('close', resolve)),
    text(child.stdout),
  ]);
  process.stdout.write(`${name}: ${code === 0 ? said.trim() : `ended with ${code}`}\n`);
}
