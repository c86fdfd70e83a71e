// What was computed for a case, by a hash of everything it depends on, appended to one file as it comes: a run that was interrupted,
// or whose model server failed, continues where it stopped, and another one of the same subject need not ask again.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface RecordStore {
  /** The value kept under `key`, else what `compute` resolves to. Failures are not kept. */
  remember<Value>(key: unknown, compute: () => Promise<Value>): Promise<Value>;
  /** How many values came from the file. */
  readonly reused: number;
}

/** `fingerprint` names code, model, index and calibration; values of another one are never used. */
export function openRecordStore(path: string, fingerprint: string): RecordStore {
  const kept = new Map<string, unknown>();
  if (existsSync(path)) {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      try {
        const { key, value } = JSON.parse(line);
        if (typeof key === 'string') kept.set(key, value);
      } catch {
        // The last line of a killed run may be cut.
      }
    }
  }
  let reused = 0;
  return {
    get reused() {
      return reused;
    },
    async remember<Value>(key: unknown, compute: () => Promise<Value>): Promise<Value> {
      const hash = createHash('sha256')
        .update(JSON.stringify([fingerprint, key]))
        .digest('hex');
      if (kept.has(hash)) {
        reused++;
        return kept.get(hash) as Value;
      }
      const value = await compute();
      kept.set(hash, value);
      // Starts with a line break, so that a cut last line spoils itself only.
      appendFileSync(path, `\n${JSON.stringify({ key: hash, value })}`);
      return value;
    },
  };
}

/** Removes the files of a folder but for those used last. */
export function removeOldRecords(folder: string, keep = 5): void {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, usedAt: statSync(path).mtimeMs }))
    .sort((a, b) => b.usedAt - a.usedAt);
  for (const { path } of files.slice(keep)) rmSync(path, { force: true });
}
