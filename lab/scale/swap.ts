// What a server goes through with a large knowledge base: loading it, and a swap to a new generation while questions are asked. Prints one line of
// JSON. The folder is only read.
//
//   node lab/scale/swap.ts DATA_DIR
//
// On a busy machine a turn of the event loop takes longer than it works, so its longest work is given beside its longest delay.
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { normalize } from '#core/vector-matrix.ts';
import { generationFolder, readCurrentId, writeCurrentId } from '#knowledge/generations/generation-folder.ts';
import { openManifest } from '#knowledge/generations/generation-manifest.ts';
import { openKnowledgeBase } from '#knowledge/knowledge-base.ts';

/** Between two questions, in milliseconds. */
const pauseMs = 20;
/** So much of both is read after a swap, until the old generation is gone. */
const settleMs = 3_000;
const questions = ['how do i reset my password', 'where is my invoice', 'the upload fails with an error'];

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) {
  process.stderr.write('node lab/scale/swap.ts DATA_DIR\n');
  process.exit(2);
}
const id = await readCurrentId(dataDir);
const published = resolve(generationFolder(dataDir, id!));
const { modelId, dimensions, chunks } = await openManifest(published);
const folder = await mkdtemp(join(tmpdir(), 'answerdesk-swap-'));
await mkdir(join(folder, 'index'));
for (const name of ['gen-000001', 'gen-000002']) await symlink(published, generationFolder(folder, name));
await writeCurrentId(folder, 'gen-000001');

const start = watch();
const store = await openKnowledgeBase({
  dataDir: folder,
  pollIntervalMs: 0,
  embedder: {
    modelId,
    dimensions,
    embedQuery: async (text) =>
      normalize(Float32Array.from({ length: dimensions }, (_, at) => Math.sin((at + 1) * text.length))),
    embedDocuments: async () => [],
    close: async () => {},
  },
});
const opened = start();
const search = await ask(40);
await wait(settleMs);
const before = megabytes();

const swap = watch();
await writeCurrentId(folder, 'gen-000002');
const swapping = store.refresh();
let swapped = false;
void swapping.then(() => {
  swapped = true;
});
let asked = 0;
while (!swapped) {
  await ask(1);
  asked++;
}
const during = swap();
await ask(20);
await wait(settleMs);
const after = megabytes();
await store.close();
await rm(folder, { recursive: true });
process.stdout.write(
  `${JSON.stringify({ passages: chunks, start: opened, searchMs: search, swap: { ...during, asked }, memory: { before, after, growth: round(after / before) } })}\n`,
);

async function ask(times: number): Promise<number> {
  const took: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const startedAt = performance.now();
    await store
      .current()
      .retrieve(questions[turn % questions.length]!, { filter: { audiences: ['customer'] } });
    took.push(performance.now() - startedAt);
    await wait(pauseMs);
  }
  return round(took.sort((a, b) => a - b)[took.length >> 1]!);
}

/** Of the event loop, until the returned function is called. */
function watch() {
  const startedAt = performance.now();
  const cpuAtStart = process.cpuUsage();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let longestWork = 0;
  let last = workOfThread();
  const timer = setInterval(() => {
    const now = workOfThread();
    longestWork = Math.max(longestWork, now - last);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    longestWork = Math.max(longestWork, workOfThread() - last);
    delay.disable();
    const { user, system } = process.cpuUsage(cpuAtStart);
    return {
      seconds: round((performance.now() - startedAt) / 1_000),
      cpuSeconds: round((user + system) / 1e6),
      longestDelayMs: round(delay.max / 1e6),
      longestWorkMs: round(longestWork),
    };
  };
}

/** CPU milliseconds of this thread alone. */
function workOfThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
