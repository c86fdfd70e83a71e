// A server that refuses every request, and quotes in its refusal what it was sent, as real model servers do with prompts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface EchoingServer extends AsyncDisposable {
  readonly origin: string;
  /** Of an OpenAI-compatible API. */
  readonly baseUrl: string;
}

/** `first` answers the first request as it should be. */
export async function openEchoingServer(first?: object): Promise<EchoingServer> {
  let answers = first === undefined ? [] : [first];
  const server = createServer(async (request, response) => {
    const sent = await text(request);
    response.setHeader('content-type', 'application/json');
    const [answer] = answers;
    answers = [];
    if (answer) return void response.end(JSON.stringify(answer));
    // Lines that look like those of a stack must not get through either.
    const message = `cannot process: ${sent}\n    at ${sent} (/srv/model.py:1:1)\nend`;
    const error = { message, type: sent, code: sent, param: sent };
    response.writeHead(400).end(JSON.stringify({ error }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
