// Groups conversations by what they are about: spherical k-means (Dhillon and Modha, 2001) with k-means++ seeding, k chosen by the
// simplified silhouette. Near-copies are grouped elsewhere (cards/cluster-texts.ts); here every conversation gets a group, and how
// many groups there are is what has to be found.
import { dotProduct, normalize } from '#core/vector-matrix.ts';
import { randomFrom } from '../metrics/random.ts';

export interface Clustering {
  /** Of norm 1. */
  readonly centroids: readonly Float32Array[];
  /** By item: the position of its centroid. */
  readonly assigned: readonly number[];
  /** Mean simplified silhouette, -1 to 1: how much nearer items are to their own centroid than to the next. */
  readonly silhouette: number;
}

export interface ClusterOptions {
  readonly fewest?: number;
  readonly most?: number;
  readonly signal?: AbortSignal | undefined;
}

const seed = 14;
const restarts = 3;
const mostRounds = 30;
/** A cluster that a team can name holds at least so many conversations. */
const leastMembers = 5;
/** Between two values of k that are tried. */
const growth = 1.35;

/** The silhouette goes on growing slowly with k; the fewest groups that come this close to the best are those that a team can use. */
const closeEnough = 0.95;

/** The same vectors in the same order give the same result on every machine. Fewer than `2 * leastMembers` vectors are one cluster. */
export function clusterVectors(
  vectors: readonly Float32Array[],
  { fewest = 2, most = 60, signal }: ClusterOptions = {},
): Clustering {
  const largest = Math.min(
    most,
    Math.floor(vectors.length / leastMembers),
    Math.ceil(Math.sqrt(vectors.length)),
  );
  const tried: Clustering[] = [];
  for (
    let k = Math.min(fewest, largest);
    k > 1 && k <= largest;
    k = Math.max(k + 1, Math.round(k * growth))
  ) {
    signal?.throwIfAborted();
    tried.push(bestOf(vectors, k));
  }
  const best = Math.max(...tried.map(({ silhouette }) => silhouette));
  return tried.find(({ silhouette }) => silhouette >= closeEnough * best) ?? bestOf(vectors, 1);
}

function bestOf(vectors: readonly Float32Array[], k: number): Clustering {
  const random = randomFrom(seed + k);
  let best: Clustering | undefined;
  for (let restart = 0; restart < (k === 1 ? 1 : restarts); restart++) {
    const tried = spherical(vectors, seeds(vectors, k, random));
    if (!best || tried.silhouette > best.silhouette) best = tried;
  }
  return best!;
}

/** k-means++ (Arthur and Vassilvitskii, 2007): each next seed is far from those there are. */
function seeds(vectors: readonly Float32Array[], k: number, random: () => number): Float32Array[] {
  if (vectors.length === 0) return [];
  const chosen = [vectors[Math.floor(random() * vectors.length)]!];
  const distances = vectors.map((vector) => distance(vector, chosen[0]!));
  while (chosen.length < k) {
    let target = random() * distances.reduce((sum, value) => sum + value, 0);
    const at = distances.findIndex((value) => {
      target -= value;
      return target <= 0;
    });
    const next = vectors[at === -1 ? vectors.length - 1 : at]!;
    chosen.push(next);
    for (const [row, vector] of vectors.entries())
      distances[row] = Math.min(distances[row]!, distance(vector, next));
  }
  return chosen;
}

function spherical(vectors: readonly Float32Array[], start: readonly Float32Array[]): Clustering {
  let centroids = [...start];
  let assigned: number[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const next = vectors.map((vector) => nearestTwo(centroids, vector).first);
    const moved = next.some((cluster, row) => cluster !== assigned[row]);
    assigned = next;
    if (!moved) break;
    const sums = centroids.map((centroid) => new Float32Array(centroid.length));
    for (const [row, vector] of vectors.entries()) {
      const sum = sums[assigned[row]!]!;
      for (let at = 0; at < vector.length; at++) sum[at]! += vector[at]!;
    }
    // A cluster that lost all its members stays where it was.
    centroids = sums.map((sum, cluster) =>
      assigned.includes(cluster) ? normalize(sum) : centroids[cluster]!,
    );
  }
  const silhouettes = vectors.map((vector) => {
    const { own, next } = nearestTwo(centroids, vector);
    const [near, far] = [1 - own, 1 - next];
    return centroids.length < 2 || far === 0 ? 0 : (far - near) / Math.max(far, near);
  });
  const silhouette = silhouettes.reduce((sum, value) => sum + value, 0) / Math.max(1, vectors.length);
  return { centroids, assigned, silhouette };
}

function nearestTwo(centroids: readonly Float32Array[], vector: Float32Array) {
  let first = 0;
  let own = -2;
  let next = -2;
  for (const [cluster, centroid] of centroids.entries()) {
    const cosine = dotProduct(centroid, 0, vector, 0, vector.length);
    if (cosine > own) {
      next = own;
      own = cosine;
      first = cluster;
    } else if (cosine > next) next = cosine;
  }
  return { first, own, next };
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.max(0, 1 - dotProduct(a, 0, b, 0, a.length));
}
