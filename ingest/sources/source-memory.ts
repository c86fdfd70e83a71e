// What a source knows of its last run, on disk. It belongs to the documents that the run published: after a rollback, or a run that
// did not keep to it, it is no longer true and nothing of it is recalled.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from '#core/document.ts';
import { syncFolder, writeDurably } from '#core/durable-file.ts';
import { codeStamp } from '../code-stamp.ts';
import type { SourceMemory } from './source-spec.ts';

export interface StoredMemory extends SourceMemory {
  /** Said if the file was damaged: everything is read anew then. */
  readonly problem?: string;
  /** `published`: this source's documents, as they are in use. Until then nothing is recalled. */
  bind(published: Iterable<Document>): void;
  /** `published`: this source's documents, as they are in use now. `publishedId`: the id of a document that the source names so. */
  commit(published: readonly Document[], publishedId: (id: string) => string): Promise<void>;
}

export interface OpenMemoryOptions {
  readonly dataDir: string;
  /** Of the source. */
  readonly name: string;
  /** All that documents depend on besides what the source holds. With other settings, or another version of the code, nothing is recalled. */
  readonly settings: unknown;
}

interface Entry {
  readonly value: unknown;
  readonly ids: readonly string[];
}

const pieceLength = 1 << 20;

export async function openSourceMemory({
  dataDir,
  name,
  settings,
}: OpenMemoryOptions): Promise<StoredMemory> {
  const folder = sourceFolder(dataDir, name);
  const path = join(folder, 'memory.jsonl');
  const stamp = hashOf(JSON.stringify([settings, await codeStamp()]));
  const stored = await readFile(path).then(parseMemory, absent);
  const before = stored instanceof Map ? stored : undefined;
  const entries = new Map<string, Entry>();
  let isTrue = false;
  return {
    ...(stored === 'damaged' && {
      problem: `${path} is damaged, so the source "${name}" is read anew.`,
    }),
    bind(published) {
      isTrue = before?.get('') === `${stamp} ${digestOf(published)}`;
    },
    recall: (key) => (isTrue ? before?.get(` ${key}`) : undefined),
    remember(key, value, ids = []) {
      entries.set(key, { value, ids });
    },
    async commit(published, publishedId) {
      const known = new Set(published.map(({ id }) => id));
      await mkdir(folder, { recursive: true });
      const lines = function* () {
        yield ['', `${stamp} ${digestOf(published)}`];
        for (const [key, { value, ids }] of entries)
          if (ids.every((id) => known.has(publishedId(id)))) yield [` ${key}`, value];
      };
      await writeDurably(`${path}.tmp`, serializeMemory(lines()));
      await rename(`${path}.tmp`, path);
      await syncFolder(folder);
    },
  };
}

/** What is remembered of a source that is taken out. */
export async function removeSourceFolder(dataDir: string, name: string): Promise<void> {
  await rm(sourceFolder(dataDir, name), { recursive: true, force: true });
}

/** Names hold any character; two that look alike as folders are told apart by the hash. */
export function sourceFolder(dataDir: string, name: string): string {
  const readable = name.replace(/[^\w-]+/g, '_').slice(0, 80);
  return join(dataDir, 'sources', `${readable}-${hashOf(name).slice(0, 8)}`);
}

/** JSON lines `[key, value]`, the first of them what the memory belongs to, and the hash of all that. */
function* serializeMemory(lines: Iterable<unknown[]>): Generator<Uint8Array> {
  const hash = createHash('sha256');
  let piece = '';
  for (const line of lines) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < pieceLength) continue;
    const bytes = Buffer.from(piece);
    hash.update(bytes);
    yield bytes;
    piece = '';
  }
  hash.update(piece);
  yield Buffer.from(`${piece}${hash.digest('hex')}\n`);
}

const hashLineLength = 65;

function parseMemory(bytes: Buffer): Map<string, unknown> | 'damaged' {
  const end = Math.max(0, bytes.length - hashLineLength);
  const expected = bytes.toString('latin1', end).trimEnd();
  if (createHash('sha256').update(bytes.subarray(0, end)).digest('hex') !== expected) return 'damaged';
  const entries = new Map<string, unknown>();
  for (let start = 0; start < end; ) {
    const newline = bytes.indexOf(10, start);
    const [key, value] = JSON.parse(bytes.toString('utf8', start, newline)) as [string, unknown];
    entries.set(key, value);
    start = newline + 1;
  }
  return entries;
}

function absent(error: NodeJS.ErrnoException): 'damaged' | undefined {
  return error.code === 'ENOENT' ? undefined : 'damaged';
}

function digestOf(documents: Iterable<Document>): string {
  const hash = createHash('sha256');
  for (const document of documents) hash.update(JSON.stringify(document));
  return hash.digest('hex');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
