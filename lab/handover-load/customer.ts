// A customer: asks the assistant, wants a person, and writes now and then. As the widget does it, by one socket.
import { io, type Socket } from 'socket.io-client';
import type {
  ClientToServerEvents,
  ServerToClientEvents,
  SocketReplies,
  SocketRequest,
  SocketRequestName,
} from '#server/protocol.ts';
import type { Measured } from './measured.ts';
import { customersCome, customerWrites, half, type Pace, type Pause } from './pace.ts';

export interface CustomerOptions {
  readonly url: string;
  /** That the server is told of by its proxy. */
  readonly address: string;
  readonly questions: readonly string[];
  readonly measured: Measured;
  /** When each reply was sent, by its id. */
  readonly sent: Map<string, number>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

const answerWithinMs = 60_000;
const longestAnswer: Pace = { from: 60, to: 60 };

/** Until the signal aborts. */
export async function beCustomer({
  url,
  address,
  questions,
  measured,
  sent,
  signal,
  pause,
}: CustomerOptions): Promise<void> {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    extraHeaders: { 'x-forwarded-for': address },
    forceNew: true,
  });
  const asked: { at: number; end: PromiseWithResolvers<void> } = { at: 0, end: Promise.withResolvers() };
  let isWaited = true;
  socket.on('entry', ({ event }) => {
    if (event.type === 'answer-delta' && asked.at > 0) {
      measured.time('first word of the assistant', performance.now() - asked.at);
      asked.at = 0;
    }
    if (event.type === 'answer-end' || event.type === 'answer-error') asked.end.resolve();
    if (event.type === 'handling-changed') isWaited = event.state === 'waiting' || event.state === 'person';
    const sentAt = event.type === 'person-message' ? sent.get(event.message.id) : undefined;
    if (event.type !== 'person-message' || sentAt === undefined) return;
    sent.delete(event.message.id);
    measured.time('reply seen by the customer', performance.now() - sentAt);
  });

  async function request<Name extends SocketRequestName>(
    name: Name,
    body: SocketRequest<Name>,
  ): Promise<SocketReplies[Name] | undefined> {
    const asking = socket.timeout(answerWithinMs).emitWithAck(name as never, ...([body] as never));
    const reply = (await (asking as Promise<unknown>).catch(() => ({
      ok: false,
      error: { code: 'no answer in time' },
    }))) as ({ ok: true } & SocketReplies[Name]) | { ok: false; error: { code: string } };
    if (reply.ok) return reply;
    if (!signal.aborted) measured.failed(`customer ${name}: ${reply.error.code}`);
    return undefined;
  }

  const question = () => questions[Math.floor(Math.random() * questions.length)]!;
  async function write(owned: { conversationId: string; token: string }): Promise<void> {
    const began = performance.now();
    asked.at = began;
    asked.end = Promise.withResolvers();
    const done = await request('message-send', {
      ...owned,
      messageId: crypto.randomUUID(),
      text: question(),
    });
    if (!done) return;
    measured.time('message of a customer accepted', performance.now() - began);
    if (done.answerId === undefined) asked.at = 0;
    else await Promise.race([asked.end.promise, pause(longestAnswer)]);
  }

  try {
    await pause(customersCome);
    const made = await request('conversation-create', {});
    if (!made) return;
    const owned = { conversationId: made.conversationId, token: made.token };
    await write(owned);
    await request('handoff-request', owned);
    while (await pause(half(customerWrites))) {
      if (!isWaited) {
        isWaited = true;
        await write(owned);
        await request('handoff-request', owned);
      }
      await request('typing', { ...owned, typing: true });
      if (!(await pause(half(customerWrites)))) break;
      await write(owned);
    }
  } finally {
    socket.disconnect();
  }
}
