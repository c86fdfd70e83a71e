// The embedders of a running server. A generation is only read with the model that it was made with, so a swap to one of another
// model brings its embedder with it; the old one stays for the answers that are on their way, then goes.
import type { Embedder } from '#core/embedder.ts';

export interface ServingEmbedders extends AsyncDisposable {
  /** The embedder of a model, opened at most once at a time; undefined if there is no such model. Rejects with what opening rejects with. */
  of(modelId: string): Promise<Embedder | undefined>;
  /** The others are closed when nobody has used them for a while. */
  keepOnly(modelId: string): void;
}

export interface ServingEmbeddersOptions {
  /** Is closed like the others. */
  readonly first: Embedder;
  readonly open: (modelId: string) => Promise<Embedder | undefined>;
  /** An answer embeds at its beginning and, where a model server failed, again at its end. */
  readonly idleMs?: number;
}

interface Held {
  readonly embedder: Embedder;
  readonly close: () => Promise<void>;
  running: number;
  usedAt: number;
  retiring: NodeJS.Timeout | undefined;
}

export function createServingEmbedders({
  first,
  open,
  idleMs = 300_000,
}: ServingEmbeddersOptions): ServingEmbedders {
  const held = new Map<string, Held>([[first.modelId, hold(first)]]);
  const opening = new Map<string, Promise<Embedder | undefined>>();
  let closed = false;

  function hold(inner: Embedder): Held {
    const entry: Held = {
      embedder: {
        ...inner,
        embedDocuments: (texts, options) => counted(() => inner.embedDocuments(texts, options)),
        embedQuery: (text, options) => counted(() => inner.embedQuery(text, options)),
        // It belongs to the server, not to who uses it.
        close: async () => {},
      },
      close: () => inner.close(),
      running: 0,
      usedAt: performance.now(),
      retiring: undefined,
    };
    async function counted<Result>(run: () => Promise<Result>): Promise<Result> {
      entry.running++;
      try {
        return await run();
      } finally {
        entry.running--;
        entry.usedAt = performance.now();
      }
    }
    return entry;
  }

  function retire(modelId: string, entry: Held): void {
    clearTimeout(entry.retiring);
    entry.retiring = setTimeout(() => {
      if (entry.running > 0 || performance.now() - entry.usedAt < idleMs) return retire(modelId, entry);
      held.delete(modelId);
      entry.close().catch(() => {});
    }, idleMs).unref();
  }

  async function openOnce(modelId: string): Promise<Embedder | undefined> {
    const opened = await open(modelId);
    if (!opened) return undefined;
    if (closed) {
      await opened.close();
      return undefined;
    }
    const entry = hold(opened);
    held.set(modelId, entry);
    return entry.embedder;
  }

  return {
    async of(modelId) {
      const known = held.get(modelId);
      if (known) {
        known.usedAt = performance.now();
        return known.embedder;
      }
      const pending = opening.get(modelId) ?? openOnce(modelId).finally(() => opening.delete(modelId));
      opening.set(modelId, pending);
      return pending;
    },
    keepOnly(modelId) {
      for (const [id, entry] of held) {
        if (id !== modelId) retire(id, entry);
        else {
          clearTimeout(entry.retiring);
          entry.retiring = undefined;
        }
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.allSettled(opening.values());
      for (const entry of held.values()) clearTimeout(entry.retiring);
      await Promise.all([...held.values()].map((entry) => entry.close()));
      held.clear();
    },
  };
}
