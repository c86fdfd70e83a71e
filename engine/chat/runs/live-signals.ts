// What happens in a conversation right now and is kept nowhere: who types, and how far a person has read. Readers who come later have missed
// it; nothing depends on it.
import type { LiveSignal } from '#core/events.ts';
import { type ConversationKey, keyText } from '#core/tenant.ts';

export type SignalListener = (key: ConversationKey, signal: LiveSignal) => void;

export interface LiveSignals {
  tell(key: ConversationKey, signal: LiveSignal): void;
  /** A customer says again that they type while they do: without a word for `typingLastsMs` they stopped. */
  customerTypes(key: ConversationKey, typing: boolean): void;
  /**
   * Signals of one conversation, or of all. Returns the function that ends it. Who listens to one is told at once of a person who is typing
   * there.
   */
  listen(listener: SignalListener, key?: ConversationKey): () => void;
}

/** A client that types says so every three seconds. */
export const typingLastsMs = 8_000;

export function createLiveSignals(): LiveSignals {
  const all = new Set<SignalListener>();
  const byConversation = new Map<string, Set<SignalListener>>();
  const typing = new Map<string, NodeJS.Timeout>();
  const typingPeople = new Map<string, LiveSignal>();

  function tell(key: ConversationKey, signal: LiveSignal): void {
    if (signal.type === 'typing' && signal.who === 'person') {
      if (signal.typing) typingPeople.set(keyText(key), signal);
      else typingPeople.delete(keyText(key));
    }
    for (const listener of [...(byConversation.get(keyText(key)) ?? []), ...all]) listener(key, signal);
  }

  return {
    tell,

    customerTypes(key, types) {
      const name = keyText(key);
      const before = typing.get(name);
      if (!types && !before) return;
      clearTimeout(before);
      typing.delete(name);
      const stop = () => {
        typing.delete(name);
        tell(key, { type: 'typing', who: 'customer', typing: false });
      };
      if (!types) return stop();
      typing.set(name, setTimeout(stop, typingLastsMs).unref());
      if (!before) tell(key, { type: 'typing', who: 'customer', typing: true });
    },

    listen(listener, key) {
      if (!key) {
        all.add(listener);
        return () => void all.delete(listener);
      }
      const name = keyText(key);
      const listeners = byConversation.get(name) ?? new Set();
      byConversation.set(name, listeners.add(listener));
      const now = typingPeople.get(name);
      if (now) listener(key, now);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) byConversation.delete(name);
      };
    },
  };
}
