// An intent classifier that needs no training: the labels of the nearest known queries vote, each with its similarity.

export interface IntentGuess {
  readonly label: string;
  /** Mean cosine of the nearest queries: low for what belongs to no intent. */
  readonly similarity: number;
}

/** Vectors have length 1. */
export function createNeighbourClassifier(
  vectors: readonly Float32Array[],
  labels: readonly string[],
  { neighbours = 10 }: { neighbours?: number } = {},
): (query: Float32Array) => IntentGuess {
  const k = Math.min(neighbours, vectors.length);
  return (query) => {
    const nearest: { similarity: number; row: number }[] = [];
    for (const [row, vector] of vectors.entries()) {
      let similarity = 0;
      for (let index = 0; index < query.length; index++) similarity += query[index]! * vector[index]!;
      if (nearest.length === k && similarity <= nearest[k - 1]!.similarity) continue;
      const place = nearest.findIndex((other) => other.similarity < similarity);
      nearest.splice(place === -1 ? nearest.length : place, 0, { similarity, row });
      if (nearest.length > k) nearest.pop();
    }
    const votes = new Map<string, number>();
    // The fourth power lets a near query outvote several that are merely not far.
    for (const { similarity, row } of nearest)
      votes.set(labels[row]!, (votes.get(labels[row]!) ?? 0) + Math.max(0, similarity) ** 4);
    const best = [...votes].reduce((a, b) => (b[1] > a[1] ? b : a));
    const sum = nearest.reduce((total, { similarity }) => total + similarity, 0);
    return { label: best[0], similarity: sum / nearest.length };
  };
}
