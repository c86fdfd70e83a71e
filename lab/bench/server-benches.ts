// The server as a process: how soon it answers, and what it holds after a day's questions.
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generationFolder, readCurrentId, writeCurrentId } from '#knowledge/generations/generation-folder.ts';
import { createDeskClient, createStreamClient } from './chat-client.ts';
import type { BenchRow } from './report.ts';
import { spread } from './statistics.ts';
import type { RunOptions, Served, Workspace } from './workspace.ts';

const starts = 5;
const questionsBeforeWeighing = 200;

export interface ServerBench {
  readonly workspace: Workspace;
  /** A knowledge base; it is copied, since a server writes beside it. */
  readonly dataDir: string;
  readonly questions: readonly string[];
  /** Another checkout of the project to compare with. */
  readonly against?: string | undefined;
}

/** As `npm start` starts it and with the server's own defaults, but for limits that a single client would run into. */
export async function serveDesk(
  { workspace, dataDir }: Pick<ServerBench, 'workspace' | 'dataDir'>,
  settings: RunOptions['settings'] = {},
  checkout?: string,
): Promise<Served> {
  const description = await readFile(join(checkout ?? '.', 'package.json'), 'utf8');
  const { scripts } = JSON.parse(description) as { scripts: { start: string } };
  // Older checkouts build and ingest before it, without options of Node.
  const [, nodeOptions = '', script = ''] = /node ((?:--\S+ )+)(\S+)/.exec(scripts.start) ?? [];
  const served = await workspace.serve(script, {
    checkout,
    args: ['start'],
    nodeOptions: nodeOptions.split(' ').filter(Boolean),
    ready: /Answerdesk is ready: (\S+)/,
    settings: {
      ANSWERDESK_DATA_DIR: dataDir,
      ANSWERDESK_PORT: '0',
      ANSWERDESK_REQUESTS_PER_MINUTE: '1000000',
      ANSWERDESK_MESSAGES_PER_MINUTE: '100000',
      ...settings,
    },
  });
  // The name would be looked up for each connection, for IPv6 first.
  return { ...served, url: served.url.replace('localhost', '127.0.0.1') };
}

export async function copyOf({
  workspace,
  dataDir,
}: Pick<ServerBench, 'workspace' | 'dataDir'>): Promise<string> {
  const copy = await workspace.folder('data');
  await cp(dataDir, copy, { recursive: true });
  return copy;
}

/** As `copyOf`, but the generation is a link to the one that is given: a large one is only read. */
export async function linkedCopyOf({
  workspace,
  dataDir,
}: Pick<ServerBench, 'workspace' | 'dataDir'>): Promise<string> {
  const copy = await workspace.folder('data');
  const id = (await readCurrentId(dataDir))!;
  await mkdir(join(copy, 'index'));
  await symlink(resolve(generationFolder(dataDir, id)), generationFolder(copy, id));
  await writeCurrentId(copy, id);
  return copy;
}

/** From the start of the process to the end of the first answer. */
export async function benchStart(bench: ServerBench): Promise<BenchRow[]> {
  const dataDir = await copyOf(bench);
  const seconds: number[] = [];
  for (let run = 0; run < starts; run++) {
    await using server = await serveDesk({ ...bench, dataDir });
    using client = createStreamClient();
    const desk = createDeskClient(client, server.url);
    await desk.ask(await desk.createConversation(), bench.questions[run]!);
    seconds.push((performance.now() - server.startedAt) / 1000);
  }
  return [
    {
      name: 'start to first answered question',
      unit: 's',
      ours: spread(seconds),
      targets: { ours: '<= 1.5' },
    },
  ];
}

export async function benchMemory(bench: ServerBench): Promise<BenchRow[]> {
  await using server = await serveDesk({ ...bench, dataDir: await copyOf(bench) });
  const name = `resident memory after ${questionsBeforeWeighing} questions`;
  const atStart = await residentMegabytes(server.pid);
  if (!atStart) return [{ name, unit: 'MB', missing: 'only where /proc tells it' }];
  using client = createStreamClient();
  const desk = createDeskClient(client, server.url);
  for (let asked = 0; asked < questionsBeforeWeighing; asked++)
    await desk.ask(await desk.createConversation(), bench.questions[asked % bench.questions.length]!);
  const { now, peak } = (await residentMegabytes(server.pid))!;
  return [
    {
      name,
      note: `${Math.round(atStart.now)} when ready, at most ${Math.round(peak)}`,
      unit: 'MB',
      ours: spread([now]),
      targets: { ours: '<= 350' },
    },
  ];
}

export async function residentMegabytes(pid: number): Promise<{ now: number; peak: number } | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status ?? '')?.[1]);
  return status === undefined
    ? undefined
    : { now: kilobytes('VmRSS') / 1024, peak: kilobytes('VmHWM') / 1024 };
}
