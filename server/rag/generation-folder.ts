// Where generations lie on disk: index/gen-000042/ folders that never change, and the file CURRENT that names the one in use.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GenerationFile } from './generation-manifest.ts';

const generationPattern = /^gen-(\d{6,})$/;
const temporaryPrefix = '.tmp-';

export function indexFolder(dataDir: string): string {
  return join(dataDir, 'index');
}

export function generationFolder(dataDir: string, id: string): string {
  return join(indexFolder(dataDir), id);
}

/** Ids of the published generations, oldest first; empty if there are none. */
export async function listGenerations(dataDir: string): Promise<string[]> {
  const names = await readdir(indexFolder(dataDir)).catch(absent<string[]>([]));
  return names
    .filter((name) => generationPattern.test(name))
    .sort((a, b) => generationNumber(a) - generationNumber(b));
}

export function generationNumber(id: string): number {
  return Number(generationPattern.exec(id)?.[1] ?? Number.NaN);
}

export function generationId(number: number): string {
  return `gen-${String(number).padStart(6, '0')}`;
}

/** The generation that CURRENT names; undefined if there is no such file or it holds no generation's name. */
export async function readCurrentId(dataDir: string): Promise<string | undefined> {
  const text = await readFile(currentFile(dataDir), 'utf8').catch(absent(''));
  return generationPattern.test(text.trim()) ? text.trim() : undefined;
}

/** Atomic and durable: after a crash CURRENT names either the old or the new generation. */
export async function writeCurrentId(dataDir: string, id: string): Promise<void> {
  const folder = indexFolder(dataDir);
  const temporary = join(folder, `${temporaryPrefix}current-${process.pid}`);
  await writeDurably(temporary, [Buffer.from(`${id}\n`)]);
  await rename(temporary, currentFile(dataDir));
  await syncFolder(folder);
}

/** Writes and fsyncs; a full disk rejects. The hash is of what was meant to be written, not of what the disk made of it. */
export async function writeDurably(path: string, pieces: Iterable<Uint8Array>): Promise<GenerationFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w');
  try {
    for (const piece of pieces) {
      await file.writeFile(piece);
      hash.update(piece);
      bytes += piece.byteLength;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** For a file that another library wrote. */
export async function hashFile(path: string): Promise<GenerationFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path);
  for await (const piece of file.createReadStream()) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames in a folder survive a power cut. Windows cannot open folders and needs no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A new folder beside the generations, so that it can be renamed into their midst. */
export async function createTemporaryFolder(dataDir: string): Promise<string> {
  const folder = join(indexFolder(dataDir), `${temporaryPrefix}${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Removes what publishing left behind when it was killed, and all but the newest `keep` generations and the current one. */
export async function removeOldGenerations(dataDir: string, keep: number): Promise<void> {
  const folder = indexFolder(dataDir);
  const current = await readCurrentId(dataDir);
  const generations = await listGenerations(dataDir);
  const old = generations.slice(0, Math.max(0, generations.length - keep)).filter((id) => id !== current);
  const leftovers = (await readdir(folder).catch(absent<string[]>([]))).filter((name) =>
    name.startsWith(temporaryPrefix),
  );
  for (const name of [...old, ...leftovers]) await rm(join(folder, name), { recursive: true, force: true });
}

function currentFile(dataDir: string): string {
  return join(indexFolder(dataDir), 'CURRENT');
}

function absent<T>(fallback: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return fallback;
    throw error;
  };
}
