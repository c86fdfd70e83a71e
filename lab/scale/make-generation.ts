// A knowledge base as large as asked for, made of real ones: their documents drawn anew under titles of their own, with vectors between those of
// two real passages. Texts, lengths and nearness are real; only embedding is saved.
//
//   node lab/scale/make-generation.ts PASSAGES FOLDER DATA_DIR...
import { type Chunk, chunkOf, type Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { normalize } from '#core/vector-matrix.ts';
import { type GenerationContents, openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';

/** What a made vector has of the passage that it is drawn from; the rest is of another passage. */
const ownShare = 0.7;

interface Real {
  readonly document: Document;
  readonly chunks: readonly Chunk[];
  readonly vectors: readonly Float32Array[];
}

async function readReal(dataDirs: readonly string[]) {
  const real: Real[] = [];
  let info: GenerationInfo | undefined;
  for (const dataDir of dataDirs) {
    using contents = await openCurrentContents(dataDir);
    if (!contents) throw new AppError('knowledge-base-missing', `${dataDir} holds no knowledge base.`);
    info ??= contents.info;
    real.push(...documentsOf(contents));
  }
  return { info: info!, real };
}

function documentsOf({ documents, chunks, vectorAt }: GenerationContents): Real[] {
  const rows = Map.groupBy(chunks.keys(), (row) => chunks[row]!.documentId);
  return documents.flatMap((document) => {
    const own = rows.get(document.id) ?? [];
    return own.length === 0
      ? []
      : [{ document, chunks: own.map((row) => chunks[row]!), vectors: own.map(vectorAt) }];
  });
}

interface MadeKnowledge {
  readonly documents: Document[];
  readonly chunks: Chunk[];
  /** One after the other, of `chunks`. */
  readonly vectors: Iterable<Float32Array>;
}

/** The same each time. */
function makeKnowledge(real: readonly Real[], passages: number): MadeKnowledge {
  const pool = real.flatMap(({ vectors }) => vectors);
  const random = createRandom(7);
  const drawn: Real[] = [];
  const documents: Document[] = [];
  const chunks: Chunk[] = [];
  for (let made = 0; chunks.length < passages; made++) {
    const from = real[Math.floor(random() * real.length)]!;
    const { articles: _links, ...metadata } = from.document.metadata;
    const id = `made-${made}`;
    const title = `${metadata.title} ${Math.imul(made + 1, 0x9e3779b1)
      .toString(36)
      .replace('-', 'x')}`;
    const document: Document = { ...from.document, id, metadata: { ...metadata, title } };
    documents.push(document);
    drawn.push(from);
    for (const chunk of from.chunks) {
      const { ordinal, headingPath, start, end, blocks } = chunk;
      const place = { id: `${id}#${ordinal}`, ordinal, headingPath, start, end };
      chunks.push(chunkOf(document, blocks === undefined ? place : { ...place, blocks }));
    }
  }
  function* vectors(): Generator<Float32Array> {
    for (const { vectors: own } of drawn)
      for (const vector of own) {
        const other = pool[Math.floor(random() * pool.length)]!;
        const share = ownShare + (1 - ownShare) * random();
        yield normalize(vector.map((value, index) => share * value + (1 - share) * other[index]!));
      }
  }
  return { documents, chunks, vectors: vectors() };
}

/** 0 to 1, from a fixed seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const [passages, folder, ...dataDirs] = process.argv.slice(2);
if (passages === undefined || folder === undefined || dataDirs.length === 0) {
  process.stderr.write('node lab/scale/make-generation.ts PASSAGES FOLDER DATA_DIR...\n');
  process.exit(2);
}
const { info, real } = await readReal(dataDirs);
const before = process.cpuUsage();
const { chunks } = await publishGeneration({
  dataDir: folder,
  ...makeKnowledge(real, Number(passages)),
  modelId: info.modelId,
  dimensions: info.dimensions,
  acceptModelChange: true,
});
const { user, system } = process.cpuUsage(before);
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  `${chunks} passages published: ${Math.round((user + system) / 1e6)} CPU-s, peak ${peakMb} MB\n`,
);
