// The generation in use, for commands that look at it.
import { AppError } from '#core/errors.ts';
import { type Generation, openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';

/** Throws `knowledge-base-missing` if nothing is published. */
export async function openPublished(dataDir: string): Promise<Generation> {
  const generation = await openCurrentGeneration(dataDir);
  if (generation) return generation;
  throw nothingPublished(dataDir);
}

export function nothingPublished(dataDir: string): AppError {
  return new AppError(
    'knowledge-base-missing',
    `Nothing is published in ${dataDir} yet: run "answerdesk ingest FOLDER".`,
  );
}
