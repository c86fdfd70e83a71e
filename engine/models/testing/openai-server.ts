// An OpenAI-compatible server on this machine that does what it is told: streams, is late, breaks off, refuses, sends nonsense.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReceivedRequest {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
  closed: boolean;
}

export interface ServerScript {
  readonly words?: readonly string[];
  readonly delayMs?: number;
  /** Before the first word. */
  readonly silenceMs?: number;
  /** `null`: the stream ends without one. */
  readonly finish?: string | null;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the stream. */
  readonly raw?: (response: ServerResponse, request: ReceivedRequest) => Promise<void> | void;
}

export interface OpenaiServer extends AsyncDisposable {
  readonly requests: readonly ReceivedRequest[];
  readonly baseUrl: string;
  script: ServerScript;
}

export async function openOpenaiServer(script: ServerScript = {}): Promise<OpenaiServer> {
  const requests: ReceivedRequest[] = [];
  const closing = new AbortController();
  const opened = { requests, script };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const piece of request) text += piece;
    const { url, headers } = request;
    const received = {
      path: url,
      authorization: headers.authorization,
      body: JSON.parse(text),
      closed: false,
    };
    requests.push(received);
    response.on('close', () => {
      received.closed = true;
    });
    const {
      words = ['Hold ', 'the ', 'dial.'],
      delayMs = 1,
      silenceMs = 0,
      finish = 'stop',
      ...rest
    } = opened.script;
    const { status = 200, headers: more = {}, raw } = rest;
    // Servers do quote what they could not use.
    if (status !== 200)
      return void response.writeHead(status, more).end(JSON.stringify({ error: { message: text } }));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (raw) return await raw(response, received);
    const wait = (ms: number) => sleep(ms, undefined, { signal: closing.signal });
    await wait(silenceMs);
    for (const content of words) {
      if (response.destroyed) return;
      response.write(chunkLine({ content }, null));
      await wait(delayMs);
    }
    if (finish !== null) response.write(chunkLine({}, finish));
    response.end('data: [DONE]\n\n');
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(opened, {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** One event of a stream of chat completions. */
export function chunkLine(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices })}\n\n`;
}
