// A help desk on a free port, for tests: what it holds, which credentials it takes, and faults for the next requests. Its shapes are in
// `desk-shapes.ts`.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandInTicket {
  readonly id: number;
  /** Seconds since 1970. */
  readonly updated: number;
  readonly state: 'ended' | 'open' | 'deleted';
  readonly messages: readonly {
    readonly from: 'customer' | 'agent' | 'note' | 'bot';
    readonly text: string;
  }[];
}

export interface StandInArticle {
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly state: 'published' | 'draft';
  /** `internal`: in a section that is for agents. */
  readonly section: 'public' | 'internal';
}

/** May change between runs. */
export interface DeskModel {
  articles: readonly StandInArticle[];
  tickets: readonly StandInTicket[];
}

export interface DeskRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of JSON, parsed. */
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/** The JSON of a response, or its status alone. */
export type DeskResponder = (request: DeskRequest, model: DeskModel) => object | number;

export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'truncated'
  | 'hang'
  | 'cut-off'
  | 'too-large'
  | 'other-shape';

export interface DeskStandIn extends AsyncDisposable {
  readonly origin: string;
  readonly model: DeskModel;
  /** For the next requests, one each. */
  readonly faults: Fault[];
  /** Paths, with their queries, in order. */
  readonly requests: string[];
}

export async function startDeskStandIn(model: DeskModel, respond: DeskResponder): Promise<DeskStandIn> {
  const faults: Fault[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const url = new URL(request.url ?? '/', 'http://stand.in');
    requests.push(url.pathname + url.search);
    const answer = respond(
      {
        path: url.pathname,
        query: url.searchParams,
        body: text === '' ? undefined : JSON.parse(text),
        headers: request.headers,
      },
      model,
    );
    send(response, answer, faults.shift());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    model,
    faults,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, answer: object | number, fault: Fault | undefined): void {
  response.setHeader('content-type', 'application/json');
  const text = typeof answer === 'number' ? '{}' : JSON.stringify(answer);
  if (fault === undefined) response.writeHead(typeof answer === 'number' ? answer : 200).end(text);
  else if (typeof fault === 'object') response.writeHead(fault.status, fault.headers).end('{}');
  else if (fault === 'truncated') response.end(text.slice(0, -5));
  else if (fault === 'other-shape') response.end('["something else"]');
  else if (fault === 'too-large') response.end(' '.repeat(3_000_000) + text);
  else if (fault === 'cut-off') response.destroy();
  // 'hang': the client has to give up.
}
