// Lets any number of readers follow the journal. A reader holds no queue of its own: it reads from where it is, the last entries from
// memory and older ones from the store, so a slow one costs nothing, and replay and live entries are one thing without a seam. A little is
// kept of conversations that nobody reads yet: who sends a message reads its answer a moment later.
import { LRUCache } from 'lru-cache';
import type { CallOptions } from '#core/call-options.ts';
import type { JournalEntry } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, keyText } from '#core/tenant.ts';

export interface SubscribeOptions extends CallOptions {
  /** Sequence number of the last entry that the reader has; 0 = none. */
  readonly after: number;
}

export interface JournalFeed {
  /** Tells readers of an entry that is written. */
  announce(key: ConversationKey, entry: JournalEntry): void;
  /** Every entry after `after`, once and in order, then new ones as they come. Ends when the signal aborts or the feed is ended. */
  subscribe(key: ConversationKey, options: SubscribeOptions): AsyncGenerator<JournalEntry, void>;
  isFollowed(key: ConversationKey): boolean;
  /** Ends all readers, or those of one conversation, once they have read what is there. */
  end(key?: ConversationKey): void;
}

interface Reader {
  news: boolean;
  ended: boolean;
  wake: () => void;
}

/** A conversation that somebody reads. */
interface Followed {
  readonly readers: Set<Reader>;
  /** The entries announced last, without gaps. */
  tail: JournalEntry[];
}

const entriesPerRead = 200;
const entriesInMemory = 200;
/** Of conversations that nobody reads. */
const unreadConversations = 1_000;
const entriesUnread = 20;

export function createJournalFeed(store: Pick<ConversationStore, 'entriesAfter'>): JournalFeed {
  const followed = new Map<string, Followed>();
  const unread = new LRUCache<string, Followed>({ max: unreadConversations });

  function conversationOf(name: string): Followed {
    const conversation = followed.get(name) ?? unread.get(name) ?? { readers: new Set(), tail: [] };
    if (!followed.has(name)) unread.set(name, conversation);
    return conversation;
  }

  return {
    announce(key, entry) {
      const conversation = conversationOf(keyText(key));
      const { readers } = conversation;
      const last = conversation.tail.at(-1)?.sequence ?? entry.sequence - 1;
      if (entry.sequence === last + 1) conversation.tail.push(entry);
      // Two writers can be told of in another order than they wrote: what lies between is read from the store.
      else if (entry.sequence > last) conversation.tail = [entry];
      if (conversation.tail.length > (readers.size > 0 ? entriesInMemory : entriesUnread))
        conversation.tail.shift();
      for (const reader of readers) {
        reader.news = true;
        reader.wake();
      }
    },

    async *subscribe(key, { after, signal }) {
      const reader: Reader = { news: true, ended: false, wake: () => {} };
      const name = keyText(key);
      const conversation = conversationOf(name);
      unread.delete(name);
      followed.set(name, conversation);
      conversation.readers.add(reader);
      const stop = () => reader.wake();
      signal?.addEventListener('abort', stop);
      try {
        let sequence = after;
        let isFirst = true;
        while (!signal?.aborted) {
          if (!reader.news) {
            if (reader.ended) return;
            await new Promise<void>((resolve) => {
              reader.wake = resolve;
            });
            continue;
          }
          reader.news = false;
          const known = inMemory(conversation.tail, sequence);
          // Another process may have written since: that there is nothing, only the store knows, for whoever has just come.
          const entries =
            known && (known.length > 0 || !isFirst)
              ? known
              : await store.entriesAfter(key, sequence, entriesPerRead);
          isFirst = false;
          if (entries.length === entriesPerRead) reader.news = true;
          for (const entry of entries) {
            if (signal?.aborted) return;
            yield entry;
            sequence = entry.sequence;
          }
        }
      } finally {
        signal?.removeEventListener('abort', stop);
        conversation.readers.delete(reader);
        if (conversation.readers.size === 0) followed.delete(name);
      }
    },

    isFollowed: (key) => followed.has(keyText(key)),

    end(key) {
      if (key === undefined) unread.clear();
      else unread.delete(keyText(key));
      const ended = key === undefined ? followed.values() : [followed.get(keyText(key))];
      for (const conversation of ended)
        for (const reader of conversation?.readers ?? []) {
          reader.ended = true;
          reader.wake();
        }
    },
  };
}

/** Undefined if they begin too late for a reader who has seen up to `sequence`. */
function inMemory(tail: readonly JournalEntry[], sequence: number): JournalEntry[] | undefined {
  const first = tail[0]?.sequence;
  return first === undefined || first > sequence + 1 ? undefined : tail.slice(sequence + 1 - first);
}
