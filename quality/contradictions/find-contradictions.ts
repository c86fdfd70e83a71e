// Articles that state different numbers or dates for the same. Only sentences with a quantity are looked at, and only against those of
// passages that are near by their vectors.
import type { CallOptions } from '#core/call-options.ts';
import type { Chunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { cosinesWith, dotProduct, matrixRow, stackVectors, type VectorMatrix } from '#core/vector-matrix.ts';
import { contradictionOf, shippedThresholds, type Thresholds, wordOverlap } from './compare-facts.ts';
import { type Fact, factsIn } from './facts.ts';

export interface Contradiction {
  readonly first: Passage;
  readonly second: Passage;
  /** Cosine of both statements without their numbers. */
  readonly cosine: number;
}

export interface Passage {
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
  /** What differs, as it is written. */
  readonly quantity: string;
}

export interface ContradictionOptions extends CallOptions {
  readonly thresholds?: Thresholds;
}

export interface ContradictionReport {
  readonly found: readonly Contradiction[];
  /** Sentences with a quantity that were compared. */
  readonly facts: number;
  /** Passages with a quantity that were left out, because there are too many. */
  readonly leftOut: number;
}

/** Each is searched for in all others. */
const mostPassages = 20_000;
const nearPassages = 12;
/** Cosine of two passages that may state the same. */
const leastPassageCosine = 0.45;
const mostShown = 500;

/** `vectors` row `r` is of `chunks[r]`. Chunks that are no article for customers, or whose article has a newer version, are left out. Nearest first. */
export async function findContradictions(
  {
    chunks,
    vectors,
    embedder,
  }: {
    readonly chunks: readonly Chunk[];
    readonly vectors: VectorMatrix;
    readonly embedder: Pick<Embedder, 'embedDocuments'>;
  },
  { signal, thresholds = shippedThresholds }: ContradictionOptions = {},
): Promise<ContradictionReport> {
  const stated = [...chunks.keys()].flatMap((row) => {
    const chunk = chunks[row]!;
    if (chunk.kind !== 'article' || chunk.audience !== 'customer' || chunk.supersededBy !== undefined)
      return [];
    const facts = factsIn(chunk);
    return facts.length > 0 ? [{ row, language: chunk.language, facts }] : [];
  });
  const read = stated.slice(0, mostPassages);
  const matrix = stackVectors(
    read.map(({ row }) => matrixRow(vectors, row)),
    vectors.dimensions,
  );
  const pairs: [Fact, Fact][] = [];
  const seen = new Set<string>();
  for (const [at, { facts, language }] of read.entries()) {
    signal?.throwIfAborted();
    const cosines = cosinesWith(matrix, matrixRow(matrix, at));
    const near = [...cosines.keys()]
      .filter(
        (other) => other > at && cosines[other]! >= leastPassageCosine && read[other]!.language === language,
      )
      .sort((a, b) => cosines[b]! - cosines[a]!)
      .slice(0, nearPassages);
    for (const other of near)
      for (const first of facts)
        for (const second of read[other]!.facts) {
          if (first.documentId === second.documentId || wordOverlap(first, second) < thresholds.overlap)
            continue;
          const key = `${first.documentId}\n${first.text}\n${second.documentId}\n${second.text}`;
          if (seen.has(key) || !contradictionOf({ first, second, cosine: 1, sentenceCosine: 1 }, thresholds))
            continue;
          seen.add(key);
          pairs.push([first, second]);
        }
  }
  const cosines = await pairCosines(pairs, embedder, { signal });
  const found = pairs.flatMap(([first, second], at): Contradiction[] => {
    const { cosine, sentenceCosine } = cosines[at]!;
    const differ = contradictionOf({ first, second, cosine, sentenceCosine }, thresholds);
    if (!differ) return [];
    return [
      {
        first: passageOf(first, differ.first),
        second: passageOf(second, differ.second),
        cosine: sentenceCosine,
      },
    ];
  });
  return {
    found: found.sort((a, b) => b.cosine - a.cosine).slice(0, mostShown),
    facts: read.reduce((sum, { facts }) => sum + facts.length, 0),
    leftOut: stated.length - read.length,
  };
}

/** In the order of the pairs. Each text is embedded once. */
export async function pairCosines(
  pairs: readonly (readonly [Fact, Fact])[],
  embedder: Pick<Embedder, 'embedDocuments'>,
  { signal }: CallOptions = {},
): Promise<{ readonly cosine: number; readonly sentenceCosine: number }[]> {
  const behind = ({ about, masked }: Fact) => `${about}\n${masked}`;
  const texts = [...new Set(pairs.flat().flatMap((fact) => [fact.masked, behind(fact)]))];
  const vectors = new Map<string, Float32Array>();
  const embedded = await embedder.embedDocuments(texts, { signal });
  for (const [at, text] of texts.entries()) vectors.set(text, embedded[at]!);
  const cosineOf = (a: string, b: string) => {
    const one = vectors.get(a)!;
    return dotProduct(one, 0, vectors.get(b)!, 0, one.length);
  };
  return pairs.map(([first, second]) => ({
    cosine: cosineOf(behind(first), behind(second)),
    sentenceCosine: cosineOf(first.masked, second.masked),
  }));
}

function passageOf(fact: Fact, { start, end }: { readonly start: number; readonly end: number }): Passage {
  return {
    documentId: fact.documentId,
    title: fact.title,
    text: fact.text,
    quantity: fact.text.slice(start, end),
  };
}
