// Names and places in the turns of one source, found by a model that is slow and opened only when there is a conversation. What it found is
// kept in a file: hashes of turns, kinds and places of values in them, no text. So a turn is read once, however often its source is ingested.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Entity, EntityFinder, EntityKind } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';

export interface EntityPass {
  /** The entities of each text, in order; none where the model cannot be opened. Rejects where it fails at work. */
  find(texts: readonly string[]): Promise<(readonly Entity[])[]>;
  /** Leaves only what this run has asked for in the file. */
  finish(): Promise<void>;
  readonly counts: EntityCounts;
}

export interface EntityCounts {
  /** Turns that the model read, and those known from an earlier run. */
  searched: number;
  known: number;
  /** Why the model could not be opened: then only patterns have looked. */
  problem?: string;
}

export interface EntityPassOptions extends CallOptions {
  readonly openFinder: () => Promise<Pick<EntityFinder, 'modelId' | 'find'>>;
  /** Absent: nothing is kept. */
  readonly file?: string;
  readonly onProgress?: () => void;
}

/** Turns that go to the model at once: enough for all its threads, and progress moves every second or two. */
const turnsPerRequest = 128;
const kinds: readonly EntityKind[] = ['name', 'address', 'email', 'phone', 'url', 'id'];

export function createEntityPass({ openFinder, file, signal, onProgress }: EntityPassOptions): EntityPass {
  const counts: EntityCounts = { searched: 0, known: 0 };
  const used = new Set<string>();
  let cache = new Map<string, readonly Entity[]>();
  let opening: Promise<Pick<EntityFinder, 'modelId' | 'find'> | undefined> | undefined;

  async function open(): Promise<Pick<EntityFinder, 'modelId' | 'find'> | undefined> {
    try {
      const finder = await openFinder();
      if (file) cache = await readCache(file, finder.modelId);
      return finder;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'model-invalid') throw error;
      counts.problem = error.message;
      return undefined;
    }
  }

  async function search(
    finder: Pick<EntityFinder, 'find'>,
    texts: ReadonlyMap<string, string>,
  ): Promise<void> {
    const all = [...texts];
    for (let from = 0; from < all.length; from += turnsPerRequest) {
      const some = all.slice(from, from + turnsPerRequest);
      const found = await finder.find(
        some.map(([, text]) => text),
        { signal },
      );
      for (const [index, [hash]] of some.entries()) cache.set(hash, found[index]!);
      if (file) await appendFile(file, some.map(([hash]) => cacheLine(hash, cache.get(hash)!)).join(''));
      counts.searched += some.length;
      onProgress?.();
    }
  }

  return {
    counts,
    async find(texts) {
      opening ??= open();
      const finder = await opening;
      if (!finder) return texts.map(() => []);
      const hashes = texts.map((text) => createHash('sha256').update(text).digest('base64url'));
      const unknown = new Map(
        hashes.flatMap((hash, index) => (cache.has(hash) ? [] : [[hash, texts[index]!] as const])),
      );
      counts.known += texts.length - unknown.size;
      await search(finder, unknown);
      for (const hash of hashes) used.add(hash);
      return hashes.map((hash) => cache.get(hash)!);
    },
    async finish() {
      if (!file) return;
      if (used.size === 0 && counts.problem === undefined) return rm(file, { force: true });
      const finder = await opening;
      if (!finder) return;
      if (used.size === cache.size) return;
      const lines = [...used].map((hash) => cacheLine(hash, cache.get(hash)!));
      await writeFile(`${file}.tmp`, `${JSON.stringify({ model: finder.modelId })}\n${lines.join('')}`);
      await rename(`${file}.tmp`, file);
    },
  };
}

/** `["hash",kind,start,end,kind,start,end]`, kinds by number. */
function cacheLine(hash: string, entities: readonly Entity[]): string {
  const numbers = entities.flatMap(({ kind, start, end }) => [kinds.indexOf(kind), start, end]);
  return `${JSON.stringify([hash, ...numbers])}\n`;
}

/** Of another model: empty, and begun anew. A line that was cut is left out, and its turn is read again. */
async function readCache(file: string, modelId: string): Promise<Map<string, readonly Entity[]>> {
  const head = JSON.stringify({ model: modelId });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const [first, ...lines] = text.split('\n');
  const cache = new Map<string, readonly Entity[]>();
  if (first === head) for (const line of lines) readLine(line, cache);
  // Written anew, so that nothing is appended behind half a line.
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    `${file}.tmp`,
    `${head}\n${[...cache].map(([hash, entities]) => cacheLine(hash, entities)).join('')}`,
  );
  await rename(`${file}.tmp`, file);
  return cache;
}

function readLine(line: string, into: Map<string, readonly Entity[]>): void {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return;
  }
  if (!Array.isArray(row) || typeof row[0] !== 'string' || row.length % 3 !== 1) return;
  const entities: Entity[] = [];
  for (let at = 1; at < row.length; at += 3) {
    const [kind, start, end] = row.slice(at, at + 3) as unknown[];
    const name = kinds[kind as number];
    if (name === undefined || !Number.isInteger(start) || !Number.isInteger(end)) return;
    entities.push({ kind: name, start: start as number, end: end as number });
  }
  into.set(row[0], entities);
}
