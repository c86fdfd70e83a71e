// The sources of a file: read now, when a folder changes, or by their schedules.

import type { Config } from '#app/config.ts';
import { errorFacts } from '#core/errors.ts';
import { readRuns } from '#ingest/history.ts';
import type { NamedSource } from '#ingest/run-source.ts';
import { runSources, type SourceOutcome } from '#ingest/run-sources.ts';
import { createTimetable, runSchedule } from '#ingest/schedule.ts';
import { pickSources, readSourcesFile } from '#ingest/sources/sources-file.ts';
import { describeJob } from '#ingest/summary.ts';
import { watchSources } from '#ingest/watch.ts';
import { noteFailure, noteIngestion, notingFailure } from '../audit/note-ingestion.ts';
import type { Arguments } from './arguments.ts';
import { folderSettings, sourceOfPaths, withEmbedder } from './ingest-command.ts';

export interface Told {
  readonly signal: AbortSignal;
  say(text: string, value: unknown): void;
}

/** Those that are named, or all. The exit code is 1 if one failed. */
export async function ingestSources(args: Arguments, config: Config, { signal, say }: Told): Promise<void> {
  const sources = pickSources(await readSourcesFile(args.sourcesFile), args.names);
  const outcomes = await run(sources, args, config, { signal, say: () => {} });
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  if (failed.length > 0) process.exitCode = errorFacts.internal.exitCode;
  const names = failed.map(({ source }) => `"${source}"`).join(', ');
  const all = `${outcomes.length - failed.length} of ${outcomes.length} sources are up to date`;
  say(
    failed.length === 0
      ? `${all}.`
      : `${all}. Not ${names}, which stay as they were: answerdesk ingest history`,
    { sources: outcomes.map(asJson) },
  );
}

/** Until the signal aborts. */
export async function watch(args: Arguments, config: Config, { signal, say }: Told): Promise<void> {
  const ofFile = args.sources ? pickSources(await readSourcesFile(args.sourcesFile), args.names) : undefined;
  const watched = (ofFile ?? [await sourceOfPaths(args)]).flatMap(({ name, spec }) =>
    spec.type === 'files' ? [{ name, paths: spec.paths }] : [],
  );
  say(`Watching ${watched.map(({ name }) => `"${name}"`).join(', ')}. Ctrl-C stops it.`, {
    watching: watched.map(({ name }) => name),
  });
  for await (const changed of watchSources(watched, { signal, ignore: config.dataDir })) {
    const sources = ofFile ? pickSources(ofFile, changed) : [await sourceOfPaths(args)];
    await run(sources, args, config, { signal, say });
  }
}

/** Until the signal aborts. */
export async function schedule(args: Arguments, config: Config, { signal, say }: Told): Promise<void> {
  // The server that started this one is gone.
  if (process.channel) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const sources = pickSources(await readSourcesFile(args.sourcesFile), args.names);
  const runs = await readRuns(config.dataDir);
  const entries = sources.flatMap(({ name, schedule }) => {
    const last = runs.findLast(({ source }) => source === name);
    return schedule ? [{ name, schedule, ...(last && { lastRun: new Date(last.at) }) }] : [];
  });
  const timetable = createTimetable(entries);
  const next = timetable.next(new Date());
  say(
    entries.length === 0
      ? `No source in ${args.sourcesFile} has a schedule.`
      : `${entries.length} sources by schedule; the next one is due ${next?.toISOString() ?? 'never'}.`,
    { scheduled: entries.map(({ name }) => name), next },
  );
  if (entries.length === 0) return;
  await runSchedule({
    timetable,
    signal,
    run: async (name) => void (await run(pickSources(sources, [name]), args, config, { signal, say })),
  });
}

/** What has changed and what has newly failed is told; a failure that lasts is told once. */
async function run(
  sources: readonly NamedSource[],
  args: Arguments,
  config: Config,
  { signal, say }: Told,
): Promise<SourceOutcome[]> {
  const { acceptModelChange, acceptRemovals, dryRun } = args;
  const { dataDir } = config;
  return notingFailure({ dataDir, dryRun }, () =>
    withEmbedder(config, args, async ({ stamp, ...model }) => {
      const outcomes: SourceOutcome[] = [];
      const options = { dataDir, ...model, acceptModelChange, acceptRemovals, dryRun, signal };
      for await (const outcome of runSources(await Promise.all(sources.map(complete)), options)) {
        const noted = { dataDir, dryRun, source: outcome.source };
        outcomes.push(outcome);
        if ('summary' in outcome) {
          await stamp(outcome.summary);
          await noteIngestion(noted, outcome.summary);
          process.stderr.write(`${describeJob(outcome.summary)}\n`);
        } else {
          await noteFailure(noted, outcome.error);
          if (outcome.isNew)
            process.stderr.write(
              `"${outcome.source}" failed and stays as it was: ${outcome.error.message}\n`,
            );
        }
        say('', asJson(outcome));
      }
      return outcomes;
    }),
  );
}

/** With the settings that lie in its folders; its own in the file of sources win. */
async function complete(source: NamedSource): Promise<NamedSource> {
  if (source.spec.type !== 'files') return source;
  const { name: _name, ...settings } = await folderSettings(source.spec.paths);
  return { ...source, settings: { ...settings, ...source.settings } };
}

function asJson(outcome: SourceOutcome): unknown {
  if ('summary' in outcome) return outcome;
  const { source, error, since } = outcome;
  return { source, error: { code: error.code, message: error.message }, since };
}
