// Where generations lie on disk: index/gen-000042/ folders that never change, and the file CURRENT that names the one in use.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import { parsePointer, serializePointer } from './generation-pointer.ts';

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

/**
 * The generation in use; undefined if none was ever put in use: no CURRENT and no generation, or a CURRENT that says so. Throws
 * `knowledge-base-damaged` for anything else that does not name a generation which is there, and says how to go back.
 */
export async function readCurrentId(dataDir: string): Promise<string | undefined> {
  // In this order, because a publisher may be at work: it writes CURRENT before the first generation appears, and names a generation
  // only when that is there.
  const before = await listGenerations(dataDir);
  const text = await readFile(currentFile(dataDir), 'utf8').catch(absent(undefined));
  if (text === undefined && before.length === 0) return undefined;
  const generations = await listGenerations(dataDir);
  if (text === undefined) throw damagedPointer(dataDir, generations, 'is missing');
  const pointer = parsePointer(text);
  if (pointer === undefined)
    throw damagedPointer(dataDir, generations, 'is damaged (its checksum does not match)');
  if (pointer.id !== undefined && !generations.includes(pointer.id))
    throw damagedPointer(dataDir, generations, `names ${pointer.id}, which is not there`);
  return pointer.id;
}

/** For who goes on without it, too: undefined also when CURRENT is damaged. */
export async function readIntactCurrentId(dataDir: string): Promise<string | undefined> {
  try {
    return await readCurrentId(dataDir);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Undefined: nothing is in use yet. Atomic and durable: after a crash CURRENT names either the old or the new generation. */
export async function writeCurrentId(dataDir: string, id: string | undefined): Promise<void> {
  const folder = indexFolder(dataDir);
  const temporary = join(folder, `${temporaryPrefix}current-${process.pid}`);
  await writeDurably(temporary, [Buffer.from(serializePointer({ id }))]);
  await rename(temporary, currentFile(dataDir));
  await syncFolder(folder);
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

function damagedPointer(dataDir: string, generations: readonly string[], why: string): AppError {
  const newest = generations.at(-1);
  const folder = indexFolder(dataDir);
  return new AppError(
    'knowledge-base-damaged',
    `${currentFile(dataDir)} ${why}, so nobody can tell which generation is in use. Nothing was changed. ${
      newest === undefined
        ? `There is no generation in ${folder} either: bring that folder back from a backup, or remove it and ingest every source again.`
        : `Put one in use again: answerdesk ingest rollback --to ${newest} (there ${generations.length === 1 ? 'is' : 'are'} ${generations.join(', ')}).`
    }`,
  );
}

function absent<T>(fallback: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    // Not ENOTDIR: a file where the folder should be is damage, and not absence.
    if (error.code === 'ENOENT') return fallback;
    throw error;
  };
}
