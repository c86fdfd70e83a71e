// The listening server: HTTP application and sockets on one port, and their orderly end.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'socket.io';
import { AppError } from '#core/errors.ts';
import { type AppOptions, createApp } from '../app.ts';
import { attachSockets, type SocketsOptions } from '../sockets.ts';
import { attachTeamSockets } from '../team/team-sockets.ts';

export type HttpServerOptions = Omit<AppOptions, 'isStopping'> & Pick<SocketsOptions, 'stallTimeoutMs'>;

export interface HttpServer {
  /** Where it can be reached, e.g. `http://localhost:3000`. */
  readonly url: string;
  /**
   * Takes no new connections and messages, gives answers `graceMs` to end, sets the rest aside for the next start, then
   * disconnects everybody. Clients come back by themselves and resume from the journal.
   */
  close(graceMs: number): Promise<{ finished: number; setAside: number }>;
}

/** Connections that the system holds while the event loop is busy; Node's 511 are fewer than customers who come at once. */
const connectionsWaiting = 4_096;
/** For the last bytes to leave when everything is said. */
const farewellMs = 500;

/** Throws `config-invalid` if the port cannot be had. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port } = options.config.server;
  let stopping = false;
  const http = createServer({
    // Against clients that send their request byte by byte. Responses may take as long as they like.
    headersTimeout: 15_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    maxHeaderSize: 16_384,
  });
  http.on('request', createApp({ ...options, isStopping: () => stopping }));
  http.on('connection', options.answering.someoneCame);
  const io = attachSockets(http, options);
  const stopNews = options.team
    ? attachTeamSockets(io as unknown as Server, {
        ...options.team,
        answering: options.answering,
        logger: options.logger,
      })
    : () => {};

  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => reject(explain(cause, host, port)));
    http.listen({ port, host, backlog: connectionsWaiting }, resolve);
  });

  let closing: Promise<{ finished: number; setAside: number }> | undefined;
  async function close(graceMs: number) {
    stopping = true;
    stopNews();
    http.close();
    const drained = await options.answering.drain(graceMs);
    // Resolves when the last connection is gone, those kept alive by clients included.
    void io.close();
    for (
      const until = performance.now() + farewellMs;
      (await connections(http)) > 0 && performance.now() < until;
    ) {
      http.closeIdleConnections();
      await sleep(10);
    }
    http.closeAllConnections();
    return drained;
  }

  return {
    url: urlOf(host, (http.address() as AddressInfo).port),
    close(graceMs) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}

const connections = (http: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => http.getConnections((_error, count) => resolve(count ?? 0)));

function urlOf(host: string, port: number): string {
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number): AppError {
  const advice: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use, perhaps by another Answerdesk. Stop that program, or choose another port: ANSWERDESK_PORT=${port + 1} npm start`,
    EACCES: `Port ${port} needs more rights than this user has. Choose one above 1023: ANSWERDESK_PORT=3000 npm start`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set ANSWERDESK_HOST to one it has, or to 0.0.0.0 for all.`,
  };
  return new AppError(
    'config-invalid',
    advice[cause.code ?? ''] ?? `The server cannot listen on ${host}:${port}: ${cause.message}`,
    {
      cause,
    },
  );
}
