// What a process that was killed left behind in a folder of models.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what begins with `prefix` and is older: what a running process writes is younger. */
export async function removeLeftovers(
  folder: string,
  { prefix, olderThanMs }: { readonly prefix: string; readonly olderThanMs: number },
): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => entry.startsWith(prefix))) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > olderThanMs) await rm(join(folder, name), { recursive: true, force: true });
  }
}
