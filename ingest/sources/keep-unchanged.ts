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
  /** Of its articles and conversations. */
  readonly ids: readonly string[];
  readonly hasConversations: boolean;
}

export interface KeepFilesOptions extends CallOptions {
  readonly memory: SourceMemory;
  readonly read: (files: readonly SourceFile[]) => AsyncIterable<SourceItem>;
}

/** The items of `read`, file by file; of an unchanged file that its documents are kept. */
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
  const unchanged = (file: SourceFile) => {
    const before = memory.recall(fileKey(file)) as FileMemory | undefined;
    return before && before.sha256 === hashes.get(file.path) ? before : undefined;
  };
  const nothingChanged = memory.recall('files') === files.length && files.every(unchanged);
  memory.remember('files', files.length);
  const ids = new Set<string>();
  for (const file of files) {
    signal?.throwIfAborted();
    const before = unchanged(file);
    if (before && (nothingChanged || !before.hasConversations)) {
      memory.remember(fileKey(file), before, before.hasConversations ? [] : before.ids);
      for (const id of before.ids) {
        ids.add(id);
        const origin = { file: file.relativePath };
        yield { type: 'kept', id, origin, ...(before.hasConversations && { mayBeLeftOut: true }) };
      }
      continue;
    }
    const own: string[] = [];
    let hasConversations = false;
    let isWhole = hashes.has(file.path);
    for await (const item of read([file])) {
      // What could not be read, or lost its id to another one, is reported at each run.
      if (item.type === 'problem' || item.type === 'card' || ids.has(item.id)) isWhole = false;
      else {
        ids.add(item.id);
        own.push(item.id);
        hasConversations ||= item.type === 'conversation';
      }
      yield item;
    }
    const value: FileMemory = { sha256: hashes.get(file.path) ?? '', ids: own, hasConversations };
    if (isWhole) memory.remember(fileKey(file), value, hasConversations ? [] : own);
  }
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

function fileKey({ relativePath }: SourceFile): string {
  return `file ${relativePath}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 22);
}
