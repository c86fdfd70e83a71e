// What survives a reload: which conversation this is, its token, and messages not yet delivered. Never the conversation's
// text, which is read again from the server. Storage that is forbidden or full only means that nothing survives.

export interface OutgoingMessage {
  readonly id: string;
  readonly text: string;
}

export interface Session {
  readonly id: string;
  readonly token: string;
}

export interface StoredSession {
  readonly session?: Session | undefined;
  readonly outbox: readonly OutgoingMessage[];
  /** Whether the chat was open. */
  readonly open: boolean;
  /** A person will reply by e-mail. */
  readonly handedOver: boolean;
  /** Id of the visitor whose conversation it is, as their website named it. */
  readonly visitor?: string | undefined;
}

export interface SessionStore {
  load(): StoredSession;
  save(stored: StoredSession): void;
}

export interface SessionStoreOptions {
  readonly server: string;
  /** 0: until the tab is closed. Otherwise for this long after the last change, in all tabs. */
  readonly rememberHours: number;
}

const nothing: StoredSession = { outbox: [], open: false, handedOver: false };

export function createSessionStore({ server, rememberHours }: SessionStoreOptions): SessionStore {
  const key = `answerdesk ${server}`;
  // Reading the property throws where storage is blocked.
  const storage = () => (rememberHours > 0 ? localStorage : sessionStorage);
  return {
    load() {
      try {
        const stored = JSON.parse(storage().getItem(key) ?? 'null');
        if (!stored || (rememberHours > 0 && Date.now() - stored.at > rememberHours * 3_600_000))
          return nothing;
        const { session, outbox, open, handedOver, visitor } = stored;
        return {
          session,
          outbox: Array.isArray(outbox) ? outbox : [],
          open: open === true,
          handedOver: handedOver === true,
          visitor,
        };
      } catch {
        return nothing;
      }
    },
    save(stored) {
      try {
        if (!stored.session && stored.outbox.length === 0 && !stored.open) storage().removeItem(key);
        else storage().setItem(key, JSON.stringify({ ...stored, at: Date.now() }));
      } catch {}
    },
  };
}
