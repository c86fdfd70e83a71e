// What a run would take, before it is made: the source is read and cut, some of its passages are embedded to see how fast this machine
// is, and nothing is written.
import type { Embedder } from '#core/embedder.ts';
import { type NamedSource, type RunSourceOptions, runSource } from './run-source.ts';

export interface Estimate {
  readonly source: string;
  readonly documents: number;
  /** Of the whole knowledge base, as it would be. */
  readonly passages: number;
  readonly toEmbed: number;
  /** Passages a second, measured; absent if there is nothing to embed. */
  readonly embeddingSpeed?: number;
  readonly seconds: number;
  /** At the most, of the process that ingests. */
  readonly memoryMb: number;
  /** Of the generation that would be published. */
  readonly diskMb: number;
}

/** Enough for a speed that holds within a tenth or so. */
const sampleTexts = 256;
/** The first batch of a model is slower than the others. */
const warmUpTexts = 8;

// Measured with 100,000 made passages (lab/scale); an ordinary help centre is small beside the base.
const baseMemoryMb = 300;
const memoryBytesPerPassage = 8_000;
const publishMsPerPassage = 0.15;
/** Above so many passages there is a graph, with a copy of the vectors and links. */
const graphLimit = 50_000;
const graphMsPerPassage = 1.1;
const linkBytesPerPassage = 170;
/** Its place, its postings and the bookkeeping of its document. */
const indexBytesPerPassage = 600;
const bytesPerCharacter = 1.1;

/** Rejects as `runSource`. */
export async function estimateRun(
  source: NamedSource,
  options: Omit<RunSourceOptions, 'dryRun'>,
): Promise<Estimate> {
  const sample: string[] = [];
  let seen = 0;
  let characters = 0;
  const { chunks, counts, seconds } = await runSource(source, {
    ...options,
    dryRun: true,
    onNewTexts(texts) {
      for (const text of texts) {
        seen += 1;
        characters += text.length;
        // Each text has the same chance to be in the sample, however many there are (Vitter's algorithm R).
        const place = seen <= sampleTexts ? seen - 1 : Math.floor(Math.random() * seen);
        if (place < sampleTexts) sample[place] = text;
      }
    },
  });
  const embedder = await options.openEmbedder();
  const speed = sample.length > 0 ? await speedOf(embedder, sample, options.signal) : undefined;
  const { total, embedded } = chunks;
  const hasGraph = total > graphLimit;
  const vectorBytes = embedder.dimensions * Float32Array.BYTES_PER_ELEMENT;
  const textBytes = (seen > 0 ? characters / seen : 0) * bytesPerCharacter;
  const graphBytes = hasGraph ? vectorBytes + linkBytesPerPassage : 0;
  const publishMs = publishMsPerPassage + (hasGraph ? graphMsPerPassage : 0);
  return {
    source: source.name,
    documents: (counts?.articles ?? 0) + (counts?.transcripts ?? 0),
    passages: total,
    toEmbed: embedded,
    ...(speed !== undefined && { embeddingSpeed: Math.round(speed * 10) / 10 }),
    seconds: Math.ceil(seconds + (speed ? embedded / speed : 0) + (total * publishMs) / 1000),
    memoryMb: Math.ceil(baseMemoryMb + (total * (memoryBytesPerPassage + 2 * graphBytes)) / 1e6),
    diskMb: Math.ceil((total * (textBytes + vectorBytes + indexBytesPerPassage + graphBytes)) / 1e6),
  };
}

export function describeEstimate(estimate: Estimate): string {
  const { documents, passages, toEmbed, embeddingSpeed, seconds, memoryMb, diskMb } = estimate;
  const number = (value: number) => value.toLocaleString('en');
  const speed = embeddingSpeed === undefined ? '' : `, at ${number(embeddingSpeed)} a second`;
  return [
    `Documents  ${number(documents)} in the source "${estimate.source}"`,
    `Passages   ${number(passages)} in all, ${number(toEmbed)} to embed${speed}`,
    `Time       about ${duration(seconds)}`,
    `Memory     up to ${number(memoryMb)} MB`,
    `Disk       about ${number(diskMb)} MB a generation; the newest three are kept`,
    'Nothing was written.',
  ].join('\n');
}

async function speedOf(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> {
  await embedder.embedDocuments(texts.slice(0, warmUpTexts), { signal });
  const started = performance.now();
  await embedder.embedDocuments(texts, { signal });
  return texts.length / Math.max(0.001, (performance.now() - started) / 1000);
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
