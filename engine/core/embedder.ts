import type { CallOptions } from './call-options.ts';

/** A question's vector, with the embedder that it is from: vectors of two models cannot be compared. */
export interface QueryVector {
  readonly modelId: string;
  readonly values: Float32Array;
}

export interface EmbedOptions extends CallOptions {
  /**
   * Each text by itself: its vector is the same whatever else is embedded with it. In a batch the vectors of a quantised model depend a
   * little on their neighbours. Takes a sixth longer.
   */
  readonly alone?: boolean;
}

/**
 * Text to vectors. Vectors are finite, of length `dimensions`, with Euclidean norm 1, so a dot product is the cosine.
 * Prefixes that a model wants before queries or documents are the embedder's own business.
 */
export interface Embedder {
  /** Names model and weights, e.g. `answerdesk-embedder-1@3fa9c1d2`; a knowledge base is only read with the id it was built with. */
  readonly modelId: string;
  readonly dimensions: number;
  embedDocuments(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  embedQuery(text: string, options?: CallOptions): Promise<Float32Array>;
  close(): Promise<void>;
}

/** `openai:MODEL`: a server has it, and its name is all that is known of it. */
export function isEndpointModel(modelId: string): boolean {
  return modelId.startsWith('openai:');
}
