// The intents that conversations are sorted into: those of the team's taxonomy, else clusters, which are kept with their names so that
// the next run sorts into the same ones. A new run of clustering gives a cluster that is still there its old name.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { dotProduct } from '#core/vector-matrix.ts';
import type { Clustering } from './cluster-intents.ts';
import type { LabellingFunction } from './labelling-function.ts';
import { nameClusters } from './name-clusters.ts';
import { nearestGroup, type VectorGroup } from './nearest-group.ts';

/** A centroid this near to an older one is the same intent. Cosine. */
const sameIntent = 0.85;
/** Below it a conversation resembles none of the groups. Cosine with an example, and with a centroid. */
const leastExample = 0.4;
const leastCentroid = 0.35;
const sureMargin = 0.1;

const fileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  modelId: z.string(),
  silhouette: z.number(),
  groups: z.array(z.strictObject({ name: z.string().min(1), centroid: z.base64() })),
});

export interface IntentGroups {
  /** Vectors of two embedders cannot be compared. */
  readonly modelId: string;
  /** Of the clustering. */
  readonly silhouette: number;
  readonly groups: readonly VectorGroup[];
}

/** `texts[row]` is what `clustering.assigned[row]` was computed of. Largest group first. */
export function groupsOf(
  clustering: Clustering,
  {
    texts,
    modelId,
    before,
  }: {
    readonly texts: readonly string[];
    readonly modelId: string;
    readonly before?: IntentGroups | undefined;
  },
): IntentGroups {
  const members = clustering.centroids.map((centroid, cluster) => ({
    centroid,
    texts: texts.filter((_, row) => clustering.assigned[row] === cluster),
  }));
  const filled = members
    .filter(({ texts }) => texts.length > 0)
    .sort((a, b) => b.texts.length - a.texts.length);
  const names = nameClusters(filled.map(({ texts }) => texts));
  const known = before?.modelId === modelId ? [...before.groups] : [];
  const taken = new Set<string>();
  const groups = filled.map(({ centroid }, position) => {
    const nearest = nearestGroup(
      known.filter(({ name }) => !taken.has(name)),
      centroid,
    );
    const name =
      nearest && nearest.cosine >= sameIntent ? nearest.name : unused(names[position]!, known, taken);
    taken.add(name);
    return { name, vectors: [centroid] };
  });
  return { modelId, silhouette: clustering.silhouette, groups };
}

/** An old name stays with the intent that had it. */
function unused(name: string, known: readonly VectorGroup[], taken: ReadonlySet<string>): string {
  const isFree = (one: string) => !taken.has(one) && !known.some((group) => group.name === one);
  let free = name;
  for (let number = 2; !isFree(free); number++) free = `${name}-${number}`;
  return free;
}

export function intentFunction(
  groups: readonly VectorGroup[],
  { from }: { readonly from: 'taxonomy' | 'clusters' },
): LabellingFunction {
  const least = from === 'taxonomy' ? leastExample : leastCentroid;
  return {
    name: from,
    kind: 'intent',
    vote({ vector }) {
      const near = vector && nearestGroup(groups, vector);
      if (!near || near.cosine < least) return undefined;
      return { value: near.name, confidence: near.margin >= sureMargin ? 0.85 : 0.6 };
    },
  };
}

/** A second opinion: the words of an intent's name in what the customer wants. */
export function intentWordsFunction(groups: readonly VectorGroup[]): LabellingFunction {
  const names = groups.map(({ name }) => ({
    name,
    words: name
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .filter((word) => word.length >= 4),
  }));
  return {
    name: 'words',
    kind: 'intent',
    vote({ problem }) {
      const said = new Set(problem.toLowerCase().match(/\p{L}+/gu));
      const counted = names
        .map(({ name, words }) => ({ name, count: words.filter((word) => said.has(word)).length }))
        .sort((a, b) => b.count - a.count);
      const [best, next] = counted;
      if (!best || best.count === 0 || next?.count === best.count) return undefined;
      return { value: best.name, confidence: best.count > 1 ? 0.8 : 0.55 };
    },
  };
}

const fileName = 'intents.json';

/** Undefined if nothing was clustered yet. Throws `bad-input` for a file that is damaged. */
export async function readIntentGroups(folder: string): Promise<IntentGroups | undefined> {
  const path = join(folder, fileName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { modelId, silhouette, groups } = fileSchema.parse(JSON.parse(text));
    return {
      modelId,
      silhouette,
      groups: groups.map(({ name, centroid }) => ({ name, vectors: [decoded(centroid)] })),
    };
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} is damaged. Remove it: the next "answerdesk labels update" clusters anew.`,
      { cause },
    );
  }
}

export async function writeIntentGroups(
  folder: string,
  { modelId, silhouette, groups }: IntentGroups,
): Promise<void> {
  const file: z.infer<typeof fileSchema> = {
    schemaVersion: 1,
    modelId,
    silhouette,
    groups: groups.map(({ name, vectors: [centroid] }) => ({ name, centroid: encoded(centroid!) })),
  };
  const temporary = join(folder, `.${fileName}.${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(file, null, 1)}\n`);
  await rename(temporary, join(folder, fileName));
}

function encoded(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** Of norm 1, or nothing of it is. */
function decoded(text: string): Float32Array {
  const vector = new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
  const norm = Math.sqrt(dotProduct(vector, 0, vector, 0, vector.length));
  if (!(Math.abs(norm - 1) < 1e-3)) throw new Error('a centroid is not of norm 1');
  return vector;
}
