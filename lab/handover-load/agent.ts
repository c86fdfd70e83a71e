// An agent with an open console: its list follows what happens, as the console's own pages do it (web/console/wire/live.ts); they take over
// who waits, look, type, reply and resolve.
import { io, type Socket } from 'socket.io-client';
import type { TeamClientEvents, TeamServerEvents } from '#server/team/wire.ts';
import type { Measured, MeasuredKind } from './measured.ts';
import { agentReads, agentReplies, agentsCome, half, type Pause } from './pace.ts';

export interface AgentOptions {
  readonly url: string;
  /** That the server is told of by its proxy. */
  readonly address: string;
  /** Of the session. */
  readonly cookie: string;
  readonly measured: Measured;
  /** When each reply was sent, by its id. */
  readonly sent: Map<string, number>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

interface ListItem {
  readonly conversationId: string;
}

/** As many as the console's list has on its first page. */
const listed = 50;
/** As the console does: what changes within this time is asked for once. */
const togetherMs = 300;
const repliesEach = 4;
/** Of those who wait longest, one of the first: not all agents reach for the same. */
const reachedFor = 20;

/** Until the signal aborts. */
export async function beAgent({
  url,
  address,
  cookie,
  measured,
  sent,
  signal,
  pause,
}: AgentOptions): Promise<void> {
  const headers = { cookie, 'x-forwarded-for': address };
  const socket: Socket<TeamServerEvents, TeamClientEvents> = io(`${url}/team`, {
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
  });
  socket.on('connect_error', ({ message }) => measured.failed(`agent socket: ${message}`));
  let open: string | undefined;
  let news: NodeJS.Timeout | undefined;
  let isListing = false;
  const changed = new Set<string>();
  socket.on('conversation-changed', ({ conversationId }) => {
    changed.add(conversationId);
    follow();
  });

  /** One list at a time: what changes meanwhile is asked for when it is there. */
  function follow(): void {
    if (isListing || changed.size === 0) return;
    news ??= setTimeout(async () => {
      news = undefined;
      const isOpenOne = open !== undefined && changed.has(open);
      changed.clear();
      isListing = true;
      await Promise.all([list(), isOpenOne ? show(open!) : undefined]);
      isListing = false;
      follow();
    }, togetherMs);
  }

  /** Undefined unless it was done. */
  async function call(method: string, path: string, body?: object): Promise<Response | undefined> {
    const what = `${method} ${path.replace(/\/inbox\/[\w-]{22}/, '/inbox/:id').replace(/\?.*/, '')}`;
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal,
      });
      measured.answered();
      if (response.ok) return response;
      await response.text();
      measured.failed(`${what}: ${response.status}`);
    } catch (thrown) {
      if (!signal.aborted) measured.failed(`${what}: ${codeOf(thrown)}`);
    }
    return undefined;
  }

  async function timed(kind: MeasuredKind, work: () => Promise<Response | undefined>) {
    const began = performance.now();
    const done = await work();
    const text = await done?.text().catch(() => undefined);
    if (text !== undefined) measured.time(kind, performance.now() - began);
    return text;
  }

  async function list(): Promise<ListItem[]> {
    const [text] = await Promise.all([
      timed('list shown', () => call('GET', `/inbox?view=waiting&limit=${listed}`)),
      call('GET', '/inbox/counts').then((response) => response?.text()),
    ]);
    return text === undefined ? [] : (JSON.parse(text) as { items: ListItem[] }).items;
  }

  const show = (id: string) => timed('conversation shown', () => call('GET', `/inbox/${id}`));

  async function work(id: string): Promise<void> {
    open = id;
    socket.emit('look', { conversationId: id });
    await show(id);
    for (let reply = 0; reply < repliesEach; reply += 1) {
      if (!(await pause(half(agentReplies)))) return;
      socket.emit('typing', { typing: true });
      if (!(await pause(half(agentReplies)))) return;
      const messageId = crypto.randomUUID();
      sent.set(messageId, performance.now());
      const body = { id: messageId, text: 'I have looked it up for you. Does that help?' };
      const accepted = await timed('reply accepted', () => call('POST', `/inbox/${id}/messages`, body));
      if (accepted === undefined) sent.delete(messageId);
      socket.emit('typing', { typing: false });
      await show(id);
    }
    await (await call('POST', `/inbox/${id}/resolve`))?.text();
    socket.emit('look', { conversationId: null });
    open = undefined;
  }

  try {
    await pause(agentsCome);
    while (!signal.aborted) {
      const waiting = (await list()).slice(0, reachedFor);
      const one = waiting[Math.floor(Math.random() * waiting.length)];
      if (!(await pause(agentReads))) break;
      if (!one) continue;
      const take = () => call('POST', `/inbox/${one.conversationId}/take`, { overrides: false });
      if ((await timed('take-over confirmed', take)) !== undefined) await work(one.conversationId);
    }
  } finally {
    clearTimeout(news);
    socket.disconnect();
  }
}

/** `fetch` says why in the cause. */
function codeOf(thrown: unknown): string {
  const { cause, name } = thrown as Error;
  return (cause as { code?: string } | undefined)?.code ?? name;
}
