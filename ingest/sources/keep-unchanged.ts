// What is as it was at the last run is not read again: files by the hash of their bytes, articles by the hash of what the source says.
// Conversations are read together (what all agents say is only known from all of them), so their files are kept only all at once.
import { createHash } from 'node:crypto';
import type { CallOptions } from '#core/call-options.ts';
import { hashFile } from '#core/durable-file.ts';
import type { SourceItem } from '../item.ts';
import type { SourceFile } from './find-files.ts';
import type { SourceMemory } from './source-spec.ts';

interface FileMemory {
  readonly sha256: string;
  /** Of its articles. */
  readonly ids: readonly string[];
  /** It has articles and nothing else, so that it can be kept whatever becomes of the other files. */
  readonly isAlone: boolean;
}

export interface KeepFilesOptions extends CallOptions {
  readonly memory: SourceMemory;
  /** Asks before each file whether it is kept. */
  readonly read: (keep: KeepFile) => AsyncIterable<SourceItem>;
}

/** The items that stand for an unchanged file; undefined for one that has to be read. */
export type KeepFile = (file: SourceFile) => readonly SourceItem[] | undefined;

/** The items of `read`, in the same order; of an unchanged file that its documents are kept. */
export async function* keepUnchangedFiles(
  files: readonly SourceFile[],
  { memory, read, signal }: KeepFilesOptions,
): AsyncGenerator<SourceItem> {
  const hashes = new Map<string, string>();
  for (const { path } of files) {
    signal?.throwIfAborted();
    // One that cannot be read is reported by its reader.
    const digest = await hashFile(path).catch(() => undefined);
    if (digest) hashes.set(path, digest.sha256);
  }
  const recall = (file: SourceFile) => {
    const before = memory.recall(fileKey(file)) as FileMemory | undefined;
    return before && before.sha256 === hashes.get(file.path) ? before : undefined;
  };
  /** Of all files together, and only if every item of them came to something. */
  const conversationsBefore = memory.recall(conversationsKey(files)) as readonly string[] | undefined;
  const nothingChanged = conversationsBefore !== undefined && files.every(recall);

  const ids = new Set<string>();
  const conversations: string[] = [];
  let isWhole = true;
  let reading: { file: SourceFile; own: string[]; isAlone: boolean; isWhole: boolean } | undefined;
  const close = () => {
    const { file, own, isAlone, isWhole: allOfIt } = reading ?? {};
    reading = undefined;
    const sha256 = file && hashes.get(file.path);
    if (!file || !own || !sha256) return;
    // One that gave nothing may be a part of what comes later.
    const value: FileMemory = { sha256, ids: own, isAlone: isAlone === true && own.length > 0 };
    if (allOfIt) memory.remember(fileKey(file), value, own);
  };
  const keep: KeepFile = (file) => {
    close();
    const before = recall(file);
    if (!before || !(before.isAlone || nothingChanged)) {
      reading = { file, own: [], isAlone: true, isWhole: true };
      return undefined;
    }
    memory.remember(fileKey(file), before, before.ids);
    return before.ids.map((id) => ({ type: 'kept', id, origin: { file: file.relativePath } }));
  };
  for await (const item of read(keep)) {
    // What could not be read, or lost its id to another one, is reported at each run.
    // Cards and questions are no documents, and are read at each run.
    if (item.type === 'problem' || item.type === 'card' || item.type === 'questions' || ids.has(item.id)) {
      isWhole = false;
      if (reading) reading.isWhole = false;
    } else {
      ids.add(item.id);
      if (item.type === 'conversation') conversations.push(item.id);
      if (reading && item.type === 'conversation') reading.isAlone = false;
      if (reading && item.type === 'article') reading.own.push(item.id);
    }
    yield item;
  }
  close();
  const all = nothingChanged ? conversationsBefore : conversations;
  if (isWhole) memory.remember(conversationsKey(files), all);
  if (!nothingChanged) return;
  for (const id of conversationsBefore)
    yield { type: 'kept', id, mayBeLeftOut: true, origin: { file: files[0]?.relativePath ?? '' } };
}

/** The same items; of an unchanged article that it is kept. */
export async function* keepUnchangedArticles(
  items: AsyncIterable<SourceItem>,
  memory: SourceMemory,
): AsyncGenerator<SourceItem> {
  const seen = new Set<string>();
  for await (const item of items) {
    // The first of an id is the one that is published.
    if ((item.type !== 'article' && item.type !== 'kept') || seen.has(item.id)) {
      yield item;
      continue;
    }
    seen.add(item.id);
    const key = `article ${item.id}`;
    const before = memory.recall(key);
    if (item.type === 'kept') {
      if (before !== undefined) memory.remember(key, before, [item.id]);
      yield item;
      continue;
    }
    const { origin, ...said } = item;
    // A rule for internal articles may look at the file's name.
    const now = hashOf(JSON.stringify([said, origin.file, origin.line === undefined]));
    memory.remember(key, now, [item.id]);
    yield now === before ? { type: 'kept', id: item.id, origin } : item;
  }
}

/** A file more or less, and conversations are read anew. */
function conversationsKey(files: readonly SourceFile[]): string {
  return `conversations of ${files.length} files`;
}

function fileKey({ relativePath }: SourceFile): string {
  return `file ${relativePath}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 22);
}
