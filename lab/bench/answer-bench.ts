// What one answer costs the server, asked one after the other: the first time, when everything has to be computed, and the second time.
import { createDeskClient, createStreamClient, type DeskClient } from './chat-client.ts';
import { cpuMs } from './crowd.ts';
import type { BenchRow } from './report.ts';
import { copyOf, type ServerBench, serveDesk } from './server-benches.ts';
import { quantile, spread, timeMs } from './statistics.ts';

const rounds = 3;
const mostQuestions = 120;
/** What it cost when sentences were embedded for each answer anew, on a quiet machine. */
const goalCpuMs = 89;

interface Cost {
  readonly cpuMs: number;
  readonly p50Ms: number;
}

/** Each round has a server that has answered nothing. */
export async function benchAnswers(bench: ServerBench): Promise<BenchRow[]> {
  const asked = bench.questions.slice(0, mostQuestions);
  const first: Cost[] = [];
  const again: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    await using server = await serveDesk({ ...bench, dataDir: await copyOf(bench) });
    using client = createStreamClient();
    const desk = createDeskClient(client, server.url);
    first.push(await costOf(server.pid, desk, asked));
    again.push(await costOf(server.pid, desk, asked));
  }
  const cpu = (costs: readonly Cost[]) => spread(costs.map((cost) => cost.cpuMs));
  const wait = (costs: readonly Cost[]) => spread(costs.map(({ p50Ms }) => p50Ms));
  const one = `a question of ${asked.length}, one after the other`;
  return [
    { name: `${one}: CPU`, unit: 'ms', ours: cpu(first), targets: { ours: `<= ${goalCpuMs}` } },
    { name: `${one}: until it is answered, p50`, unit: 'ms', ours: wait(first) },
    { name: `${one}, asked before: CPU`, unit: 'ms', ours: cpu(again) },
    { name: `${one}, asked before: until it is answered, p50`, unit: 'ms', ours: wait(again) },
  ];
}

async function costOf(pid: number, desk: DeskClient, questions: readonly string[]): Promise<Cost> {
  const conversations = await Promise.all(questions.map(() => desk.createConversation()));
  const before = await cpuMs(pid);
  const waits: number[] = [];
  for (const [index, question] of questions.entries())
    waits.push(await timeMs(() => desk.ask(conversations[index]!, question)));
  return { cpuMs: ((await cpuMs(pid)) - before) / questions.length, p50Ms: quantile(waits, 0.5) };
}
