// One ingestion at a time: an exclusive lock that the operating system releases when the process ends, however it ends.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '#core/errors.ts';

/**
 * Throws `job-locked` at once if another process (or this one) holds the lock of that folder, calling it `what`, or if the lock's file
 * is damaged. Disposing releases it.
 */
export function lockJob(dataDir: string, what = 'ingestion job'): Disposable {
  mkdirSync(dataDir, { recursive: true });
  const holderFile = join(dataDir, 'ingest.pid');
  // An SQLite file, for its lock alone: advisory locks of the system are not reachable from Node otherwise, and a lock file of one's
  // own outlives a killed process.
  const lockFile = join(dataDir, 'ingest.lock');
  const database = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    const { message } = cause as Error;
    if (/not a database|malformed/i.test(message)) {
      throw new AppError(
        'job-locked',
        `The lock ${lockFile} is damaged, so nobody can tell whether another ${what} is running. When none is, remove that file and try again.`,
        { cause },
      );
    }
    if (!/locked|busy/i.test(message)) throw cause;
    const holder = readHolder(holderFile);
    throw new AppError(
      'job-locked',
      `Another ${what} is running${holder}. Wait for it to end, or stop it, and try again.`,
      { cause },
    );
  }
  writeFileSync(holderFile, String(process.pid));
  return {
    [Symbol.dispose]() {
      database.close();
    },
  };
}

function readHolder(path: string): string {
  try {
    return ` (process ${readFileSync(path, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
