// Many customers who ask in the same instant: what each of them got, and what it cost the server.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#core/errors.ts';
import { createDeskClient, createStreamClient, type MeasuredAnswer } from './chat-client.ts';
import { quantile } from './statistics.ts';

export interface Crowd {
  readonly customers: number;
  readonly questions: readonly string[];
  /** 0: all in the same instant. */
  readonly spreadMs?: number;
}

export interface CrowdResult {
  readonly answered: number;
  readonly refused: number;
  /** Connections that broke, and whatever else is neither an answer nor a refusal. */
  readonly broken: number;
  readonly firstTextMs: { readonly p50: number; readonly p95: number };
  /** From the question to the refusal; NaN where nobody was refused. */
  readonly refusalMs: { readonly p50: number; readonly p95: number };
  readonly answersPerSecond: number;
  /** User and system time of all threads of the server, milliseconds for each answer. */
  readonly cpuPerAnswer: number;
  /** Of the times to the first text: 1 where all waited alike. */
  readonly jain: number;
}

/** Conversations are begun before the clock runs. */
export async function askTogether(
  server: { readonly url: string; readonly pid: number },
  { customers, questions, spreadMs = 0 }: Crowd,
): Promise<CrowdResult> {
  using client = createStreamClient();
  const desk = createDeskClient(client, server.url);
  const conversations: Awaited<ReturnType<typeof desk.createConversation>>[] = [];
  for (let begun = 0; begun < customers; begun += 50)
    conversations.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, customers - begun) }, () => desk.createConversation()),
      )),
    );
  const cpuBefore = await cpuMs(server.pid);
  const startedAt = performance.now();
  const outcomes = await Promise.all(
    conversations.map(async (conversation, index) => {
      if (spreadMs > 0) await sleep((index / customers) * spreadMs);
      const sentAt = performance.now();
      return desk
        .ask(conversation, questions[index % questions.length]!)
        .then(
          (answer) => ({ answer, refused: false }),
          (thrown) => ({ answer: undefined, refused: isRefusal(thrown) }),
        )
        .then((outcome) => ({ ...outcome, ms: performance.now() - sentAt }));
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = (await cpuMs(server.pid)) - cpuBefore;
  const answers = outcomes.flatMap(({ answer }) => answer ?? []);
  const waits = answers.map(firstTextMs).filter(Number.isFinite);
  const refusals = outcomes.filter(({ refused }) => refused).map(({ ms }) => ms);
  return {
    answered: answers.length,
    refused: refusals.length,
    broken: outcomes.length - answers.length - refusals.length,
    firstTextMs: { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) },
    refusalMs: { p50: quantile(refusals, 0.5), p95: quantile(refusals, 0.95) },
    answersPerSecond: answers.length / seconds,
    cpuPerAnswer: cpu / Math.max(1, answers.length),
    jain: jainsIndex(waits),
  };
}

/** Customers who leave as soon as their answer has begun. Resolves when the server has nothing left of them, with how long that took. */
export async function askAndVanish(url: string, { customers, questions }: Crowd): Promise<number> {
  const client = createStreamClient();
  const desk = createDeskClient(client, url);
  const left: Promise<unknown>[] = [];
  for (let begun = 0; begun < customers; begun++) {
    const conversation = await desk.createConversation();
    left.push(desk.ask(conversation, questions[begun % questions.length]!).catch(() => {}));
  }
  client[Symbol.dispose]();
  await Promise.all(left);
  const startedAt = performance.now();
  while (Object.values(await openThings(url)).some((count) => count > 0)) await sleep(100);
  return performance.now() - startedAt;
}

/** (sum)² / (count · sum of squares): 1 where all are equal, 1 / count where one has everything. */
export function jainsIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return sum ** 2 / (values.length * squares);
}

async function openThings(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const names = ['answerdesk_answers_active', 'answerdesk_event_streams', 'answerdesk_sockets'];
  return Object.fromEntries(
    names.map((name) => {
      const value = new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1];
      if (value === undefined) throw new AppError('internal', `/metrics does not tell ${name}.`);
      return [name, Number(value)];
    }),
  );
}

const firstTextMs = ({ sentAt, firstTextAt }: MeasuredAnswer) => firstTextAt - sentAt;

const isRefusal = (thrown: unknown) =>
  thrown instanceof AppError && / refused with (?:503|429)/.test(thrown.message);

const clockTicksPerSecond = 100;

/** Of the process with all its threads; only where /proc tells it. */
async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (((user ?? Number.NaN) + (system ?? Number.NaN)) * 1000) / clockTicksPerSecond;
}
