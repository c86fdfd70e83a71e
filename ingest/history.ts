// The runs over sources, one JSON line each: what came of them, for people and for monitoring. Appended only; the older half goes when
// the file has grown.
import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, briefly, isAbortError } from '#core/errors.ts';
import type { JobSummary } from './job.ts';

export interface Run {
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly source: string;
  readonly result: 'published' | 'unchanged' | 'failed';
  readonly seconds: number;
  /** Of a run that did not fail: the one in use after it. */
  readonly generation?: string;
  readonly documents?: JobSummary['documents'];
  readonly passages?: JobSummary['chunks'];
  readonly quarantined?: number;
  readonly error?: string;
}

/** About 4,000 runs. With the file before, twice as much is kept. */
const longestFileBytes = 1 << 20;

/** Runs the job and notes what came of it. One that was stopped, or refused because another is at work, is no run. */
export async function recordRun(
  { dataDir, source }: { readonly dataDir: string; readonly source: string },
  job: () => Promise<JobSummary>,
): Promise<JobSummary> {
  const at = new Date().toISOString();
  const started = performance.now();
  try {
    const summary = await job();
    await append(dataDir, {
      at,
      source,
      result: summary.published ? 'published' : 'unchanged',
      seconds: summary.seconds,
      ...(summary.generation && { generation: summary.generation.id }),
      documents: summary.documents,
      passages: summary.chunks,
      quarantined: summary.counts?.quarantined ?? 0,
    });
    return summary;
  } catch (thrown) {
    if (isAbortError(thrown) || (thrown instanceof AppError && thrown.code === 'job-locked')) throw thrown;
    const seconds = Math.round(performance.now() - started) / 1000;
    await append(dataDir, { at, source, result: 'failed', seconds, error: runError(thrown) });
    throw thrown;
  }
}

/** Of our own errors what they say; of others their kind, because some quote what they were given. */
export function runError(thrown: unknown): string {
  return thrown instanceof AppError ? thrown.message : briefly(thrown);
}

/** Oldest first. A line that a full disk has cut is passed over. */
export async function readRuns(dataDir: string): Promise<Run[]> {
  const path = historyFile(dataDir);
  const texts = await Promise.all([`${path}.1`, path].map((file) => readFile(file, 'utf8').catch(absent)));
  return texts.flatMap((text) => text.split('\n').flatMap(parseRun));
}

export function describeHistory(runs: readonly Run[]): string {
  if (runs.length === 0) return 'There was no run yet.';
  const width = Math.max(...runs.map(({ source }) => source.length));
  return runs
    .map((run) => `${run.at.slice(0, 19)}Z  ${run.source.padEnd(width)}  ${outcome(run)}, ${run.seconds} s`)
    .join('\n');
}

function outcome({ result, generation, documents, passages, quarantined, error }: Run): string {
  if (result === 'failed') return `failed: ${error?.replace(/\.$/, '')}`;
  if (!documents || !passages) return result;
  const unread = quarantined ? `, ${quarantined} could not be read` : '';
  if (result === 'unchanged') return `unchanged (${generation})${unread}`;
  const { added, changed, removed } = documents;
  return `${generation}: ${added} added, ${changed} changed, ${removed} removed, ${passages.embedded} passages embedded${unread}`;
}

async function append(dataDir: string, run: Run): Promise<void> {
  const path = historyFile(dataDir);
  try {
    await mkdir(dataDir, { recursive: true });
    const size = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    if (size > longestFileBytes) await rename(path, `${path}.1`);
    await appendFile(path, `${JSON.stringify(run)}\n`);
  } catch {
    // A full disk: the run's own outcome is what has to be told.
  }
}

function parseRun(line: string): Run[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Run];
  } catch {
    return [];
  }
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

function historyFile(dataDir: string): string {
  return join(dataDir, 'ingest-history.jsonl');
}
