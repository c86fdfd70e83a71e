// Keeps one conversation in step with the server. One loop, and at most one connection at a time: it delivers what waits in
// the outbox, then follows the journal from the last entry seen. Whatever breaks, the loop starts again from there.
import { type Api, ApiError, type FollowOptions } from './api.ts';
import {
  awaitsAnswer,
  type ConversationState,
  emptyConversation,
  reduceConversation,
  streamingAnswer,
} from './conversation-state.ts';
import type { OutgoingMessage, SessionStore } from './stored-session.ts';

export interface ClientView {
  readonly conversation: ConversationState;
  /** Written here and not yet in the server's journal, oldest first. */
  readonly outbox: readonly OutgoingMessage[];
  /** `lost`: the server could not be reached; the client keeps trying. */
  readonly connection: 'fine' | 'lost';
  /** Why the server did not take the oldest message of the outbox, or let this page in. */
  readonly refusal?: { readonly code: string; readonly message: string } | undefined;
  /** A person has the customer's address and will reply. */
  readonly handedOver: boolean;
}

export interface ConversationClient {
  view(): ClientView;
  /** Returns the id of the new message. */
  send(text: string): string;
  cancel(): Promise<void>;
  rate(messageId: string, rating: 'up' | 'down'): Promise<void>;
  requestPerson(email: string): Promise<void>;
  /** Whether the chat is open, which a reload keeps; only an open one in a visible tab holds an idle connection. */
  setOpen(now: { readonly open: boolean; readonly visible: boolean }): void;
  readonly wasOpen: boolean;
  /** The customer writes: what was said of the message before has been read. */
  typed(): void;
  /** Try again now instead of when the pause is over. */
  wake(): void;
  restart(): void;
  close(): void;
}

export interface ClientOptions {
  readonly api: Api;
  readonly store: SessionStore;
  readonly language: string;
  readonly onChange: () => void;
  /** A message that the server will never take; its text should go back to its writer. */
  readonly onReturned: (text: string) => void;
}

const shortestPauseMs = 200;
const longestPauseMs = 15_000;

export function createConversationClient({
  api,
  store,
  language,
  onChange,
  onReturned,
}: ClientOptions): ConversationClient {
  let { session, outbox, open, handedOver } = store.load();
  let conversation = emptyConversation;
  let connection: ClientView['connection'] = 'fine';
  let refusal: ClientView['refusal'];
  /** What takes the refusal back: reaching the server, or only the customer. */
  let refusalLasts: 'until-contact' | 'until-typing' | 'until-sending' = 'until-contact';
  /** Accepted by the server; the journal's entry is on its way. */
  const accepted = new Set<string>();
  let active = false;
  const wasOpen = open;
  let closed = false;
  let running = false;
  let failures = 0;
  let attempt = new AbortController();
  let endPause: (() => void) | undefined;

  const save = () => store.save({ session, outbox, open, handedOver });
  const undelivered = () => outbox.find(({ id }) => !accepted.has(id));
  const needed = () =>
    !closed && (outbox.length > 0 || (session !== undefined && (active || awaitsAnswer(conversation))));

  function follow(signal: AbortSignal): FollowOptions {
    return {
      signal,
      after: conversation.sequence,
      onOpen() {
        failures = 0;
        connection = 'fine';
        if (refusalLasts === 'until-contact') refusal = undefined;
        onChange();
      },
      onEntry(entry) {
        if (signal.aborted || entry.conversationId !== session?.id) return;
        conversation = reduceConversation(conversation, entry);
        const { event } = entry;
        if (event.type === 'customer-message' && outbox.some(({ id }) => id === event.message.id)) {
          outbox = outbox.filter(({ id }) => id !== event.message.id);
          save();
        }
        if (conversation.gap || !needed()) attempt.abort();
        onChange();
      },
    };
  }

  async function connectOnce(): Promise<void> {
    const { signal } = attempt;
    if (!session) {
      const created = await api.createConversation(language);
      if (signal.aborted) return;
      session = created;
      save();
    }
    const message = undelivered();
    if (!message) return api.follow(session, follow(signal));
    const options = follow(signal);
    await api.send(session, message, {
      ...options,
      onOpen() {
        accepted.add(message.id);
        options.onOpen();
      },
    });
  }

  /** How long to wait before the next attempt. */
  function afterFailure(thrown: unknown): number {
    failures += 1;
    const pause =
      Math.min(shortestPauseMs * 2 ** (failures - 1), longestPauseMs) * (0.75 + Math.random() / 2);
    if (!(thrown instanceof ApiError)) {
      connection = 'lost';
      // Sending again is safe, the server knows the id; never sending is not.
      accepted.clear();
      return pause;
    }
    connection = 'fine';
    const { status, code, message } = thrown;
    if (session && (status === 401 || status === 404)) {
      // Deleted, expired, or the server began anew: what is in the outbox starts a new conversation.
      forget();
      return failures > 3 ? pause : 0;
    }
    const rejected = undelivered();
    const isReturned = rejected !== undefined && status < 500 && status !== 429;
    const isShutOut = status === 403;
    // For whoever put the widget on this page: the server's sentence names the setting to change.
    if (isShutOut && refusal?.code !== code) console.error(`Answerdesk: ${message}`);
    if (isShutOut || isReturned || !refusal || refusalLasts === 'until-contact') {
      refusal = { code, message };
      refusalLasts = isShutOut ? 'until-sending' : isReturned ? 'until-typing' : 'until-contact';
    }
    if (isReturned) {
      outbox = outbox.filter(({ id }) => id !== rejected.id);
      save();
      onReturned(rejected.text);
    }
    return isShutOut ? Number.POSITIVE_INFINITY : Math.max(pause, thrown.retryAfterMs);
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds < 2 ** 31 ? setTimeout(resolve, milliseconds) : undefined;
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    while (needed()) {
      attempt = new AbortController();
      const { signal } = attempt;
      let pauseMs = shortestPauseMs;
      try {
        await connectOnce();
        if (undelivered()) pauseMs = 0;
      } catch (thrown) {
        pauseMs = signal.aborted ? 0 : afterFailure(thrown);
        onChange();
      }
      if (pauseMs > 0 && !signal.aborted && needed()) await pause(pauseMs);
    }
    running = false;
  }

  /** Ends the present connection or pause, so that the loop looks again at what there is to do. */
  function wake(): void {
    attempt.abort();
    endPause?.();
    void run();
  }

  function forget(): void {
    session = undefined;
    handedOver = false;
    conversation = emptyConversation;
    accepted.clear();
    save();
  }

  async function ensureSession() {
    session ??= await api.createConversation(language);
    save();
    return session;
  }

  return {
    view: () => ({ conversation, outbox, connection, refusal, handedOver }),
    send(text) {
      const id = newId();
      outbox = [...outbox, { id, text }];
      refusal = undefined;
      save();
      onChange();
      wake();
      return id;
    },
    async cancel() {
      const answer = streamingAnswer(conversation);
      if (session && answer) await api.cancel(session, answer.id);
    },
    async rate(messageId, rating) {
      if (session) await api.rate(session, messageId, rating);
    },
    async requestPerson(email) {
      await api.requestPerson(await ensureSession(), email);
      handedOver = true;
      save();
      if (!running) void run();
    },
    typed() {
      if (!refusal || refusalLasts !== 'until-typing') return;
      refusal = undefined;
      onChange();
    },
    wasOpen,
    setOpen({ open: nowOpen, visible }) {
      if (open !== nowOpen) {
        open = nowOpen;
        save();
      }
      if (active === (open && visible)) return;
      active = open && visible;
      if (needed()) void run();
      else wake();
    },
    wake() {
      if (connection === 'lost' || refusal) wake();
    },
    restart() {
      outbox = [];
      refusal = undefined;
      connection = 'fine';
      forget();
      wake();
      onChange();
    },
    close() {
      closed = true;
      wake();
    },
  };
}

/** 128 random bits. (`randomUUID` is not there on http pages.) */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
