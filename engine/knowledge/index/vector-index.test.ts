import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotProduct, matrixRow, normalize, stackVectors, type VectorMatrix } from '#core/vector-matrix.ts';
import { createExactVectorIndex } from './exact-vector-index.ts';
import { openHnswVectorIndex, writeHnswFile } from './hnsw-vector-index.ts';
import { createInt8Scan } from './int8-scan.ts';
import type { VectorIndex } from './search-indexes.ts';

/** Unit vectors from a fixed seed. */
function randomVectors(count: number, dimensions = 12): Float32Array[] {
  let state = 42;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, () => normalize(Float32Array.from({ length: dimensions }, random)));
}

async function buildHnsw(vectors: VectorMatrix): Promise<VectorIndex> {
  const folder = await mkdtemp(join(tmpdir(), 'hnsw-'));
  try {
    expect(await writeHnswFile(join(folder, 'hnsw.bin'), vectors)).toBe(true);
    return await openHnswVectorIndex(join(folder, 'hnsw.bin'), vectors);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const buildExact = async (vectors: VectorMatrix) => createExactVectorIndex(vectors);

const implementations: [string, number, (vectors: VectorMatrix) => Promise<VectorIndex>][] = [
  ['exact', 32, buildExact],
  ['exact', 12, buildExact],
  ['HNSW', 32, buildHnsw],
];

describe.each(implementations)('%s vector index of %i dimensions', (_name, dimensions, build) => {
  const vectors = stackVectors(randomVectors(400, dimensions), dimensions);

  it('finds each row by its own vector, with a cosine of 1', async () => {
    const index = await build(vectors);
    for (let row = 0; row < vectors.size; row += 7) {
      const [best] = index.search(matrixRow(vectors, row), 1);
      expect(best?.row).toBe(row);
      expect(best?.score).toBeCloseTo(1, 5);
    }
  });

  it('gives cosines, best first', async () => {
    const index = await build(vectors);
    const query = randomVectors(401, dimensions).at(-1)!;
    const found = index.search(query, 50);
    expect(found).toHaveLength(50);
    for (const [rank, { row, score }] of found.entries()) {
      const cosine = matrixRow(vectors, row).reduce((sum, value, column) => sum + value * query[column]!, 0);
      expect(score).toBeCloseTo(cosine, 4);
      if (rank > 0) expect(score).toBeLessThanOrEqual(found[rank - 1]!.score);
    }
  });

  it('gives all rows when k is larger than the index, and none for k of 0', async () => {
    const index = await build(vectors);
    const all = index.search(matrixRow(vectors, 3), 10_000);
    expect(new Set(all.map(({ row }) => row)).size).toBe(400);
    expect(index.search(matrixRow(vectors, 3), 0)).toEqual([]);
  });

  it('fills k from the rows that a filter accepts, however few it accepts', async () => {
    const index = await build(vectors);
    for (const every of [2, 40, 399]) {
      const found = index.search(matrixRow(vectors, 0), 5, (row) => row % every === 0);
      expect(found).toHaveLength(Math.min(5, Math.ceil(400 / every)));
      expect(found.every(({ row }) => row % every === 0)).toBe(true);
    }
    expect(index.search(matrixRow(vectors, 0), 5, () => false)).toEqual([]);
  });

  it('lists equal vectors in row order', async () => {
    const [one, other] = randomVectors(2, dimensions);
    const index = await build(stackVectors([other!, one!, one!, one!, other!], dimensions));
    expect(index.search(one!, 3).map(({ row }) => row)).toEqual([1, 2, 3]);
  });

  it('refuses a vector that is not finite, of another length or not of norm 1', async () => {
    const index = await build(vectors);
    const broken = [
      Float32Array.of(1),
      new Float32Array(dimensions),
      new Float32Array(dimensions).fill(Number.NaN),
    ];
    for (const vector of broken) {
      expect(() => index.search(vector, 1)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
    }
  });
});

/** Row after row, in full. */
function nearestInFull(vectors: VectorMatrix, query: Float32Array, k: number) {
  return Array.from({ length: vectors.size }, (_, row) => ({
    row,
    score: dotProduct(vectors.values, row * vectors.dimensions, query, 0, vectors.dimensions),
  }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, k);
}

const shapes = fc.record({
  size: fc.nat(60),
  dimensions: fc.integer({ min: 1, max: 70 }),
  seed: fc.nat(100),
  // From far apart to so near that eight bits cannot tell them apart.
  spread: fc.constantFrom(1, 0.1, 1e-3, 1e-5, 0),
});

function shapedVectors({
  size,
  dimensions,
  seed,
  spread,
}: typeof shapes extends fc.Arbitrary<infer S> ? S : never) {
  const [centre, ...others] = randomVectors(size + seed + 2, dimensions).slice(seed);
  const near = others.map((vector) =>
    normalize(vector.map((value, index) => spread * value + (1 - spread) * centre![index]!)),
  );
  const query = near.pop()!;
  return { vectors: stackVectors(near, dimensions), query };
}

it('exact finds what a scan in full finds, in the same order, however near the vectors are to each other', () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 3), (shape, k, every) => {
      const { vectors, query } = shapedVectors(shape);
      const accepts = (row: number) => row % every === 0;
      const expected = nearestInFull(vectors, query, vectors.size).filter(({ row }) => accepts(row));
      expect(createExactVectorIndex(vectors).search(query, k, accepts)).toEqual(expected.slice(0, k));
    }),
  );
});

it('a cosine from eight bits is never further off than it says', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { vectors, query } = shapedVectors(shape);
      const { cosines, error } = createInt8Scan(vectors).cosines(query);
      expect(cosines).toHaveLength(vectors.size);
      for (const { row, score } of nearestInFull(vectors, query, vectors.size))
        expect(Math.abs(cosines[row]! - score)).toBeLessThanOrEqual(error);
    }),
  );
});

it('eight bits are enough for the longest vectors of the same sign', () => {
  const alike = normalize(new Float32Array(4_096).fill(1));
  const { cosines } = createInt8Scan(stackVectors([alike], 4_096)).cosines(alike);
  expect(cosines[0]).toBeCloseTo(1, 3);
});

it('takes more rows than one block holds', () => {
  const vectors = stackVectors(randomVectors(101, 20), 20);
  const query = randomVectors(102, 20).at(-1)!;
  const whole = createInt8Scan(vectors).cosines(query).cosines;
  expect(createInt8Scan(vectors, { mostBlockBytes: 32 * 8 }).cosines(query).cosines).toEqual(whole);
});

it('answers in bounded time where thousands of texts are the same', () => {
  const [one, other] = randomVectors(2, 16);
  const index = createExactVectorIndex(stackVectors([...new Array(6_000).fill(one), other!], 16));
  expect(index.search(one!, 3).map(({ row }) => row)).toEqual([0, 1, 2]);
});

it('finds nothing in an empty exact index', () => {
  const index = createExactVectorIndex(stackVectors([], 12));
  expect(index.search(randomVectors(1)[0]!, 5)).toEqual([]);
});

it('HNSW finds what an exact scan finds', async () => {
  const vectors = stackVectors(randomVectors(1_000), 12);
  const [exact, hnsw] = [createExactVectorIndex(vectors), await buildHnsw(vectors)];
  let same = 0;
  for (const query of randomVectors(1_050).slice(1_000)) {
    const expected = new Set(exact.search(query, 10).map(({ row }) => row));
    same += hnsw.search(query, 10).filter(({ row }) => expected.has(row)).length;
  }
  expect(same / 500).toBeGreaterThan(0.97);
});

it('HNSW refuses a file of other vectors', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hnsw-'));
  const path = join(folder, 'hnsw.bin');
  await writeHnswFile(path, stackVectors(randomVectors(50), 12));
  await expect(openHnswVectorIndex(path, stackVectors(randomVectors(60), 12))).rejects.toMatchObject({
    code: 'knowledge-base-damaged',
  });
  await rm(folder, { recursive: true });
});

it('stops building HNSW when aborted', async () => {
  const signal = AbortSignal.abort();
  const building = writeHnswFile('/nowhere/hnsw.bin', stackVectors(randomVectors(10), 12), {
    signal,
  });
  await expect(building).rejects.toMatchObject({ name: 'AbortError' });
});

it('says so when the HNSW file could not be written', async () => {
  const building = writeHnswFile('/nowhere/hnsw.bin', stackVectors(randomVectors(10), 12));
  await expect(building).rejects.toThrow(/is the disk full/);
});

it('refuses to stack vectors that are broken', () => {
  const vectors = fc
    .array(fc.float(), { minLength: 12, maxLength: 12 })
    .map((list) => Float32Array.from(list));
  fc.assert(
    fc.property(vectors, (vector) => {
      const norm = Math.hypot(...vector);
      if (Math.abs(norm - 1) < 1e-3) return;
      expect(() => stackVectors([vector], 12)).toThrow(/norm/);
    }),
  );
});
