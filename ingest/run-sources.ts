// Several sources one after the other. One that fails keeps its last good state, and the others go on.
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import { readRuns, runError } from './history.ts';
import type { JobSummary } from './job.ts';
import { type NamedSource, type RunSourceOptions, runSource } from './run-source.ts';

export type SourceOutcome =
  | { readonly source: string; readonly summary: JobSummary }
  | { readonly source: string; readonly error: AppError; readonly since: string; readonly isNew: boolean };

/**
 * What came of each. `isNew` is false for a failure that is the one of the last run, and `since` says since when. Rejects with
 * `job-locked` while another job runs, and when the signal aborts.
 */
export async function* runSources(
  sources: readonly NamedSource[],
  options: RunSourceOptions,
): AsyncGenerator<SourceOutcome> {
  for (const source of sources) {
    const { name } = source;
    const before = (await readRuns(options.dataDir)).filter((run) => run.source === name);
    try {
      yield { source: name, summary: await runSource(source, options) };
    } catch (thrown) {
      if (isAbortError(thrown) || options.signal?.aborted) throw thrown;
      const error = toAppError(thrown);
      if (error.code === 'job-locked') throw error;
      const same = before.slice(before.findLastIndex((run) => run.error !== runError(thrown)) + 1);
      const since = same[0]?.at ?? new Date().toISOString();
      yield { source: name, error, since, isNew: same.length === 0 };
    }
  }
}
