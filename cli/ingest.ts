// `answerdesk ingest`: the command line of ingestion. Summaries for people on standard error, JSON on standard output.

import { loadConfig } from '#app/config.ts';
import { isAbortError } from '#core/errors.ts';
import { recordAudit } from './audit/record.ts';
import { type Arguments, parseCommandLine, usage } from './ingest/arguments.ts';

// What reads documents and models is imported when it is needed: `--if-empty` runs at every start of the server.
export async function command(argv: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await run(argv, signal);
  } catch (thrown) {
    if (isAbortError(thrown)) process.stderr.write('The knowledge base stays as it is.\n');
    throw thrown;
  }
}

async function run(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const args = parseCommandLine(argv);
  if (args.command === 'help') {
    process.stdout.write(usage);
    return;
  }
  const config = loadConfig();
  const say = (text: string, value: unknown) => {
    if (text !== '') process.stderr.write(`${text}\n`);
    if (args.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  };
  // biome-ignore lint/nursery/useExhaustiveSwitchCases: help has returned above, which the rule does not see.
  switch (args.command) {
    case 'status': {
      const { describeStatus, readStatus } = await import('#ingest/status.ts');
      const status = await readStatus(config.dataDir);
      return say(describeStatus(status), status);
    }
    case 'history': {
      const { describeHistory, readRuns } = await import('#ingest/history.ts');
      const all = await readRuns(config.dataDir);
      const runs = all.filter(({ source }) => args.source === undefined || source === args.source);
      return say(describeHistory(runs), { runs });
    }
    case 'watch':
    case 'schedule': {
      const commands = await import('./ingest/sources-command.ts');
      return commands[args.command](args, config, { signal, say });
    }
    case 'rollback': {
      const { describeRollback, rollBack } = await import('#ingest/publish/roll-back.ts');
      const generation = await rollBack(config, { to: args.to });
      await recordAudit(config.dataDir, { action: 'knowledge.rolled-back', subject: generation.id });
      return say(describeRollback(generation), { generation });
    }
    case 'remove': {
      const { removeSource } = await import('#ingest/job.ts');
      const generation = await removeSource({ dataDir: config.dataDir, name: args.source!, signal });
      await recordAudit(config.dataDir, {
        action: 'knowledge.source-removed',
        subject: generation.id,
        details: { source: args.source! },
      });
      return say(`"${args.source}" is out; ${generation.id} is in use: ${generation.documents} documents.`, {
        generation,
      });
    }
    case 're-embed':
    case 'ingest':
      if (args.sources) {
        const { ingestSources } = await import('./ingest/sources-command.ts');
        return ingestSources(args, config, { signal, say });
      }
      if (args.estimate) {
        const [{ estimatePaths }, { describeEstimate }] = await Promise.all([
          import('./ingest/ingest-command.ts'),
          import('#ingest/estimate.ts'),
        ]);
        const estimate = await estimatePaths(args, config, { signal });
        return say(describeEstimate(estimate), estimate);
      }
      return ingest(args, config, { signal, say });
  }
}

interface Talk {
  readonly signal: AbortSignal;
  say(text: string, value: unknown): void;
}

async function ingest(
  args: Arguments,
  config: ReturnType<typeof loadConfig>,
  { signal, say }: Talk,
): Promise<void> {
  let again = args.command === 're-embed';
  if (args.ifEmpty) {
    const [{ isMadeWith }, { chooseEmbedder }, { readCurrentId }, { findModelInUse }] = await Promise.all([
      import('#ingest/embed/embedder-stamp.ts'),
      import('#models/embedder/choose-embedder.ts'),
      import('#knowledge/generations/generation-folder.ts'),
      import('#knowledge/generations/model-in-use.ts'),
    ]);
    const madeWith = (await findModelInUse(config.dataDir))?.modelId;
    const { model } = await chooseEmbedder(config.embedder, config.dataDir, madeWith);
    if (await isMadeWith(config.dataDir, model)) return;
    again = (await readCurrentId(config.dataDir)) !== undefined;
  }
  const [{ embedAgain, ingestPaths }, { describeJob }] = await Promise.all([
    import('./ingest/ingest-command.ts'),
    import('#ingest/summary.ts'),
  ]);
  const summary = again
    ? await embedAgain(args, config, { signal })
    : await ingestPaths(args, config, { signal });
  if (again && args.ifEmpty && !summary.published) return;
  say(describeJob(summary), summary);
}
