// An OpenAI-compatible embedding endpoint on a free port, for tests that run the command line without a model.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';

export interface EmbeddingEndpoint extends AsyncDisposable {
  readonly baseUrl: string;
  /** Texts embedded so far, the probe for the number of dimensions included. */
  readonly textsEmbedded: number;
}

export async function startEmbeddingEndpoint(): Promise<EmbeddingEndpoint> {
  const embedder = createHashingEmbedder();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const { input } = JSON.parse(body.toString()) as { input: string[] };
    const vectors = await embedder.embedDocuments(input);
    const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: [...vector] }));
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ object: 'list', data, model: 'test', usage: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get textsEmbedded() {
      return embedder.documentsEmbedded;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
