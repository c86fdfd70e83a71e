// A process of its own that publishes generation after generation until it is killed, for tests of what a kill leaves behind.
// Arguments: data folder, first round, number of rounds, documents per round, `graph` to build one.

import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { publishGeneration } from '../generations/generation-writer.ts';
import { sampleDocument, sampleGeneration } from './sample-generation.ts';

const [dataDir = '', first = '1', rounds = '1', documents = '20', graph = ''] = process.argv.slice(2);
const embedder = createHashingEmbedder();

for (let round = Number(first); round < Number(first) + Number(rounds); round++) {
  const texts = Array.from({ length: Number(documents) }, (_, number) =>
    sampleDocument(
      `document-${number}`,
      `Round ${round} of document ${number}.\nHow to reset the valve ${number * round}.`,
    ),
  );
  const generation = await sampleGeneration(dataDir, texts, embedder);
  await publishGeneration({ ...generation, graph: graph === 'graph' });
  process.stdout.write(`${round}\n`);
}
