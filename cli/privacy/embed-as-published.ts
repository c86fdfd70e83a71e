// Vectors of texts that an erasure has changed, by the model that made the knowledge base; opened only if there are any.
import type { Config } from '#app/config.ts';
import { withEmbedder } from '../ingest/ingest-command.ts';

export function embedAsPublished(config: Config) {
  return (texts: readonly string[]): Promise<readonly Float32Array[]> =>
    withEmbedder(config, { acceptModelChange: false }, async ({ openEmbedder }) =>
      (await openEmbedder()).embedDocuments(texts),
    );
}
