// A stamp in a built folder says what it was built of, so that building again what has not changed takes no time.
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stampFile = (folder: string) => join(folder, '.built-from');

/** SHA-256, in hexadecimal, of path and content of every file that one of `patterns` matches. They start at the root of the project. */
export function sourcesHash(patterns: readonly string[], exclude: readonly string[] = []): string {
  const hash = createHash('sha256');
  const files = globSync(patterns, { cwd: root, exclude, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

export function isBuiltFrom(folder: string, hash: string): boolean {
  try {
    return readFileSync(stampFile(folder), 'utf8') === hash;
  } catch {
    return false;
  }
}

export function stampBuild(folder: string, hash: string): void {
  writeFileSync(stampFile(folder), hash);
}
