// An OpenAI-compatible embedding endpoint on a free port, for tests that run the command line without a model.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';

export interface EmbeddingEndpoint extends AsyncDisposable {
  readonly baseUrl: string;
  /** Texts embedded so far, the probe for the number of dimensions included. */
  readonly textsEmbedded: number;
  /** From now on requests wait. `asked` resolves with the first that does, `release` answers all. */
  hold(): { readonly asked: Promise<void>; release(): void };
}

export async function startEmbeddingEndpoint(): Promise<EmbeddingEndpoint> {
  const embedder = createHashingEmbedder();
  let held: { readonly isOver: Promise<void>; asked(): void } | undefined;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    held?.asked();
    await held?.isOver;
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
    hold() {
      const first = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      held = { isOver: over.promise, asked: first.resolve };
      return {
        asked: first.promise,
        release() {
          held = undefined;
          over.resolve();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
