// One source, from its settings to the published generation: opened with what it remembers, read, and noted in the history.
import type { CallOptions } from '#core/call-options.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { recordRun } from './history.ts';
import { type IngestJob, type JobSummary, runIngestJob } from './job.ts';
import type { SourceOptions } from './source-options.ts';
import { defaultInternalRules, type SourceSettings, termsOf } from './source-settings.ts';
import { createFields } from './sources/field-map.ts';
import { openSource } from './sources/open-source.ts';
import { openSourceMemory } from './sources/source-memory.ts';
import type { SourceSpec } from './sources/source-spec.ts';

export interface NamedSource {
  readonly name: string;
  readonly spec: SourceSpec;
  readonly settings: Omit<SourceSettings, 'name'>;
}

export interface RunSourceOptions
  extends CallOptions,
    Omit<IngestJob, 'source' | 'signal'>,
    Partial<Record<'onNote', (line: string) => void>>,
    Pick<SourceOptions, 'transcriptsSince'> {}

/** Rejects as `openSource` and `runIngestJob` do. What is published stays then. */
export async function runSource(
  { name, spec, settings }: NamedSource,
  { onNote = () => {}, openEntityFinder, transcriptsSince, ...options }: RunSourceOptions,
): Promise<JobSummary> {
  const { dataDir, dryRun, signal } = options;
  const run = async () => {
    const memory = await openSourceMemory({ dataDir, name, settings });
    if (memory.problem) onNote(memory.problem);
    const fields = createFields(settings.map);
    const { description, items } = await openSource(spec, { fields, memory, ignore: dataDir, signal });
    onNote(`Ingesting ${description} as source "${name}".`);
    const { region, keepInArticles, publishedDomains } = settings;
    const terms = termsOf(settings);
    return runIngestJob({
      ...options,
      ...(settings.names !== false && { openEntityFinder }),
      source: {
        name,
        items,
        memory,
        redactor: createDefaultRedactor({
          ...(region ? { region } : {}),
          ...(keepInArticles ? { keepInArticles } : {}),
          ...(publishedDomains ? { publishedDomains } : {}),
        }),
        publishedNames: settings.publishedNames,
        redactArticles: settings.redactArticles === true,
        internalRules: settings.internal ?? defaultInternalRules,
        transcriptsAudience: settings.transcriptsAudience ?? 'customer',
        language: settings.language,
        idPrefix: settings.idPrefix,
        transcriptsSince,
        ...(terms ? { terms } : {}),
      },
    });
  };
  return dryRun ? run() : recordRun({ dataDir, source: name }, run);
}
