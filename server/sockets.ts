// The socket interface: checks who is asking and what, then hands on. What a client has missed comes from the journal, so
// socket.io keeps nothing for it.
import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import type { Config } from '#app/config.ts';
import type { Logger } from '#app/logger.ts';
import type { Metrics } from '#app/metrics.ts';
import type { Admitted } from '#chat/runs/admission.ts';
import type { Answering } from '#chat/runs/answering.ts';
import { AppError } from '#core/errors.ts';
import type { ConversationStore } from '#core/stores.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { bodyLimit } from './app.ts';
import { followSignals } from './follow-signals.ts';
import { accessRefusal } from './http/allowed-origin.ts';
import { clientAddress } from './http/client-address.ts';
import { type CustomerDependencies, claimConversation } from './http/customers-router.ts';
import { toClientError, wireError } from './http/error-response.ts';
import type { RateLimits } from './http/rate-limits.ts';
import {
  type ClientToServerEvents,
  type ServerToClientEvents,
  type SocketReplies,
  type SocketRequestName,
  socketRequests,
} from './protocol.ts';

export interface SocketsOptions {
  readonly config: Pick<Config, 'server' | 'limits'>;
  readonly answering: Answering;
  readonly store: ConversationStore;
  readonly rateLimits: RateLimits;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Absent: every customer is anonymous. */
  readonly customers?: CustomerDependencies;
  /** A client that reads nothing for this long is cut off; it can come back and ask for the rest. */
  readonly stallTimeoutMs?: number;
}

type Handlers = {
  readonly [Name in SocketRequestName]: (
    request: z.output<(typeof socketRequests)[Name]>,
    admitted?: Admitted,
  ) => Promise<SocketReplies[Name]> | SocketReplies[Name];
};
type DeskSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Entries wait for the client above this, bytes. */
const roomForEntries = 65_536;
/** Above this, whatever it is made of, the client is cut off. */
const mostQueued = 262_144;
const mostConversations = 8;
/** Refused requests in a row after which a socket is closed. */
const mostRefusals = 50;

export function attachSockets(
  http: HttpServer,
  {
    config,
    answering,
    store,
    rateLimits,
    metrics,
    logger,
    customers,
    stallTimeoutMs = 30_000,
  }: SocketsOptions,
): Server<ClientToServerEvents, ServerToClientEvents> {
  const { allowedOrigins, trustProxy } = config.server;
  const io = new Server<ClientToServerEvents, ServerToClientEvents>(http, {
    serveClient: false,
    // Measured elsewhere on this code: 757 bytes a token kept, and a linear search on reconnect. The journal does it exactly.
    // (connectionStateRecovery is off by default.)
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: bodyLimit(config.limits.messageLength),
    connectTimeout: 10_000,
    cors: { origin: [...allowedOrigins], methods: ['GET', 'POST'] },
    allowRequest(request, decide) {
      const refusal = accessRefusal(request, config.server);
      if (refusal) {
        logger.warn({ code: refusal.code }, `a socket was refused: ${refusal.message}`);
        return decide(`${refusal.code}: ${refusal.publicMessage}`, false);
      }
      // Polling comes here once for each request; only the handshake has no session id yet.
      if (/[?&]sid=/.test(request.url ?? '')) return decide(null, true);
      rateLimits.request(clientAddress(request, trustProxy)).then(
        () => decide(null, true),
        () => decide('too-many-requests', false),
      );
    },
  });
  io.on('connection', serve);
  return io;

  function serve(socket: DeskSocket): void {
    const address = clientAddress(socket.request, trustProxy);
    const followed = new Map<string, AbortController>();
    let refusals = 0;
    metrics.sockets.inc();
    socket.conn.on('packetCreate', () => {
      if (queuedBytes(socket) > mostQueued) cutOff(socket);
    });
    socket.on('disconnect', () => {
      metrics.sockets.dec();
      for (const controller of followed.values()) controller.abort();
    });

    const handlers: Handlers = {
      async 'conversation-create'({ language, identity }) {
        requireRoom();
        const { conversation, token } = await store.create(
          defaultTenant,
          language === undefined ? {} : { language },
        );
        const key = inDefaultTenant(conversation.id);
        const verified = customers && (await claimConversation(key, identity, customers));
        follow(conversation.id, 0);
        return { conversationId: conversation.id, token, ...(verified ? { verified } : {}) };
      },
      async resume({ conversationId, after }) {
        follow(conversationId, after);
        return {};
      },
      async 'message-send'({ conversationId, messageId, text }, admitted) {
        await rateLimits.message(conversationId);
        const stored = await answering.send(inDefaultTenant(conversationId), { messageId, text }, admitted);
        if (!followed.has(conversationId)) follow(conversationId, stored.sequence - 1);
        return stored;
      },
      'answer-cancel': async ({ conversationId, messageId }) => ({
        cancelled: await answering.cancel(inDefaultTenant(conversationId), messageId),
      }),
      async 'feedback-send'({ conversationId, messageId, rating, comment }) {
        await answering.feedback(inDefaultTenant(conversationId), {
          messageId,
          rating,
          ...(comment === undefined ? {} : { comment }),
        });
        return {};
      },
      async 'handoff-request'({ conversationId, email }) {
        await answering.handoff(inDefaultTenant(conversationId), { email });
        return {};
      },
      typing({ conversationId, typing }) {
        answering.signals.customerTypes(inDefaultTenant(conversationId), typing);
        return {};
      },
    };

    socket.onAny((name: string, request: unknown, acknowledge: unknown) => {
      respond(name, request, acknowledge).catch(giveUp);
    });

    function giveUp(thrown: unknown): void {
      logger.error({ err: thrown }, 'a socket can no longer be served');
      cutOff(socket);
    }

    async function respond(name: string, request: unknown, acknowledge: unknown): Promise<void> {
      const reply = typeof acknowledge === 'function' ? acknowledge : () => {};
      try {
        await rateLimits.request(address);
        const result = await handle(name, request);
        refusals = 0;
        reply({ ok: true, ...result });
      } catch (thrown) {
        const error = toClientError(thrown);
        // To refuse is no failure, and in a crowd it must not cost much.
        if (error.status >= 500 && error.code !== 'busy')
          logger.error(
            { event: isRequest(name) ? name : 'other', code: error.code, err: error },
            'socket request failed',
          );
        reply({ ok: false, error: wireError(error) });
        refusals += 1;
        if (refusals > mostRefusals) cutOff(socket);
      }
    }

    async function handle(name: string, request: unknown): Promise<object> {
      if (!isRequest(name)) throw new AppError('bad-request', 'No such event.');
      const parsed = socketRequests[name].parse(request);
      const handleParsed = async (admitted?: Admitted): Promise<object> => {
        if (
          'token' in parsed &&
          !(await store.authenticate(inDefaultTenant(parsed.conversationId), parsed.token))
        )
          throw new AppError('not-found', 'No conversation for this token.');
        // The handler of a name takes what the schema of that name gives; TypeScript does not follow a union so far.
        return handlers[name](parsed as never, admitted);
      };
      if (!('messageId' in parsed && 'text' in parsed)) return handleParsed();
      const { conversationId, messageId } = parsed;
      return answering.admit({ key: inDefaultTenant(conversationId), messageId }, handleParsed);
    }

    function requireRoom(): void {
      if (followed.size < mostConversations) return;
      throw new AppError('bad-request', 'A socket follows too many conversations.', {
        publicMessage: `One socket can follow ${mostConversations} conversations.`,
      });
    }

    /** The reply goes out first: entries are sent in a later turn of the event loop. */
    function follow(conversationId: string, after: number): void {
      const previous = followed.get(conversationId);
      if (!previous) requireRoom();
      previous?.abort();
      const controller = new AbortController();
      followed.set(conversationId, controller);
      const { signal } = controller;
      const stopSignals = followSignals(inDefaultTenant(conversationId), { answering, store })((told) => {
        // For a client that is slow it is not worth waiting.
        if (told.type === 'typing') socket.volatile.emit('typing', told);
        else socket.volatile.emit('read', told);
      });
      signal.addEventListener('abort', stopSignals, { once: true });
      const send = async () => {
        await sleep(0);
        for await (const entry of answering.subscribe(inDefaultTenant(conversationId), { after, signal })) {
          if (!(await hasRoom(socket, signal, stallTimeoutMs))) return cutOff(socket);
          if (signal.aborted) return;
          socket.emit('entry', entry);
        }
        // Deleted, stopping, or the journal cannot be written: the client comes back and learns which.
        if (!signal.aborted) socket.conn.close();
      };
      send()
        .catch(giveUp)
        .finally(() => {
          stopSignals();
          if (followed.get(conversationId) === controller) followed.delete(conversationId);
        });
    }
  }
}

function isRequest(name: string): name is SocketRequestName {
  return Object.hasOwn(socketRequests, name);
}

/** False if the client did not read for the whole time. Looks again and again only while it is slow. */
async function hasRoom(socket: DeskSocket, signal: AbortSignal, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (queuedBytes(socket) > roomForEntries && !signal.aborted) {
    if (performance.now() > until) return false;
    await sleep(25);
  }
  return true;
}

/** What waits in this process for the client to read, about. */
function queuedBytes({ conn }: DeskSocket): number {
  let bytes =
    'socket' in conn.transport
      ? ((conn.transport.socket as { bufferedAmount?: number }).bufferedAmount ?? 0)
      : 0;
  // biome-ignore lint/suspicious/noExplicitAny: engine.io declares its buffer private; nothing else tells its size
  for (const { data } of (conn as any).writeBuffer) bytes += data?.length ?? 0;
  return bytes;
}

/** At once: an orderly end would wait for the very client that does not read. */
function cutOff({ conn }: DeskSocket): void {
  const transport = conn.transport as { socket?: { terminate?: () => void } };
  transport.socket?.terminate?.();
  conn.close(true);
}
