// What is left of a knowledge base when publishing is killed or the disk is full: always a complete generation.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { openCurrentGeneration } from './generation-reader.ts';

const script = fileURLToPath(new URL('../testing/publish-loop.ts', import.meta.url));
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crash-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** The round that CURRENT shows; fails unless all documents are of one round. */
async function completeRound(folder: string): Promise<number> {
  const generation = await openCurrentGeneration(folder);
  const rounds = new Set(
    generation!.documents.map(({ pageContent }) => /^Round (\d+)/.exec(pageContent)?.[1]),
  );
  expect(rounds.size).toBe(1);
  return Number([...rounds][0]);
}

/** The last round that the publisher said was published before it was killed. */
async function killWhilePublishing(folder: string, firstRound: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, folder, String(firstRound), '1000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  await once(child.stdout, 'data');
  await setTimeout(delayMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return Number(output.trim().split('\n').at(-1));
}

describe('after kill -9 while publishing', () => {
  // Two lanes at once, because most of the time goes into starting processes.
  it.concurrent.each([0, 1])(
    'the knowledge base is a complete generation, and none that was reported published is lost (lane %i)',
    async (lane) => {
      const folder = join(dataDir, String(lane));
      let round = 1;
      const kills = 12 * effort;
      for (let kill = lane; kill < kills; kill += 2) {
        // Evenly over more than the time that one generation takes.
        const reported = await killWhilePublishing(folder, round, (kill / kills) * 35);
        const found = await completeRound(folder);
        expect(found).toBeGreaterThanOrEqual(reported);
        round = found + 1;
      }
      const leftBehind = (await readdir(join(folder, 'index'))).filter((name) => name.startsWith('.tmp-'));
      expect(leftBehind.length).toBeLessThanOrEqual(1);
    },
  );
});

describe.skipIf(process.platform === 'win32')('when the disk takes no more', () => {
  async function publish(folder: string, round: number, limits: { fileLimit: string; graph: string }) {
    const command = `ulimit -f ${limits.fileLimit} && exec "$0" "$@"`;
    const publisher = [process.execPath, script, folder, String(round), '1', '300', limits.graph];
    const child = spawn('sh', ['-c', command, ...publisher], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (piece: Buffer) => {
      errors += piece.toString();
    });
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode, errors };
  }

  // Blocks of 512 bytes. The files grow in this order: documents (100), chunks (160), vectors (300), HNSW (500).
  it.each([
    ['documents', '2', '', /EFBIG/],
    ['chunks', '120', '', /EFBIG/],
    ['vectors', '200', '', /EFBIG/],
    ['HNSW graph', '350', 'graph', /is the disk full/],
  ])(
    'publishing fails at the %s, says why, and leaves the generation in use',
    async (what, fileLimit, graph, message) => {
      const folder = join(dataDir, what);
      expect(await publish(folder, 1, { fileLimit: 'unlimited', graph })).toMatchObject({ exitCode: 0 });
      const failed = await publish(folder, 2, { fileLimit, graph });
      expect(failed.exitCode).not.toBe(0);
      expect(failed.errors).toMatch(message);
      expect(await completeRound(folder)).toBe(1);
      expect((await readdir(join(folder, 'index'))).sort()).toEqual(['CURRENT', 'gen-000001']);
    },
  );
});
