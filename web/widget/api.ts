// The server's HTTP interface as the widget uses it. Every request has a time-out; a refusal becomes an ApiError.
import type { JournalEntry } from '#core/events.ts';
import type { ConversationCreated, ErrorBody, WireError } from '#server/protocol.ts';
import { readEventStream } from './event-stream.ts';
import type { OutgoingMessage, Session } from './stored-session.ts';

const requestTimeoutMs = 15_000;
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
  createConversation(language: string): Promise<Session>;
  /** Hands over the message; the entries that follow are read from the same response. */
  send(session: Session, message: OutgoingMessage, options: FollowOptions): Promise<void>;
  /** The entries so far, then new ones as they come, until the connection ends. */
  follow(session: Session, options: FollowOptions): Promise<void>;
  cancel(session: Session, messageId: string): Promise<void>;
  rate(session: Session, messageId: string, rating: 'up' | 'down'): Promise<void>;
  requestPerson(session: Session, email: string): Promise<void>;
  /** The most characters (UTF-16 code units) that the server takes in one message; undefined until it has said so. */
  messageLimit(): number | undefined;
}

export interface FollowOptions {
  /** Sequence number of the last entry seen: those behind it come. */
  readonly after: number;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onEntry: (entry: JournalEntry) => void;
}

export function createApi(server: string): Api {
  const base = `${server}/api/conversations`;
  let messageLimit: number | undefined;

  async function request(path: string, session: Session | undefined, init: RequestInit): Promise<Response> {
    const response = await fetch(base + path, {
      ...init,
      headers: {
        ...(init.body ? { 'content-type': 'application/json' } : {}),
        ...(session ? { authorization: `Bearer ${session.token}` } : {}),
        ...init.headers,
      },
      credentials: 'omit',
      cache: 'no-store',
    });
    messageLimit = Number(response.headers.get('x-message-limit')) || messageLimit;
    if (!response.ok) throw await refusal(response);
    return response;
  }

  const post = (path: string, session: Session | undefined, body: unknown) =>
    request(path, session, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });

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
      const response = await request(path, session, {
        ...init,
        headers: { accept: 'text/event-stream', 'last-event-id': String(options.after) },
        signal,
      });
      heard();
      options.onOpen();
      if (!response.body) return;
      for await (const value of readEventStream(response.body, { signal, onActivity: heard })) {
        options.onEntry(value as JournalEntry);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    messageLimit: () => messageLimit,
    async createConversation(language) {
      const response = await post('', undefined, { language });
      const { id, token }: ConversationCreated = await response.json();
      return { id, token };
    },
    send: (session, message, options) =>
      stream(`/${session.id}/messages`, session, { method: 'POST', body: JSON.stringify(message) }, options),
    follow: (session, options) => stream(`/${session.id}/events`, session, {}, options),
    async cancel(session, messageId) {
      await post(`/${session.id}/cancel`, session, { messageId });
    },
    async rate(session, messageId, rating) {
      await post(`/${session.id}/feedback`, session, { messageId, rating });
    },
    async requestPerson(session, email) {
      await post(`/${session.id}/handoff`, session, { email });
    },
  };
}

async function refusal(response: Response): Promise<ApiError> {
  const body: Partial<ErrorBody> | undefined = await response.json().catch(() => undefined);
  return new ApiError(response.status, body?.error);
}
