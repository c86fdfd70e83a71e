// Keeps one conversation in step with the server. One loop, and at most one connection at a time: it delivers what waits in
// the outbox, then follows the journal from the last entry seen. Whatever breaks, the loop starts again from there.
import type { ConversationCreated } from '#server/protocol.ts';
import { type Api, ApiError, type FollowOptions } from './api.ts';
import {
  awaitsAnswer,
  type ConversationState,
  emptyConversation,
  reduceConversation,
  streamingAnswer,
} from './conversation-state.ts';
import type { OutgoingMessage, Session, SessionStore } from './stored-session.ts';

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
  /** Name of the person who is typing. */
  readonly typing?: string | undefined;
  /** A person has seen the journal up to this entry. */
  readonly readUpTo: number;
}

export interface ConversationClient {
  view(): ClientView;
  /** Returns the id of the new message. */
  send(text: string): string;
  cancel(): Promise<void>;
  /** Of the conversation, which begins with it if there is none. `path` below that of the conversation; a body makes it a POST. */
  call(path: string, body?: unknown): Promise<Response>;
  /** Without an address a person will write here. */
  requestPerson(email: string | undefined): Promise<void>;
  /** Of no conversation of this browser: as the visitor whom the website names. */
  ask(path: string, body?: object): Promise<Response>;
  readonly identity: string | undefined;
  /** The website says who its visitor is, or that they left: then a conversation that is theirs is forgotten here. */
  identify(token: string | undefined): void;
  /** Another conversation of the visitor. */
  switchTo(session: Session): void;
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
  readonly identity?: string | undefined;
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
  identity,
  onChange,
  onReturned,
}: ClientOptions): ConversationClient {
  let { session, outbox, open, handedOver, visitor } = store.load();
  let conversation = emptyConversation;
  let typing: ClientView['typing'];
  let readUpTo = 0;
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

  const save = () => store.save({ session, outbox, open, handedOver, visitor });
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
        // Whoever types is named again.
        typing = undefined;
        if (refusalLasts === 'until-contact') refusal = undefined;
        onChange();
      },
      onEntry(entry) {
        if (signal.aborted || entry.conversationId !== session?.id) return;
        conversation = reduceConversation(conversation, entry);
        const { event } = entry;
        if (event.type === 'person-message' || event.type === 'handling-changed') typing = undefined;
        if (event.type === 'handling-changed' && event.state !== 'waiting') handedOver = false;
        if (event.type === 'customer-message' && outbox.some(({ id }) => id === event.message.id)) {
          outbox = outbox.filter(({ id }) => id !== event.message.id);
          save();
        }
        if (conversation.gap || !needed()) attempt.abort();
        onChange();
      },
      onSignal(told) {
        if (signal.aborted || told.conversationId !== session?.id) return;
        if (told.type === 'read') readUpTo = Math.max(readUpTo, told.sequence);
        else typing = told.typing ? (told.person?.name ?? '') : undefined;
        onChange();
      },
    };
  }

  async function connectOnce(): Promise<void> {
    const { signal } = attempt;
    let current = session;
    if (!current) {
      const created = await create();
      if (signal.aborted) return;
      current = begin(created);
    } else if (identity && visitor === undefined) {
      // It began before the visitor signed in.
      const named = visitorOf(identity);
      const { verified } = await (await api.call(current, '/identity', { identity })).json();
      if (signal.aborted) return;
      visitor = verified ? named : '';
      save();
    }
    const message = undelivered();
    if (!message) return api.follow(current, follow(signal));
    const options = follow(signal);
    await api.send(current, message, {
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
    visitor = undefined;
    handedOver = false;
    typing = undefined;
    readUpTo = 0;
    conversation = emptyConversation;
    accepted.clear();
    save();
  }

  const create = () => api.createConversation(language, identity);

  function begin({ id, token, verified }: ConversationCreated): Session {
    session = { id, token };
    visitor = verified ? visitorOf(identity) : identity && '';
    save();
    return session;
  }

  const ensureSession = async () => session ?? begin(await create());

  /** A shared browser: what another visitor said here is none of this one's business. */
  function forgetOthers(): void {
    if (!visitor || visitor === visitorOf(identity)) return;
    outbox = [];
    forget();
  }
  forgetOthers();

  return {
    view: () => ({ conversation, outbox, connection, refusal, handedOver, typing, readUpTo }),
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
      if (session && answer) await api.call(session, '/cancel', { messageId: answer.id });
    },
    call: async (path, body) => api.call(await ensureSession(), path, body),
    ask: (path, body) => api.ask(path, body ? { body } : identity ? { bearer: identity } : {}),
    async requestPerson(email) {
      await api.call(await ensureSession(), '/handoff', { email });
      handedOver = email !== undefined;
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
    get identity() {
      return identity;
    },
    identify(token) {
      identity = token;
      if (visitor === '') visitor = undefined;
      forgetOthers();
      wake();
      onChange();
    },
    switchTo(chosen) {
      outbox = [];
      refusal = undefined;
      forget();
      begin({ ...chosen, verified: true });
      wake();
      onChange();
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

/** Whom the token names, to tell one visitor from the next. Only the server can tell whether it is true. */
function visitorOf(token: string | undefined): string | undefined {
  try {
    const claims = token?.split('.')[1] ?? '';
    return `${JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/'))).sub}`;
  } catch {
    return undefined;
  }
}
