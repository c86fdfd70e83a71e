// `answerdesk ingest PATH...`: settings, files and embedder put together into a job, and its outcome told.

import type { Config } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { writeStamp } from '#ingest/embed/embedder-stamp.ts';
import { type JobSummary, runIngestJob } from '#ingest/job.ts';
import { createDefaultRedactor } from '#ingest/redact/redaction-profile.ts';
import {
  defaultInternalRules,
  parseInternalRule,
  readSourceSettings,
  type SourceSettings,
} from '#ingest/source-settings.ts';
import { createFields, readFieldMap } from '#ingest/sources/field-map.ts';
import { defaultSourceName, settingsFolder } from '#ingest/sources/find-files.ts';
import { openSource } from '#ingest/sources/open-source.ts';
import { findModelInUse, refuseOtherModel } from '#knowledge/generations/model-in-use.ts';
import { chooseEmbedder, configuredModelId, openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import type { Arguments } from './arguments.ts';
import { createProgressDisplay } from './progress.ts';

export async function ingestPaths(
  args: Arguments,
  config: Config,
  { signal }: CallOptions = {},
): Promise<JobSummary> {
  const folders = args.desk ? [] : args.paths;
  const settings = mergeSettings(
    await Promise.all(folders.map(async (path) => readSourceSettings(await settingsFolder(path)))),
  );
  const name =
    args.source ?? settings.name ?? (args.desk ? args.paths[0] : await defaultSourceName(args.paths));
  if (name === undefined)
    throw new AppError(
      'bad-request',
      'These paths have no folder in common: name the source with --source NAME.',
    );
  const fields = createFields(args.map ? await readFieldMap(args.map) : settings.map);
  const { description, items } = await openSource(args.desk ?? { type: 'files', paths: args.paths }, {
    fields,
    signal,
  });
  const rules =
    args.audienceRules.length > 0
      ? args.audienceRules.map(parseInternalRule)
      : (settings.internal ?? defaultInternalRules);
  process.stderr.write(`Ingesting ${description} as source "${name}".\n`);
  const region = args.region ?? settings.region;
  const source = {
    name,
    items,
    redactor: createDefaultRedactor({
      ...(region ? { region } : {}),
      ...(settings.keepInArticles ? { keepInArticles: settings.keepInArticles } : {}),
      ...(settings.publishedDomains ? { publishedDomains: settings.publishedDomains } : {}),
    }),
    redactArticles: args.redactArticles || settings.redactArticles === true,
    internalRules: rules,
    transcriptsAudience: args.transcriptsAudience ?? settings.transcriptsAudience ?? 'customer',
    language: args.language ?? settings.language,
    idPrefix: args.idPrefix ?? settings.idPrefix,
  };
  return runWithEmbedder(config, args, (openModel, onProgress) =>
    runIngestJob({
      dataDir: config.dataDir,
      openEmbedder: openModel,
      source,
      onlyIfEmpty: args.ifEmpty,
      dryRun: args.dryRun,
      acceptModelChange: args.acceptModelChange,
      onProgress,
      signal,
    }),
  );
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
  return runWithEmbedder(config, { acceptModelChange }, (openModel, onProgress) =>
    runIngestJob({
      dataDir: config.dataDir,
      openEmbedder: openModel,
      dryRun,
      acceptModelChange,
      onProgress,
      signal,
    }),
  );
}

type OnProgress = NonNullable<Parameters<typeof runIngestJob>[0]['onProgress']>;

async function runWithEmbedder(
  config: Config,
  { acceptModelChange }: Pick<Arguments, 'acceptModelChange'>,
  run: (openModel: () => Promise<Embedder>, onProgress: OnProgress) => Promise<JobSummary>,
): Promise<JobSummary> {
  const inUse = await findModelInUse(config.dataDir);
  const chosen = await chooseEmbedder(config.embedder, config.dataDir, inUse?.modelId);
  // Before anything is read, loaded or embedded. The job and `publishGeneration` ask again.
  if (inUse && !acceptModelChange)
    refuseOtherModel(inUse, chosen.expectedId ?? (await configuredModelId(chosen)));
  const display = createProgressDisplay();
  let embedder: Embedder | undefined;
  try {
    const summary = await run(async () => {
      embedder = await openChosenEmbedder(chosen);
      return embedder;
    }, display.update);
    if (summary.generation) await writeStamp(config.dataDir, chosen.model, summary.generation.modelId);
    return summary;
  } finally {
    display.end();
    await embedder?.close();
  }
}

/** Several folders of one source: a later one's setting wins, rules add up. */
function mergeSettings(all: readonly SourceSettings[]): SourceSettings {
  const internal = all.flatMap((settings) => settings.internal ?? []);
  return { ...Object.assign({}, ...all), ...(internal.length > 0 ? { internal } : {}) };
}
