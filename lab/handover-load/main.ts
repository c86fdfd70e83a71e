// `npm run handover-load`: a team at work. Agents with open consoles beside customers, all of them real clients of a real server in a process
// of its own, with the limits that it comes with. Prints how long people wait, what the server holds, and what was refused.

import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readQuestions } from '../bench/corpus.ts';
import { residentMegabytes, serveDesk } from '../bench/server-benches.ts';
import { openWorkspace } from '../bench/workspace.ts';
import { beAgent } from './agent.ts';
import { beCustomer } from './customer.ts';
import { createMeasured } from './measured.ts';
import { createPause } from './pace.ts';
import { signInAgents } from './sign-in-agents.ts';

const help = `Agents beside customers: how long each waits, memory, errors.

  npm run handover-load -- [options]

  --agents NUMBER     default 50
  --customers NUMBER  default 200
  --seconds NUMBER    measured, after half a minute of warm-up; default 120
`;
const warmUpMs = 30_000;

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '50' },
    customers: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '120' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(help);
else await measure(Number(values.agents), Number(values.customers), Number(values.seconds));

async function measure(agents: number, customers: number, seconds: number): Promise<void> {
  await using workspace = await openWorkspace();
  const dataDir = await workspace.folder('data');
  await workspace.run('cli/main.ts', {
    args: ['ingest', 'data/knowledge'],
    settings: { ANSWERDESK_DATA_DIR: dataDir },
  });
  // Each client has an address of its own, as behind a proxy: otherwise one address would meet the limit of one.
  await using server = await serveDesk(
    { workspace, dataDir },
    {
      ANSWERDESK_TRUST_PROXY: '1',
      ANSWERDESK_REQUESTS_PER_MINUTE: '120',
      ANSWERDESK_MESSAGES_PER_MINUTE: '20',
    },
  );
  say(`Signing ${agents} agents in.`);
  const cookies = await signInAgents({ workspace, dataDir, url: server.url, agents });
  const atStart = await residentMegabytes(server.pid);
  const measured = createMeasured();
  const sent = new Map<string, number>();
  const ending = new AbortController();
  const { signal } = ending;
  const shared = { url: server.url, measured, sent, signal, pause: createPause(signal) };
  const questions = await readQuestions();
  say(`${agents} agents and ${customers} customers are at work.`);
  const people = [
    ...cookies.map((cookie, index) => beAgent({ ...shared, cookie, address: `10.1.0.${index + 1}` })),
    ...Array.from({ length: customers }, (_, index) =>
      beCustomer({ ...shared, questions, address: `10.2.${Math.floor(index / 200)}.${(index % 200) + 1}` }),
    ),
  ];
  await sleep(warmUpMs);
  measured.reset();
  const cpuBefore = await cpuSeconds(server.pid);
  await sleep(seconds * 1_000);
  const [table, failures, atEnd] = [
    measured.table(),
    new Map(measured.failures()),
    await residentMegabytes(server.pid),
  ];
  const cpu = (await cpuSeconds(server.pid)) - cpuBefore;
  ending.abort();
  await Promise.all(people);
  process.stdout.write(`\n${table}\n\n`);
  if (atStart && atEnd)
    process.stdout.write(
      `Resident memory: ${atStart.now.toFixed(0)} MB with everybody signed in, ${atEnd.now.toFixed(0)} MB at the end, at most ${atEnd.peak.toFixed(0)} MB.\n`,
    );
  process.stdout.write(
    `${(measured.answers / seconds).toFixed(0)} requests of consoles a second. The server took ${(cpu / seconds).toFixed(2)} of a core. Load of the whole machine, ${cpus().length} cores: ${loadavg()[0]!.toFixed(1)}.\n`,
  );
  const told = [...failures].map(([what, times]) => `${what}: ${times}`);
  process.stdout.write(`Refused or failed: ${told.length === 0 ? 'nothing' : told.join('; ')}.\n`);
}

/** Of all threads so far; NaN where /proc does not tell it. */
async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name, which may hold anything; in hundredths of a second (proc_pid_stat(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
