// Every ingestion in the audit log, whatever came of it: published, unchanged, refused or failed. No path and no text is in an entry.
import { AppError, briefly, errorFacts, isAbortError } from '#core/errors.ts';
import type { JobSummary } from '#ingest/job.ts';
import { recordAudit } from './record.ts';

/** Where it is noted, and of which source; one that is stopped by hand, or that only looks, changes nothing and is not noted. */
export interface IngestionNoted {
  readonly dataDir: string;
  readonly source?: string | undefined;
  readonly dryRun: boolean;
}

export async function noteIngestion(
  { dataDir, dryRun }: IngestionNoted,
  { source, published, generation, documents, counts }: JobSummary,
): Promise<void> {
  if (dryRun) return;
  const { added, changed, removed } = documents;
  await recordAudit(dataDir, {
    action: published ? 'knowledge.published' : 'knowledge.unchanged',
    ...(generation ? { subject: generation.id } : {}),
    details: {
      ...(source === undefined ? {} : { source }),
      ...(published ? { added, changed, removed } : {}),
      ...(counts ? { quarantined: counts.quarantined } : {}),
    },
  });
}

/**
 * Refused: the desk would not do it as it was asked, such as with input it cannot read, with another model, or while another job is at
 * work. Failed: it tried and could not.
 */
export async function noteFailure(
  { dataDir, source, dryRun }: IngestionNoted,
  thrown: unknown,
): Promise<void> {
  if (dryRun || isAbortError(thrown)) return;
  const code = thrown instanceof AppError ? thrown.code : undefined;
  const refused = code !== undefined && (code === 'job-locked' || errorFacts[code].exitCode === 2);
  await recordAudit(dataDir, {
    action: refused ? 'knowledge.refused' : 'knowledge.failed',
    details: { ...(source === undefined ? {} : { source }), reason: code ?? briefly(thrown) },
  });
}

/** What `job` throws is noted and thrown again. */
export async function notingFailure<Result>(
  noted: IngestionNoted,
  job: () => Promise<Result>,
): Promise<Result> {
  try {
    return await job();
  } catch (thrown) {
    await noteFailure(noted, thrown);
    throw thrown;
  }
}
