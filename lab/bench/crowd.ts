// Many customers who ask in the same instant: what each of them got, and what it cost the server.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#core/errors.ts';
import {
  type Conversation,
  createDeskClient,
  createStreamClient,
  type DeskClient,
  type MeasuredAnswer,
} from './chat-client.ts';
import { quantile } from './statistics.ts';

export const metricsToken = 'read-by-the-bench-alone';

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
  const conversations = await begin(desk, customers);
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

/**
 * Customers who all leave while their answers are written, without a word. Gives how long the server took until it had nothing left of
 * them: no answer, no stream, no socket.
 */
export async function askAndVanish(
  server: { readonly url: string },
  { customers, questions }: Crowd,
): Promise<number> {
  const client = createStreamClient();
  const desk = createDeskClient(client, server.url);
  const conversations = await begin(desk, customers);
  const asking = conversations.map((conversation, index) =>
    desk.ask(conversation, questions[index % questions.length]!).catch(() => {}),
  );
  while ((await openThings(server.url)) === 0) await sleep(10);
  client[Symbol.dispose]();
  await Promise.all(asking);
  const startedAt = performance.now();
  while ((await openThings(server.url)) > 0) await sleep(100);
  return performance.now() - startedAt;
}

/** (sum)² / (count · sum of squares): 1 where all are equal, 1 / count where one has everything. */
export function jainsIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return sum ** 2 / (values.length * squares);
}

/** What /metrics counts that is there for customers; the server has the token `metricsToken`. */
async function openThings(url: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
  const text = await response.text();
  const names = ['answerdesk_answers_active', 'answerdesk_event_streams', 'answerdesk_sockets'];
  const counts = names.map((name) => new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
  if (counts.includes(undefined))
    throw new AppError('internal', `/metrics of ${url} does not tell ${names.join(', ')}.`);
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

const firstTextMs = ({ sentAt, firstTextAt }: MeasuredAnswer) => firstTextAt - sentAt;

const isRefusal = (thrown: unknown) =>
  thrown instanceof AppError && / refused with (?:503|429)/.test(thrown.message);

async function begin(desk: DeskClient, customers: number): Promise<Conversation[]> {
  const conversations: Conversation[] = [];
  while (conversations.length < customers) {
    const some = Math.min(50, customers - conversations.length);
    conversations.push(...(await Promise.all(Array.from({ length: some }, () => desk.createConversation()))));
  }
  return conversations;
}

const clockTicksPerSecond = 100;

/** Of the process with all its threads; only where /proc tells it. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (((user ?? Number.NaN) + (system ?? Number.NaN)) * 1000) / clockTicksPerSecond;
}
