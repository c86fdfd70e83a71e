// What an intent classifier sees of a text: its vector, and how it is written. An embedder tells topics apart better than tones;
// pieces of words tell "thx" from "ugh", typing mistakes included.

/** Pieces in texts longer than this say nothing new. Characters. */
const charactersRead = 2_000;
const shortestPiece = 2;
const longestPiece = 4;

/**
 * The vector, of norm 1, followed by `buckets` numbers, of norm 1 together: pieces of two to four characters of each word, hashed with a
 * sign (Weinberger et al., 2009, arXiv 0902.2206). All zeros where a text has no letter or digit.
 */
export function intentFeatures(vector: Float32Array, text: string, buckets: number): Float32Array {
  if (buckets === 0) return vector;
  const features = new Float32Array(vector.length + buckets);
  features.set(vector);
  const words =
    text
      .slice(0, charactersRead)
      .toLowerCase()
      .match(/[\p{L}\p{N}'’]+|[^\s\p{L}\p{N}'’]+/gu) ?? [];
  for (const word of words) {
    const padded = ` ${word} `;
    for (let start = 0; start < padded.length; start++) {
      let hash = 0x811c9dc5;
      const end = Math.min(padded.length, start + longestPiece);
      for (let at = start; at < end; at++) {
        // FNV-1a, extended to each longer piece.
        hash = Math.imul(hash ^ padded.charCodeAt(at), 0x01000193) >>> 0;
        if (at - start + 1 < shortestPiece) continue;
        // The lowest bits of FNV depend on few characters.
        const mixed = (hash ^ (hash >>> 15)) >>> 0;
        features[vector.length + (mixed % buckets)]! += mixed & 0x80000000 ? 1 : -1;
      }
    }
  }
  let squares = 0;
  for (let index = vector.length; index < features.length; index++) squares += features[index]! ** 2;
  if (squares === 0) return features;
  const norm = Math.sqrt(squares);
  for (let index = vector.length; index < features.length; index++) features[index]! /= norm;
  return features;
}
