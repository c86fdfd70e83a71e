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
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of JSON, parsed. */
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/** An answer that is more than its JSON. */
export class StandInAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;

  constructor(status: number, { json, headers = {} }: { json?: object; headers?: Record<string, string> }) {
    this.status = status;
    this.headers = headers;
    this.text = json === undefined ? '' : JSON.stringify(json);
  }
}

/** The JSON of a response, or its status alone. */
export type DeskResponder<Model = DeskModel> = (
  request: DeskRequest,
  model: Model,
) => object | number | StandInAnswer;

export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'truncated'
  | 'hang'
  | 'cut-off'
  | 'too-large'
  | 'other-shape';

export interface DeskStandIn<Model = DeskModel> extends AsyncDisposable {
  readonly origin: string;
  readonly model: Model;
  /** For the next requests, one each. With a status, the desk does nothing; with the others, the answer to what it did is lost. */
  readonly faults: Fault[];
  /** For the next request that changes something: what it did stays done. */
  faultOfChange: Fault | undefined;
  /** For all requests, as long as it is set. */
  outage: Fault | undefined;
  /** Paths, with their queries, in order. */
  readonly requests: string[];
}

export interface StandInOptions<Model> {
  /** Another number whenever something in the model has changed. */
  readonly version?: (model: Model) => number;
}

export async function startDeskStandIn<Model = DeskModel>(
  model: Model,
  respond: DeskResponder<Model>,
  { version = () => 0 }: StandInOptions<Model> = {},
): Promise<DeskStandIn<Model>> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const url = new URL(request.url ?? '/', 'http://stand.in');
    requests.push(url.pathname + url.search);
    let fault = standIn.outage ?? standIn.faults.shift();
    const before = version(model);
    const answer =
      typeof fault === 'object'
        ? fault.status
        : respond(
            {
              method: request.method ?? 'GET',
              path: url.pathname,
              query: url.searchParams,
              body: text === '' ? undefined : JSON.parse(text),
              headers: request.headers,
            },
            model,
          );
    if (version(model) !== before && standIn.faultOfChange) {
      fault = standIn.faultOfChange;
      standIn.faultOfChange = undefined;
    }
    send(response, answer, fault);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const standIn: DeskStandIn<Model> = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    model,
    faults: [],
    faultOfChange: undefined,
    outage: undefined,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

function send(
  response: ServerResponse,
  answer: object | number | StandInAnswer,
  fault: Fault | undefined,
): void {
  response.setHeader('content-type', 'application/json');
  const { status, headers, text } =
    answer instanceof StandInAnswer
      ? answer
      : typeof answer === 'number'
        ? { status: answer, headers: {}, text: '{}' }
        : { status: 200, headers: {}, text: JSON.stringify(answer) };
  if (fault === undefined) response.writeHead(status, headers).end(text);
  else if (typeof fault === 'object') response.writeHead(fault.status, fault.headers).end('{}');
  else if (fault === 'truncated') response.end(text.slice(0, -5));
  else if (fault === 'other-shape') response.end('["something else"]');
  else if (fault === 'too-large') response.end(' '.repeat(3_000_000) + text);
  else if (fault === 'cut-off') response.destroy();
  // 'hang': the client has to give up.
}
