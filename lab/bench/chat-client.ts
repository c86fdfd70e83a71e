// A customer who measures: asks over HTTP and notes when the first words of the answer came. Plain node:http, so that the client takes
// as little as possible of the cores that it shares with what it measures.
import { Agent, type IncomingMessage, request } from 'node:http';
import { AppError } from '#core/errors.ts';

export interface Conversation {
  readonly id: string;
  readonly token: string;
}

export interface MeasuredAnswer {
  /** `monotonicMs()` when the question was sent. */
  readonly sentAt: number;
  /** `monotonicMs()` when the first text had arrived. */
  readonly firstTextAt: number;
  readonly firstText: string;
  /** All that was streamed. */
  readonly body: string;
}

export interface StreamRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Captures the first text of an answer in what has come so far. */
  readonly firstText: RegExp;
}

export interface StreamClient extends Disposable {
  json(url: string, body: unknown): Promise<unknown>;
  stream(request: StreamRequest): Promise<MeasuredAnswer>;
}

/** The same clock in every process of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Keeps its connections, as a browser does. */
export function createStreamClient(): StreamClient {
  const agent = new Agent({ keepAlive: true });

  function post(url: string, headers: object, body: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.from(JSON.stringify(body));
      const outgoing = request(url, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': bytes.length, ...headers },
      });
      outgoing.once('response', resolve).once('error', reject).end(bytes);
    });
  }

  return {
    async json(url, body) {
      const response = await post(url, {}, body);
      return JSON.parse(await readAll(response, url));
    },
    async stream({ url, headers = {}, body, firstText }) {
      const sentAt = monotonicMs();
      const response = await post(url, headers, body);
      let firstTextAt = Number.NaN;
      let first = '';
      const all = await readAll(response, url, (sofar) => {
        const arrivedAt = monotonicMs();
        const found = first === '' ? firstText.exec(sofar)?.[1] : undefined;
        if (found === undefined) return;
        first = found;
        firstTextAt = arrivedAt;
      });
      return { sentAt, firstTextAt, firstText: first, body: all };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function readAll(
  response: IncomingMessage,
  url: string,
  onData: (sofar: string) => void = () => {},
): Promise<string> {
  let all = '';
  for await (const piece of response.setEncoding('utf8')) {
    all += piece;
    onData(all);
  }
  if ((response.statusCode ?? 500) >= 400)
    throw new AppError('internal', `${url} refused with ${response.statusCode}: ${all}`);
  return all;
}

export interface DeskClient {
  createConversation(): Promise<Conversation>;
  ask(conversation: Conversation, text: string): Promise<MeasuredAnswer>;
}

/** `url` is where an Answerdesk server listens. */
export function createDeskClient(client: StreamClient, url: string): DeskClient {
  const conversations = `${url}/api/conversations`;
  return {
    createConversation: async () => (await client.json(conversations, {})) as Conversation,
    ask: ({ id, token }, text) =>
      client.stream({
        url: `${conversations}/${id}/messages`,
        headers: { authorization: `Bearer ${token}` },
        body: { text },
        firstText: /"type":"answer-delta"[^\n]*?"text":"((?:[^"\\]|\\.)*)"/,
      }),
  };
}
