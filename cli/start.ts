// `answerdesk start`: the desk in this process, until it is told to stop.
import { packagePath } from '#core/package-root.ts';
import { defineCommand } from './command.ts';

const help = `Serves the widget and the API.

  answerdesk start
  answerdesk start --sample
  answerdesk start --sources answerdesk.sources.yaml

  --sample         first reads the sample company's articles, if ANSWERDESK_DATA_DIR was never used
  --sources FILE   also reads the sources of FILE by their schedules, in a process of its own
  --help

It serves the knowledge base in ANSWERDESK_DATA_DIR (default var/). It listens at ANSWERDESK_HOST (default 127.0.0.1) and
ANSWERDESK_PORT (default 3000). What is older than ANSWERDESK_RETENTION says is removed at the start and once a day. SIGTERM or SIGINT stops it in good order, a second one at once.

Exit codes: 0 stopped; 1 failed; 2 bad usage, bad settings, or the port is taken.
`;

export const command = defineCommand({
  help,
  options: { sample: { type: 'boolean' }, sources: { type: 'string' } },
  async run({ values }, signal) {
    if (values.sample) await ingestSample(signal);
    const { start } = await import('#server/start.ts');
    {
      await using _schedule = values.sources ? await openSchedule(values.sources, signal) : undefined;
      await using _retention = await openRetention(signal);
      await start(signal, process.argv[1]!);
    }
    // Timers and connections of libraries do not keep the process.
    process.exit(0);
  },
});

async function openSchedule(file: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const { startSchedule } = await import('./ingest/schedule-process.ts');
  return startSchedule(file, signal);
}

async function openRetention(signal: AbortSignal): Promise<AsyncDisposable> {
  const { startRetention } = await import('./retention-process.ts');
  return startRetention(signal);
}

async function ingestSample(signal: AbortSignal): Promise<void> {
  const { command: ingest } = await import('./ingest.ts');
  const folders = ['data/knowledge', 'data/cards', 'data/transcripts'].map(packagePath);
  await ingest(['--if-empty', ...folders, '--source', 'sample'], signal);
}
