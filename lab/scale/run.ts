// One run of ingestion, for main.ts: DATA_DIR ARTICLES.jsonl. Prints what it took.
import { createHash } from 'node:crypto';
import { normalize } from '#core/vector-matrix.ts';
import { runSource } from '#ingest/run-source.ts';

const [dataDir = '', corpus = ''] = process.argv.slice(2);
const dimensions = 384;

const { chunks, seconds } = await runSource(
  { name: 'made', spec: { type: 'files', paths: [corpus] }, settings: { language: 'en' } },
  {
    dataDir,
    openEmbedder: async () => ({
      modelId: 'made',
      dimensions,
      embedQuery: async (text) => madeVector(text),
      embedDocuments: async (texts) => texts.map(madeVector),
      close: async () => {},
    }),
  },
);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  `${chunks.total} passages (${chunks.embedded} embedded), ${seconds} s, ${Math.round((userCPUTime + systemCPUTime) / 1e6)} CPU-s, peak ${Math.round(maxRSS / 1024)} MB\n`,
);

function madeVector(text: string): Float32Array {
  const vector = new Float32Array(dimensions);
  let state = createHash('md5').update(text).digest().readUInt32LE() | 1;
  for (let index = 0; index < dimensions; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    vector[index] = state;
  }
  return normalize(vector);
}
