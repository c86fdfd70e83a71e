// Who types and what is read, for one who follows a conversation, by whatever way.
import type { Answering } from '#chat/runs/answering.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { ConversationKey } from '#core/tenant.ts';
import type { FollowerSignal } from './protocol.ts';

/** Begins to tell; returns the function that ends it. */
export type FollowSignals = (tell: (signal: FollowerSignal) => void) => () => void;

interface FollowDependencies {
  readonly answering: Pick<Answering, 'signals'>;
  readonly store: Pick<ConversationStore, 'seenUpTo'>;
}

export function followSignals(key: ConversationKey, { answering, store }: FollowDependencies): FollowSignals {
  const { conversationId } = key;
  return (tell) => {
    let isOver = false;
    let readUpTo = 0;
    const read = (sequence: number) => {
      if (isOver || sequence <= readUpTo) return;
      readUpTo = sequence;
      tell({ type: 'read', conversationId, sequence });
    };
    const stop = answering.signals.listen((_key, signal) => {
      if (signal.type === 'read') read(signal.sequence);
      else if (signal.who === 'person') tell({ ...signal, conversationId });
    }, key);
    // If the store cannot be read, the stream of entries says so.
    store.seenUpTo(key).then(read, () => {});
    return () => {
      isOver = true;
      stop();
    };
  };
}
