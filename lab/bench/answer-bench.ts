// What one answer costs the server, asked one after the other: the first time, when everything has to be computed, and the second time.
import { createDeskClient, createStreamClient, type DeskClient } from './chat-client.ts';
import { cpuMs } from './crowd.ts';
import type { BenchRow } from './report.ts';
import { copyOf, type ServerBench, serveDesk } from './server-benches.ts';
import { type Pair, quantile, spread, spreadOfPairs, timeMs } from './statistics.ts';

const rounds = 3;
const mostQuestions = 60;
/** What it cost when sentences were embedded for each answer anew, on a quiet machine. */
const goalCpuMs = 89;

interface Cost {
  readonly cpuMs: number;
  readonly p50Ms: number;
}

/** Each round has a server that has answered nothing; with `--against`, in turns with the other checkout's. */
export async function benchAnswers(bench: ServerBench): Promise<BenchRow[]> {
  const asked = bench.questions.slice(0, mostQuestions);
  const sides = bench.against === undefined ? [undefined] : [undefined, bench.against];
  const costs: Sides[] = [];
  for (let round = 0; round < rounds; round++) {
    const [ours, theirs] = await inSequence(sides, async (checkout) => {
      await using server = await serveDesk({ ...bench, dataDir: await copyOf(bench) }, {}, checkout);
      using client = createStreamClient();
      const desk = createDeskClient(client, server.url);
      return {
        first: await costOf(server.pid, desk, asked),
        again: await costOf(server.pid, desk, asked),
      };
    });
    costs.push({ ours: ours!, theirs });
  }
  const row = (name: string, of: (asked: Asked) => number, targets?: BenchRow['targets']): BenchRow => {
    const pairs = costs.flatMap(({ ours, theirs }): Pair[] =>
      theirs ? [{ ours: of(ours), theirs: of(theirs) }] : [],
    );
    return {
      name: `a question of ${asked.length}, one after the other${name}`,
      unit: 'ms',
      ...(pairs.length > 0
        ? { peer: 'the other checkout', ...spreadOfPairs(pairs) }
        : { ours: spread(costs.map(({ ours }) => of(ours))) }),
      ...(targets ? { targets } : {}),
    };
  };
  const goal = bench.against === undefined ? { ours: `<= ${goalCpuMs}` } : { ratio: '<= 1' };
  return [
    row(': CPU', ({ first }) => first.cpuMs, goal),
    row(': until it is answered, p50', ({ first }) => first.p50Ms),
    row(', asked before: CPU', ({ again }) => again.cpuMs),
    row(', asked before: until it is answered, p50', ({ again }) => again.p50Ms),
  ];
}

interface Asked {
  readonly first: Cost;
  readonly again: Cost;
}

interface Sides {
  readonly ours: Asked;
  readonly theirs: Asked | undefined;
}

async function inSequence<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function costOf(pid: number, desk: DeskClient, questions: readonly string[]): Promise<Cost> {
  const conversations = await Promise.all(questions.map(() => desk.createConversation()));
  const before = await cpuMs(pid);
  const waits: number[] = [];
  for (const [index, question] of questions.entries())
    waits.push(await timeMs(() => desk.ask(conversations[index]!, question)));
  return { cpuMs: ((await cpuMs(pid)) - before) / questions.length, p50Ms: quantile(waits, 0.5) };
}
