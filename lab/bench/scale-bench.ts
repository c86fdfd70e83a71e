// A large knowledge base: how soon a server is ready with it, and what a swap to a new generation does to customers meanwhile. It is made of the
// passages of the bench's own, and stays in the system's temporary folder.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCurrentId } from '#knowledge/generations/generation-folder.ts';
import { createDeskClient, createStreamClient } from './chat-client.ts';
import type { BenchRow } from './report.ts';
import { linkedCopyOf, residentMegabytes, type ServerBench, serveDesk } from './server-benches.ts';
import { spread } from './statistics.ts';

export interface Scale {
  readonly passages: number;
  /** Times that it is started, and swapped. */
  readonly runs: number;
  readonly startSeconds: number;
}

export const scales = {
  scale: { passages: 100_000, runs: 3, startSeconds: 1.5 },
  million: { passages: 1_000_000, runs: 2, startSeconds: 8 },
} as const satisfies Record<string, Scale>;

const longestBlockMs = 50;
const mostGrowth = 1.2;
/** For the objects of a million passages while they are published. */
const makingHeapMb = 12_000;

/** What lab/scale/swap.ts prints. */
interface SwapFigures {
  readonly searchMs: number;
  readonly swap: {
    readonly seconds: number;
    readonly longestDelayMs: number;
    readonly longestWorkMs: number;
  };
  readonly memory: { readonly before: number; readonly growth: number };
}

export async function benchScale(
  bench: ServerBench,
  { passages, runs, startSeconds }: Scale,
): Promise<BenchRow[]> {
  const dataDir = join(tmpdir(), `answerdesk-bench-scale-${passages}`);
  if ((await readCurrentId(dataDir)) === undefined)
    await bench.workspace.run('lab/scale/make-generation.ts', {
      nodeOptions: [`--max-old-space-size=${makingHeapMb}`],
      args: [`${passages}`, dataDir, bench.dataDir],
    });
  const starts: { ready: number; answered: number; megabytes: number }[] = [];
  const swaps: SwapFigures[] = [];
  for (let run = 0; run < runs; run++) {
    starts.push(await start({ ...bench, dataDir }));
    const { stdout } = await bench.workspace.run('lab/scale/swap.ts', { args: [dataDir] });
    swaps.push(JSON.parse(stdout));
  }
  const row = (name: string, unit: string, values: readonly number[], target?: number): BenchRow => ({
    name: `${passages} passages, ${name}`,
    unit,
    ours: spread(values),
    ...(target === undefined ? {} : { targets: { ours: `<= ${target}` } }),
  });
  const ofSwaps = (of: (figures: SwapFigures) => number) => swaps.map(of);
  return [
    row(
      'start until ready',
      's',
      starts.map(({ ready }) => ready),
      startSeconds,
    ),
    row(
      'start to first answered question',
      's',
      starts.map(({ answered }) => answered),
    ),
    row(
      'resident memory of the server',
      'MB',
      starts.map(({ megabytes }) => megabytes),
    ),
    row(
      'search with the vector known, p50',
      'ms',
      ofSwaps(({ searchMs }) => searchMs),
    ),
    row(
      'a swap',
      's',
      ofSwaps(({ swap }) => swap.seconds),
    ),
    row(
      'longest work of the event loop in one turn during a swap',
      'ms',
      ofSwaps(({ swap }) => swap.longestWorkMs),
      longestBlockMs,
    ),
    row(
      'longest delay of the event loop during a swap',
      'ms',
      ofSwaps(({ swap }) => swap.longestDelayMs),
      longestBlockMs,
    ),
    row(
      'memory after a swap, times what it was',
      '',
      ofSwaps(({ memory }) => memory.growth),
      mostGrowth,
    ),
  ];
}

async function start(bench: ServerBench) {
  await using server = await serveDesk({ ...bench, dataDir: await linkedCopyOf(bench) });
  const ready = (performance.now() - server.startedAt) / 1000;
  using client = createStreamClient();
  const desk = createDeskClient(client, server.url);
  await desk.ask(await desk.createConversation(), bench.questions[0]!);
  const answered = (performance.now() - server.startedAt) / 1000;
  return { ready, answered, megabytes: (await residentMegabytes(server.pid))?.now ?? Number.NaN };
}
