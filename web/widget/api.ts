// The server's HTTP interface as the widget uses it. Every request has a time-out; a refusal becomes an ApiError.
import type { JournalEntry } from '#core/events.ts';
import type { ConversationCreated, ErrorBody, FollowerSignal, WireError } from '#server/protocol.ts';
import { readEventStream } from './event-stream.ts';
import type { OutgoingMessage, Session } from './stored-session.ts';

const requestTimeoutMs = 15_000;
const uploadTimeoutMs = 60_000;
/** The server sends at least a heartbeat in this time. */
const silenceTimeoutMs = 45_000;

/** The server answered, and said no. Anything else that is thrown means that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number;

  constructor(status: number, error: Partial<WireError> = {}) {
    super(error.message);
    this.status = status;
    this.code = error.code ?? '';
    this.retryAfterMs = error.retryAfterMs ?? 0;
  }
}

export interface Api {
  /** `identity`: the token by which the website says who its visitor is. */
  createConversation(language: string, identity?: string): Promise<ConversationCreated>;
  /** Hands over the message; the entries that follow are read from the same response. */
  send(session: Session, message: OutgoingMessage, options: FollowOptions): Promise<void>;
  /** The entries so far, then new ones as they come, until the connection ends. */
  follow(session: Session, options: FollowOptions): Promise<void>;
  /** `path` below that of the conversation. A body makes it a POST. */
  call(session: Session, path: string, body?: unknown): Promise<Response>;
  /** `path` below `/api`, for what belongs to no conversation of this browser. */
  ask(path: string, options?: { readonly bearer?: string; readonly body?: unknown }): Promise<Response>;
  /** The most characters (UTF-16 code units) that the server takes in one message; undefined until it has said so. */
  messageLimit(): number | undefined;
}

export interface FollowOptions {
  /** Sequence number of the last entry seen: those behind it come. */
  readonly after: number;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onEntry: (entry: JournalEntry) => void;
  /** What happens right now, and is in no journal. */
  readonly onSignal: (signal: FollowerSignal) => void;
}

export function createApi(server: string): Api {
  const base = `${server}/api`;
  let messageLimit: number | undefined;

  async function request(path: string, bearer: string | undefined, init: RequestInit): Promise<Response> {
    const response = await fetch(base + path, {
      ...init,
      headers: {
        ...(typeof init.body === 'string' ? { 'content-type': 'application/json' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...init.headers,
      },
      credentials: 'omit',
      cache: 'no-store',
    });
    messageLimit = Number(response.headers.get('x-message-limit')) || messageLimit;
    if (!response.ok) throw await refusal(response);
    return response;
  }

  const ask: Api['ask'] = (path, { bearer, body } = {}) =>
    request(path, bearer, {
      ...(body === undefined
        ? {}
        : { method: 'POST', body: body instanceof Blob ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(body instanceof Blob ? uploadTimeoutMs : requestTimeoutMs),
    });
  const pathOf = ({ id }: Session, path: string) => `/conversations/${id}${path}`;

  /** Opens within the request's time-out, then ends when nothing was heard for the silence time-out. */
  async function stream(
    path: string,
    session: Session,
    init: RequestInit,
    options: FollowOptions,
  ): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(new Error('silence')), requestTimeoutMs);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error('silence')), silenceTimeoutMs);
    };
    const signal = AbortSignal.any([options.signal, silence.signal]);
    try {
      const response = await request(pathOf(session, path), session.token, {
        ...init,
        headers: { accept: 'text/event-stream', 'last-event-id': String(options.after) },
        signal,
      });
      heard();
      options.onOpen();
      if (!response.body) return;
      for await (const value of readEventStream(response.body, { signal, onActivity: heard })) {
        const told = value as JournalEntry | FollowerSignal;
        if ('event' in told) options.onEntry(told);
        else options.onSignal(told);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    messageLimit: () => messageLimit,
    ask,
    async createConversation(language, identity) {
      return (await ask('/conversations', { body: { language, identity } })).json();
    },
    call: (session, path, body) =>
      ask(pathOf(session, path), { bearer: session.token, ...(body === undefined ? {} : { body }) }),
    send: (session, message, options) =>
      stream('/messages', session, { method: 'POST', body: JSON.stringify(message) }, options),
    follow: (session, options) => stream('/events', session, {}, options),
  };
}

async function refusal(response: Response): Promise<ApiError> {
  const body: Partial<ErrorBody> | undefined = await response.json().catch(() => undefined);
  return new ApiError(response.status, body?.error);
}
