// An OpenAI-compatible embedding server on a free port, for tests.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHashingEmbedder } from './hashing-embedder.ts';

export interface EmbeddingEndpoint {
  readonly baseUrl: string;
  /** Texts of each request so far. */
  readonly requests: readonly string[][];
  /** Requests whose client went away before the answer. */
  readonly abandoned: number;
  /** Answers the next requests in its own way; returning true = answered. */
  respond: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Vectors are three times the hashing embedder's, in reverse order, as the protocol allows. */
export async function startEmbeddingEndpoint(): Promise<EmbeddingEndpoint> {
  const embedder = createHashingEmbedder();
  const requests: string[][] = [];
  let abandoned = 0;
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned++;
    });
    let body = '';
    for await (const piece of request) body += piece;
    const { input, encoding_format } = JSON.parse(body) as { input: string[]; encoding_format: string };
    requests.push(input);
    if (endpoint.respond?.(request, response)) return;
    if (encoding_format !== 'float' || input.some((text) => text.length === 0))
      return void response.writeHead(400).end();
    const vectors = await embedder.embedDocuments(input);
    const data = vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: [...vector].map((value) => value * 3),
    }));
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ object: 'list', data: data.reverse() }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint: EmbeddingEndpoint = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get abandoned() {
      return abandoned;
    },
    respond: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return endpoint;
}
