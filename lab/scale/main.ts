// What ingestion takes as a knowledge base grows: CPU, peak memory and disk of a first run, of one where nothing has changed, and of one
// after an edit. Vectors are made from a hash of the text, so that what is measured is everything but the model.
//
//   node lab/scale/main.ts PASSAGES FOLDER ARTICLES.jsonl...
//
// Each run is a process of its own, because a process never gives its peak back. FOLDER is filled, and stays.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCorpus } from './corpus.ts';

const [passages = '100000', folder = '', ...files] = process.argv.slice(2);
if (folder === '' || files.length === 0) {
  process.stderr.write('node lab/scale/main.ts PASSAGES FOLDER ARTICLES.jsonl...\n');
  process.exit(2);
}
const corpus = join(folder, 'articles.jsonl');
const dataDir = join(folder, 'var');
const runScript = fileURLToPath(new URL('./run.ts', import.meta.url));

await mkdir(folder, { recursive: true });
await writeCorpus(corpus, files, Number(passages));
process.stdout.write(`corpus: ${Math.round(statSync(corpus).size / 1e6)} MB\n`);
measure('first run');
measure('nothing changed');
const lines = readFileSync(corpus, 'utf8');
writeFileSync(corpus, lines.replaceAll(/("id":"made-\d*00","title":"Article )/g, '$1edited '));
measure('1 % edited');
process.stdout.write(`disk: ${Math.round(diskBytes(join(dataDir, 'index')) / 1e6)} MB for all generations\n`);

function measure(name: string): void {
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, runScript, dataDir, corpus], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(`${name}: ${status === 0 ? stdout.trim() : `ended with ${status}`}\n`);
}

function diskBytes(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
