// An embedder for tests: each word adds one to a dimension chosen by its hash. Deterministic, instant, and alike texts are near.
import { createHash } from 'node:crypto';
import type { Embedder } from '#core/embedder.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { normalize } from '#core/vector-matrix.ts';

export interface HashingEmbedder extends Embedder {
  /** Texts embedded so far, queries not counted. */
  readonly documentsEmbedded: number;
}

export function createHashingEmbedder({ dimensions = 64, modelId = 'hashing@1' } = {}): HashingEmbedder {
  let documentsEmbedded = 0;

  function embed(text: string): Float32Array {
    const vector = new Float32Array(dimensions);
    vector[0] = 0.1;
    for (const token of tokenizeForSearch(text.slice(0, 10_000))) {
      vector[createHash('md5').update(token).digest().readUInt32LE() % dimensions]! += 1;
    }
    return normalize(vector);
  }

  return {
    modelId,
    dimensions,
    get documentsEmbedded() {
      return documentsEmbedded;
    },
    async embedDocuments(texts, options) {
      options?.signal?.throwIfAborted();
      documentsEmbedded += texts.length;
      return texts.map(embed);
    },
    async embedQuery(text, options) {
      options?.signal?.throwIfAborted();
      return embed(text);
    },
    close: async () => {},
  };
}
