// Writes the journal and lets any number of readers follow it. A reader holds no queue of its own: it reads the store from
// where it is, so a slow one costs nothing, and replay and live entries are one thing without a seam.
import type { CallOptions } from '#core/call-options.ts';
import type { JournalEntry, JournalEvent } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';

export interface SubscribeOptions extends CallOptions {
  /** Sequence number of the last entry that the reader has; 0 = none. */
  readonly after: number;
}

export interface JournalFeed {
  append(conversationId: string, event: JournalEvent): JournalEntry;
  /** Tells readers of entries that the store wrote by itself. */
  announce(conversationId: string): void;
  /** Every entry after `after`, once and in order, then new ones as they come. Ends when the signal aborts or the feed is ended. */
  subscribe(conversationId: string, options: SubscribeOptions): AsyncGenerator<JournalEntry, void>;
  /** Ends all readers, or those of one conversation, once they have read what is there. */
  end(conversationId?: string): void;
}

interface Reader {
  news: boolean;
  ended: boolean;
  wake: () => void;
}

const entriesPerRead = 200;

export function createJournalFeed(store: ConversationStore): JournalFeed {
  const readers = new Map<string, Set<Reader>>();

  function announce(conversationId: string): void {
    for (const reader of readers.get(conversationId) ?? []) {
      reader.news = true;
      reader.wake();
    }
  }

  return {
    append(conversationId, event) {
      const entry = store.append(conversationId, event);
      announce(conversationId);
      return entry;
    },

    announce,

    async *subscribe(conversationId, { after, signal }) {
      const reader: Reader = { news: true, ended: false, wake: () => {} };
      const others = readers.get(conversationId) ?? new Set();
      readers.set(conversationId, others.add(reader));
      const stop = () => reader.wake();
      signal?.addEventListener('abort', stop);
      try {
        let sequence = after;
        while (!signal?.aborted) {
          if (!reader.news) {
            if (reader.ended) return;
            await new Promise<void>((resolve) => {
              reader.wake = resolve;
            });
            continue;
          }
          reader.news = false;
          const entries = store.entriesAfter(conversationId, sequence, entriesPerRead);
          if (entries.length === entriesPerRead) reader.news = true;
          for (const entry of entries) {
            yield entry;
            if (signal?.aborted) return;
            sequence = entry.sequence;
          }
        }
      } finally {
        signal?.removeEventListener('abort', stop);
        others.delete(reader);
        if (others.size === 0 && readers.get(conversationId) === others) readers.delete(conversationId);
      }
    },

    end(conversationId) {
      const ended = conversationId === undefined ? readers.values() : [readers.get(conversationId) ?? []];
      for (const group of ended)
        for (const reader of group) {
          reader.ended = true;
          reader.wake();
        }
    },
  };
}
