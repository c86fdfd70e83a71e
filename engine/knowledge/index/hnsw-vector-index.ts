// Approximate nearest neighbours for knowledge bases too large to scan: a file built by hnswlib. hnswlib checks nothing (a full
// disk is reported as success, a flipped bit can end the process), so the writer reads back what it wrote, and a reader must have
// verified the file's checksum before it comes here.
import { setImmediate } from 'node:timers/promises';
import type { HierarchicalNSW } from 'hnswlib-node';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { checkVector, matrixRow, type VectorMatrix } from '#core/vector-matrix.ts';
import { createExactVectorIndex } from './exact-vector-index.ts';
import type { VectorIndex } from './search-indexes.ts';

const linksPerNode = 16;
const buildBeamWidth = 200;
const searchBeamWidth = 128;
const pointsPerTurn = 64;

/**
 * Builds the graph and writes it to `path`. False if hnswlib-node is not installed (it needs a compiler): the exact index then
 * serves. Throws if what lies on disk afterwards is not the index.
 */
export async function writeHnswFile(
  path: string,
  vectors: VectorMatrix,
  options: CallOptions = {},
): Promise<boolean> {
  const hnswlib = await loadHnswlib();
  if (!hnswlib) return false;
  const graph = new hnswlib.HierarchicalNSW('ip', vectors.dimensions);
  graph.initIndex({
    maxElements: vectors.size,
    m: linksPerNode,
    efConstruction: buildBeamWidth,
    randomSeed: 100,
  });
  for (let row = 0; row < vectors.size; row++) {
    if (row % pointsPerTurn === 0) {
      await setImmediate();
      options.signal?.throwIfAborted();
    }
    graph.addPoint(Array.from(matrixRow(vectors, row)), row);
  }
  await graph.writeIndex(path);
  try {
    checkRecall(await openHnswVectorIndex(path, vectors), vectors);
  } catch (cause) {
    throw new AppError('internal', `The vector index could not be written to ${path}: is the disk full?`, {
      cause,
    });
  }
  return true;
}

/**
 * Only for a file whose checksum was verified. `vectors` are the rows it was built from; a search that the graph cannot satisfy
 * (a filter that leaves too little) scans them. Throws `knowledge-base-damaged` if file and vectors do not belong together.
 */
export async function openHnswVectorIndex(path: string, vectors: VectorMatrix): Promise<VectorIndex> {
  const exact = createExactVectorIndex(vectors);
  const hnswlib = await loadHnswlib();
  if (!hnswlib) return exact;
  const graph = new hnswlib.HierarchicalNSW('ip', vectors.dimensions);
  try {
    await graph.readIndex(path);
  } catch (cause) {
    throw new AppError('knowledge-base-damaged', `The vector index ${path} cannot be read. Ingest again.`, {
      cause,
    });
  }
  if (graph.getCurrentCount() !== vectors.size) {
    throw new AppError(
      'knowledge-base-damaged',
      `The vector index ${path} belongs to other vectors. Ingest again.`,
    );
  }
  return {
    size: vectors.size,
    search(vector, k, accepts) {
      checkVector(vector, vectors.dimensions);
      const wanted = Math.min(Math.max(0, Math.floor(k)), vectors.size);
      if (wanted === 0) return [];
      graph.setEf(Math.max(searchBeamWidth, wanted));
      const found = graph.searchKnn(Array.from(vector), wanted, accepts);
      if (found.neighbors.length < wanted) return exact.search(vector, k, accepts);
      return found.neighbors
        .map((row, position) => ({ row, score: 1 - found.distances[position]! }))
        .sort((a, b) => b.score - a.score || a.row - b.row);
    },
  };
}

/** Rows must find themselves, or an equal row. HNSW may miss a few; a damaged or mismatched graph misses most. */
function checkRecall(index: VectorIndex, vectors: VectorMatrix): void {
  const step = Math.max(1, Math.floor(vectors.size / 50));
  let asked = 0;
  let found = 0;
  for (let row = 0; row < vectors.size; row += step) {
    asked++;
    if ((index.search(matrixRow(vectors, row), 1)[0]?.score ?? 0) > 0.999) found++;
  }
  if (found < asked * 0.9) {
    throw new Error(`The vector index finds only ${found} of ${asked} of its own vectors.`);
  }
}

interface Hnswlib {
  readonly HierarchicalNSW: typeof HierarchicalNSW;
}

async function loadHnswlib(): Promise<Hnswlib | undefined> {
  try {
    const module = (await import('hnswlib-node')) as unknown as { default: Hnswlib };
    return module.default;
  } catch {
    return undefined;
  }
}
