// `answerdesk ingest PATH...`: settings, files and embedder put together into a job, and its outcome told.

import type { Config } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import type { EntityFinder } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';
import { writeStamp } from '#ingest/embed/embedder-stamp.ts';
import { type Estimate, estimateRun } from '#ingest/estimate.ts';
import { type JobSummary, runIngestJob } from '#ingest/job.ts';
import { type NamedSource, type RunSourceOptions, runSource } from '#ingest/run-source.ts';
import { parseInternalRule, readSourceSettings, type SourceSettings } from '#ingest/source-settings.ts';
import { readFieldMap } from '#ingest/sources/field-map.ts';
import { defaultSourceName, settingsFolder } from '#ingest/sources/find-files.ts';
import { findModelInUse, refuseOtherModel } from '#knowledge/generations/model-in-use.ts';
import { chooseEmbedder, configuredModelId, openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import { openOnnxEntityFinder } from '#models/personal-data/onnx-entity-finder.ts';
import { noteIngestion, notingFailure } from '../audit/note-ingestion.ts';
import type { Arguments } from './arguments.ts';
import { createProgressDisplay } from './progress.ts';

export async function ingestPaths(
  args: Arguments,
  config: Config,
  { signal }: CallOptions = {},
): Promise<JobSummary> {
  const source = await sourceOfPaths(args);
  return runWithEmbedder(config, { ...args, source: source.name }, (model) =>
    runSource(source, {
      dataDir: config.dataDir,
      ...model,
      onlyIfEmpty: args.ifEmpty,
      dryRun: args.dryRun,
      acceptModelChange: args.acceptModelChange,
      acceptRemovals: args.acceptRemovals,
      signal,
    }),
  );
}

/** Nothing is written. */
export async function estimatePaths(
  args: Arguments,
  config: Config,
  { signal }: CallOptions = {},
): Promise<Estimate> {
  const source = await sourceOfPaths(args);
  return withEmbedder(config, args, ({ stamp: _stamp, ...model }) =>
    estimateRun(source, { dataDir: config.dataDir, ...model, signal }),
  );
}

/** The paths, the website or the help desk as one source, with the settings that lie in them and on the command line. */
export async function sourceOfPaths(args: Arguments): Promise<NamedSource> {
  const { website, desk } = args;
  const settings: SourceSettings = website || desk ? {} : await folderSettings(args.paths);
  const name = args.source ?? settings.name ?? (await defaultName(args));
  if (name === undefined)
    throw new AppError(
      'bad-request',
      'These paths have no folder in common: name the source with --source NAME.',
    );
  const given: SourceSettings = {
    ...(args.map && { map: await readFieldMap(args.map) }),
    ...(args.audienceRules.length > 0 && { internal: args.audienceRules.map(parseInternalRule) }),
    ...(args.redactArticles && { redactArticles: true }),
    ...(args.transcriptsAudience && { transcriptsAudience: args.transcriptsAudience }),
    ...(args.language && { language: args.language }),
    ...(args.region && { region: args.region }),
    ...(args.idPrefix && { idPrefix: args.idPrefix }),
  };
  const spec = website ?? desk ?? { type: 'files' as const, paths: args.paths };
  return { name, spec, settings: { ...settings, ...given } };
}

async function defaultName({ website, desk, paths }: Arguments): Promise<string | undefined> {
  if (website) return new URL(website.url).host;
  return desk ? paths[0] : defaultSourceName(paths);
}

/** Of several folders of one source a later one's setting wins, and rules add up. */
export async function folderSettings(paths: readonly string[]): Promise<SourceSettings> {
  const all = await Promise.all(paths.map(async (path) => readSourceSettings(await settingsFolder(path))));
  const internal = all.flatMap((settings) => settings.internal ?? []);
  return { ...Object.assign({}, ...all), ...(internal.length > 0 ? { internal } : {}) };
}

/**
 * Everything that is published, embedded again: with the model that is configured, or the one that ships if the knowledge base was made
 * with one that is not there any more, if `acceptModelChange` says so; nothing if it was made with it.
 */
export async function embedAgain(
  { acceptModelChange, dryRun }: Pick<Arguments, 'acceptModelChange' | 'dryRun'>,
  config: Config,
  { signal }: CallOptions = {},
): Promise<JobSummary> {
  return runWithEmbedder(config, { acceptModelChange, dryRun }, (model) =>
    runIngestJob({ dataDir: config.dataDir, ...model, dryRun, acceptModelChange, signal }),
  );
}

const dayMs = 86_400_000;

type ModelInUse = Pick<
  RunSourceOptions,
  'graph' | 'openEmbedder' | 'openEntityFinder' | 'onProgress' | 'onNote' | 'transcriptsSince'
> & {
  /** To be called after each job: notes what made what is published, so that this is known without opening a model. */
  readonly stamp: (summary: JobSummary) => Promise<void>;
};

/** For one job or several: each model is opened once. */
export async function withEmbedder<Result>(
  config: Config,
  { acceptModelChange }: Pick<Arguments, 'acceptModelChange'>,
  use: (model: ModelInUse) => Promise<Result>,
): Promise<Result> {
  const inUse = await findModelInUse(config.dataDir);
  const chosen = await chooseEmbedder(config.embedder, config.dataDir, inUse?.modelId);
  // Before anything is read, loaded or embedded. The job and `publishGeneration` ask again.
  if (inUse && !acceptModelChange)
    refuseOtherModel(inUse, chosen.expectedId ?? (await configuredModelId(chosen)));
  const display = createProgressDisplay();
  const { model, threads } = config.personalData;
  const { transcripts: days } = config.retention;
  let embedder: Promise<Embedder> | undefined;
  let finder: Promise<EntityFinder> | undefined;
  try {
    return await use({
      graph: config.vectorSearch === 'graph',
      openEmbedder() {
        embedder ??= openChosenEmbedder(chosen);
        return embedder;
      },
      ...(model !== 'off' && {
        openEntityFinder() {
          finder ??= openOnnxEntityFinder(model, threads);
          return finder;
        },
      }),
      ...(days === undefined ? {} : { transcriptsSince: new Date(Date.now() - days * dayMs).toISOString() }),
      onProgress: display.update,
      onNote(line) {
        display.end();
        process.stderr.write(`${line}\n`);
      },
      async stamp(summary) {
        display.end();
        const { generation } = summary;
        if (generation) await writeStamp(config.dataDir, chosen.model, generation.modelId);
      },
    });
  } finally {
    display.end();
    await (await embedder?.catch(() => undefined))?.close();
    await (await finder?.catch(() => undefined))?.close();
  }
}

function runWithEmbedder(
  config: Config,
  { source, ...options }: Pick<Arguments, 'acceptModelChange' | 'dryRun'> & { readonly source?: string },
  run: (model: Omit<ModelInUse, 'stamp'>) => Promise<JobSummary>,
): Promise<JobSummary> {
  const noted = { dataDir: config.dataDir, source, dryRun: options.dryRun };
  return notingFailure(noted, () =>
    withEmbedder(config, options, async ({ stamp, ...model }) => {
      const summary = await run(model);
      await stamp(summary);
      await noteIngestion(noted, summary);
      return summary;
    }),
  );
}
