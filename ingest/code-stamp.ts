// A hash of the code that makes documents and passages of a source. What an earlier version of it made is made anew: nobody has to
// remember to raise a number.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '#core/package-root.ts';

const folders = ['.', '../engine/core', '../engine/connectors'];

let stamp: Promise<string> | undefined;

/** Hexadecimal. Computed once a process, in some milliseconds. */
export function codeStamp(): Promise<string> {
  stamp ??= computeStamp();
  return stamp;
}

async function computeStamp(): Promise<string> {
  const hash = createHash('sha256');
  // Its libraries, too.
  hash.update(await readFile(packagePath('package.json')));
  for (const folder of folders) {
    const root = join(import.meta.dirname, folder);
    const names = (await readdir(root, { recursive: true })).filter(isCode).sort();
    for (const name of names) hash.update(name).update(await readFile(join(root, name)));
  }
  return hash.digest('hex');
}

function isCode(name: string): boolean {
  return /\.[jt]s$/.test(name) && !/\.test\.|\btesting\b/.test(name);
}
