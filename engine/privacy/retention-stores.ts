// What of each kind is older than a time, and how it is removed.
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { writeDurably } from '#core/durable-file.ts';
import type { RetentionKind } from '#core/retention.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { type Aged, type AgedRows, openRetentionTables } from '#storage/sqlite/sqlite-retention.ts';
import { cleanFile, listFiles } from './data-folder.ts';
import { databaseFile, picturesOf } from './find-subject.ts';
import { changeDocuments } from './published-documents.ts';

export interface RetentionStore {
  /** `before`: ISO 8601; empty: nothing is that old. */
  look(before: string): Promise<Aged & { readonly undated?: number }>;
  /** Returns how many went. */
  remove(before: string): Promise<number>;
}

export interface Stores extends CallOptions {
  readonly dataDir: string;
  /** Of ingestion; throws `job-locked`. */
  readonly lock: () => Disposable;
}

interface OpenedStores extends AsyncDisposable {
  readonly stores: Readonly<Record<RetentionKind, RetentionStore>>;
}

const conversationsAtOnce = 500;
const trainingSets = 'fine-tuning/sets';
/** What somebody who wrote in the audit log is called there. */
const actor = 'retention';

/** `at`: now. */
export function openStores({ dataDir, lock, signal }: Stores, at: Date): OpenedStores {
  const path = databaseFile(dataDir);
  const store = existsSync(path) ? openSqliteConversationStore(path) : undefined;
  const tables = store ? openRetentionTables(path) : undefined;
  const nothing: Aged = { old: 0, all: 0 };

  const rows = (kind: AgedRows): RetentionStore => ({
    look: async (before) => tables?.rows(kind, before) ?? nothing,
    remove: async (before) => tables?.removeRows(kind, before) ?? 0,
  });

  const conversations: RetentionStore = {
    look: async (before) => tables?.conversations(before, at.toISOString()) ?? nothing,
    async remove(before) {
      const keys = tables?.conversations(before, at.toISOString()).keys ?? [];
      for (let from = 0; from < keys.length; from += conversationsAtOnce) {
        signal?.throwIfAborted();
        const some = keys.slice(from, from + conversationsAtOnce);
        const ids = some.map(({ conversationId }) => conversationId);
        for (const name of await picturesOf(dataDir, ids))
          await rm(join(dataDir, 'pictures', name), { recursive: true, force: true });
        await store?.delete(some);
        await removeRecords(dataDir, ids);
      }
      return keys.length;
    },
  };

  const transcripts: RetentionStore = {
    async look(before) {
      using contents = await openCurrentContents(dataDir);
      const all = (contents?.documents ?? []).filter(({ metadata }) => metadata.kind === 'transcript');
      const dated = all.flatMap(({ metadata }) => metadata.updated ?? []).sort();
      return {
        old: all.filter((document) => isOlder(document, before)).length,
        all: all.length,
        oldest: dated[0],
        undated: all.length - dated.length,
      };
    },
    async remove(before) {
      using _lock = lock();
      const rule = { keeps: (document: Document) => !isOlder(document, before) };
      const { removed } = await changeDocuments({ dataDir, rule, signal });
      await removeRecords(
        dataDir,
        removed.map(({ id }) => id),
      );
      return removed.length;
    },
  };

  const audit: RetentionStore = {
    async look(before) {
      const { old, all } = (await store?.access.countAudit(defaultTenant, before)) ?? nothing;
      return { old, all };
    },
    remove: async (before) =>
      (await store?.access.pruneAudit(defaultTenant, before, { at: at.toISOString(), actor })) ?? 0,
  };

  return {
    stores: {
      conversations,
      transcripts,
      audit,
      notices: rows('notices'),
      sessions: rows('sessions'),
      pictures: files(dataDir, ['pictures']),
      evals: files(dataDir, ['evals']),
      training: files(dataDir, [trainingSets]),
      exports: files(dataDir, ['exports']),
      journals: both(files(dataDir, ['quarantine', 'sources'], /^quarantine\/|\.vectors$/), history(dataDir)),
    },
    async [Symbol.asyncDispose]() {
      tables?.[Symbol.dispose]();
      await store?.close();
    },
  };
}

function isOlder({ metadata: { kind, updated } }: Document, before: string): boolean {
  return kind === 'transcript' && updated !== undefined && updated < before;
}

/** What was said about conversations and documents that are gone, and the examples that were made of them. */
async function removeRecords(dataDir: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rule = { isIn: () => false, covered: (text: string) => text, ids: new Set(ids) };
  for (const folder of ['labels', trainingSets])
    for (const file of await listFiles(dataDir, folder)) await cleanFile(dataDir, file, rule);
}

/** What lies in the folders, each file or folder as old as what was last changed in it. */
function files(dataDir: string, folders: readonly string[], only = /(?:)/): RetentionStore {
  async function entries() {
    const newest = new Map<string, number>();
    for (const folder of folders)
      for (const { path, changedAt } of await listFiles(dataDir, folder)) {
        if (!only.test(path)) continue;
        // A run is one thing, with all its files; a journal of a source is one by itself.
        const depth = folder.split('/').length + 1;
        const entry = folder === 'sources' ? path : path.split('/').slice(0, depth).join('/');
        newest.set(entry, Math.max(newest.get(entry) ?? 0, changedAt));
      }
    return [...newest].map(([path, changedAt]) => ({ path, at: new Date(changedAt).toISOString() }));
  }
  return {
    async look(before) {
      const all = await entries();
      const times = all.map(({ at }) => at).sort();
      return { old: times.filter((time) => time < before).length, all: all.length, oldest: times[0] };
    },
    async remove(before) {
      const old = (await entries()).filter(({ at }) => at < before);
      for (const { path } of old) await rm(join(dataDir, path), { recursive: true, force: true });
      return old.length;
    },
  };
}

/** Runs of ingestion, a line each. */
function history(dataDir: string): RetentionStore {
  const timeOf = (line: string) => /^\{"at":"([^"]+)"/.exec(line)?.[1] ?? '~';
  const names = async () =>
    (await readdir(dataDir).catch(() => [])).filter((name) => /^ingest-history\.jsonl(?:\.1)?$/.test(name));
  const linesOf = async (name: string) =>
    (await readFile(join(dataDir, name), 'utf8')).split('\n').filter(Boolean);
  return {
    async look(before) {
      const times = (await Promise.all((await names()).map(linesOf))).flat().map(timeOf).sort();
      return { old: times.filter((time) => time < before).length, all: times.length, oldest: times[0] };
    },
    async remove(before) {
      let removed = 0;
      for (const name of await names()) {
        const path = join(dataDir, name);
        const { mtimeMs } = await stat(path);
        const lines = await linesOf(name);
        const kept = lines.filter((line) => timeOf(line) >= before);
        // Somebody has written to it meanwhile: the next run removes what is old.
        if (kept.length === lines.length || (await stat(path)).mtimeMs !== mtimeMs) continue;
        await writeDurably(`${path}.tmp`, [Buffer.from(kept.map((line) => `${line}\n`).join(''))]);
        await rename(`${path}.tmp`, path);
        removed += lines.length - kept.length;
      }
      return removed;
    },
  };
}

function both(first: RetentionStore, second: RetentionStore): RetentionStore {
  return {
    async look(before) {
      const [a, b] = [await first.look(before), await second.look(before)];
      return {
        old: a.old + b.old,
        all: a.all + b.all,
        oldest: [a.oldest, b.oldest].filter(Boolean).sort()[0],
      };
    },
    remove: async (before) => (await first.remove(before)) + (await second.remove(before)),
  };
}
