// What could not be read, record by record, for a person to look at: place and reason, never the text.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProblemItem } from './item.ts';

interface QuarantineEntry {
  readonly file: string;
  readonly line?: number;
  readonly reason: string;
}

/** More are counted but not listed: a file of another kind can have a million unreadable lines. */
const mostEntries = 100_000;
/** Older quarantine files of a source are removed. */
const filesKept = 10;

export function createQuarantine() {
  const entries: QuarantineEntry[] = [];
  return {
    add({ origin, reason }: ProblemItem): void {
      if (entries.length < mostEntries) entries.push({ ...origin, reason });
    },
    /** The path of the file written, or undefined when there was nothing to write. */
    async write(dataDir: string, source: string, at = new Date()): Promise<string | undefined> {
      if (entries.length === 0) return undefined;
      const folder = join(dataDir, 'quarantine');
      await mkdir(folder, { recursive: true });
      const prefix = `${source.replace(/[^\w.-]+/g, '_').slice(0, 80)}-`;
      const path = join(folder, `${prefix}${at.toISOString().replace(/[:.]/g, '-')}.jsonl`);
      await writeFile(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      const older = (await readdir(folder))
        .filter((name) => name.startsWith(prefix) && /^\d{4}-/.test(name.slice(prefix.length)))
        .sort()
        .slice(0, -filesKept);
      for (const name of older) await rm(join(folder, name), { force: true });
      return path;
    },
  };
}
