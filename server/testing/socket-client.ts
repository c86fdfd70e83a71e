// A socket.io client as tests need it: one connection, no automatic reconnect, replies as promises.
import { io, type Socket } from 'socket.io-client';
import type { JournalEntry } from '#core/events.ts';
import { patienceMs } from '#core/testing/patience.ts';
import type {
  Acknowledgement,
  ClientToServerEvents,
  ServerToClientEvents,
  SocketReplies,
  SocketRequest,
  SocketRequestName,
} from '../protocol.ts';

export interface ConnectOptions {
  readonly transport?: 'websocket' | 'polling';
  readonly headers?: Record<string, string>;
}

export interface TestSocket extends Disposable {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** In the order of arrival. */
  readonly entries: JournalEntry[];
  request<Name extends SocketRequestName>(
    name: Name,
    request: SocketRequest<Name>,
  ): Promise<Acknowledgement<SocketReplies[Name]>>;
  /** Anything at all, for requests that are wrong. */
  requestRaw(name: string, ...values: unknown[]): Promise<unknown>;
  /** Resolves when an entry fulfils the condition, also one that has arrived already. */
  until(condition: (entry: JournalEntry) => boolean): Promise<void>;
}

/** Rejects with the server's reason. */
export async function connectSocket(
  url: string,
  { transport = 'websocket', headers = {} }: ConnectOptions = {},
): Promise<TestSocket> {
  const socket: TestSocket['socket'] = io(url, {
    transports: [transport],
    extraHeaders: headers,
    reconnection: false,
    forceNew: true,
  });
  const entries: JournalEntry[] = [];
  let changed = Promise.withResolvers<void>();
  socket.on('entry', (entry) => {
    entries.push(entry);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('connect_error', reject);
    });
  } catch (error) {
    socket.disconnect();
    throw error;
  }
  const requestRaw = (name: string, ...values: unknown[]) =>
    socket.timeout(patienceMs).emitWithAck(name as never, ...(values as never));
  return {
    socket,
    entries,
    request: (name, request) => requestRaw(name, request) as never,
    requestRaw,
    async until(condition) {
      while (!entries.some(condition)) await changed.promise;
    },
    [Symbol.dispose]: () => void socket.disconnect(),
  };
}
