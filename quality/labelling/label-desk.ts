// Labels what a desk has: opens its knowledge base and embedder, finds products and intents, and has every conversation voted on.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { matrixRow, stackVectors } from '#core/vector-matrix.ts';
import { type Generation, openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { embedTexts } from '#learning/intents/embed-texts.ts';
import { clusterVectors } from '#learning/labels/cluster-intents.ts';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import {
  groupsOf,
  type IntentGroups,
  intentFunction,
  intentWordsFunction,
  readIntentGroups,
  writeIntentGroups,
} from '#learning/labels/intent-groups.ts';
import type { WeakKind } from '#learning/labels/label-kinds.ts';
import type { LabellingFunction } from '#learning/labels/labelling-function.ts';
import type { VectorGroup } from '#learning/labels/nearest-group.ts';
import { findProductNames, productsOfArticles } from '#learning/labels/product-names.ts';
import { type ArticlePassages, languageFunctions } from '#learning/labels/read-conversation.ts';
import { readTaxonomy, type Taxonomy } from '#learning/labels/taxonomy.ts';
import { type UpdateSummary, updateLabels, votesOn } from '#learning/labels/update-labels.ts';
import { productFunctions } from '#learning/labels/vote-product.ts';
import { reasonExamples, reasonFunctions } from '#learning/labels/vote-reason.ts';
import { resolutionFunctions } from '#learning/labels/vote-resolution.ts';
import { sentimentFunctions } from '#learning/labels/vote-sentiment.ts';
import type { WeakRow } from '#learning/labels/weak-labels.ts';
import { chooseEmbedder, openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import { readConversations } from './read-conversations.ts';

export interface LabelDeskRequest {
  /** YAML of the team; kept in the data folder for later runs. */
  readonly taxonomy?: string | undefined;
  /** Clusters anew although there are clusters. */
  readonly recluster?: boolean;
  /** Conversations that are none of the desk's: they are labelled with the same rules, and neither kept nor learnt from. */
  readonly alsoLabel?: readonly ConversationRecord[];
}

export interface LabelDeskOptions extends CallOptions {
  readonly progress?: ((done: number) => void) | undefined;
}

export interface LabelledDesk extends UpdateSummary {
  readonly intents: {
    readonly from: 'taxonomy' | 'clusters' | 'none';
    readonly names: readonly string[];
    readonly silhouette?: number;
  };
  readonly products: readonly string[];
  /** Of each of `alsoLabel`: what the surest rule says. */
  readonly alsoLabelled: readonly Readonly<Partial<Record<WeakKind, string>>>[];
}

/** Clusters are found on so many conversations, chosen by the hash of their id; the others are sorted into them. */
const clusterSample = 2_000;
/** Fewer say nothing about which groups there are. */
const leastToCluster = 20;
/** Of the labelling functions: one more makes every conversation be read again. */
const functionsVersion = 4;

export function labelsFolder(dataDir: string): string {
  return join(dataDir, 'labels');
}

export async function labelDesk(
  config: Pick<Config, 'dataDir' | 'embedder'>,
  { taxonomy: taxonomyPath, recluster = false, alsoLabel = [] }: LabelDeskRequest,
  { signal, progress }: LabelDeskOptions,
): Promise<LabelledDesk> {
  const { dataDir } = config;
  const folder = labelsFolder(dataDir);
  await mkdir(folder, { recursive: true });
  const taxonomy = await keepTaxonomy(folder, taxonomyPath);
  const generation = await openCurrentGeneration(dataDir);
  const documents = generation?.documents ?? [];
  const articles = generation && articlePassages(generation);
  const embedder = generation
    ? await openChosenEmbedder(await chooseEmbedder(config.embedder, dataDir, generation.info.modelId))
    : undefined;
  try {
    if (generation && embedder && embedder.modelId !== generation.info.modelId)
      throw new AppError(
        'knowledge-base-mismatch',
        `The knowledge base was made with ${generation.info.modelId}, ANSWERDESK_EMBEDDER names ${embedder.modelId}. Unset it, or ingest again.`,
      );
    const conversations = () => readConversations(dataDir, documents);
    const products = taxonomy.products ?? findProductNames(documents);
    const ofArticle = productsOfArticles(documents, products);
    const intents = embedder
      ? await findIntents({ folder, taxonomy, recluster, embedder, conversations, signal })
      : { from: 'none' as const, groups: [] };
    const functions: LabellingFunction[] = [
      ...languageFunctions,
      ...sentimentFunctions,
      ...resolutionFunctions,
      ...productFunctions({ names: products, ofArticle }),
      ...reasonFunctions(embedder ? await reasonGroups(embedder, signal) : []),
      ...(intents.from === 'none'
        ? []
        : [intentFunction(intents.groups, { from: intents.from }), intentWordsFunction(intents.groups)]),
    ];
    const rules = { functions, ...(embedder ? { embedder } : {}), ...(articles ? { articles } : {}) };
    const summary = await updateLabels(
      {
        folder,
        conversations,
        ...rules,
        stamp: stampOf([
          functionsVersion,
          generation?.info.id,
          generation?.info.modelId,
          products,
          intents.groups.map(({ name, vectors }) => [name, vectors.map((vector) => vector[0])]),
        ]),
      },
      { signal, progress },
    );
    const votes = await votesOn(alsoLabel, rules, { signal });
    const names = intents.groups.map(({ name }) => name);
    const { silhouette } = intents;
    return {
      ...summary,
      intents: { from: intents.from, names, ...(silhouette === undefined ? {} : { silhouette }) },
      products: products.map(({ name }) => name),
      alsoLabelled: votes.map(surest),
    };
  } finally {
    await embedder?.close();
  }
}

function surest(votes: WeakRow['votes']): Partial<Record<WeakKind, string>> {
  return Object.fromEntries(
    Object.entries(votes).map(([kind, cast]) => [
      kind,
      cast.reduce((best, one) => (one[2] > best[2] ? one : best))[1],
    ]),
  );
}

interface FoundIntents {
  readonly from: 'taxonomy' | 'clusters' | 'none';
  readonly groups: readonly VectorGroup[];
  readonly silhouette?: number;
}

async function findIntents({
  folder,
  taxonomy,
  recluster,
  embedder,
  conversations,
  signal,
}: CallOptions & {
  readonly folder: string;
  readonly taxonomy: Taxonomy;
  readonly recluster: boolean;
  readonly embedder: Embedder;
  readonly conversations: () => ReturnType<typeof readConversations>;
}): Promise<FoundIntents> {
  if (taxonomy.intents) {
    const texts = taxonomy.intents.flatMap(({ examples }) => examples);
    const vectors = await embedTexts(embedder, texts, { signal });
    const groups = taxonomy.intents.map(({ name, examples }) => ({
      name,
      vectors: vectors.splice(0, examples.length),
    }));
    return { from: 'taxonomy', groups };
  }
  const before = await readIntentGroups(folder);
  if (before && before.modelId === embedder.modelId && !recluster) return clustersOf(before);
  const sample: { rank: string; text: string }[] = [];
  for await (const { id, problem } of conversations()) {
    if (problem === '') continue;
    sample.push({ rank: createHash('sha256').update(id).digest('hex').slice(0, 16), text: problem });
    if (sample.length > 2 * clusterSample) keepFirst(sample);
  }
  keepFirst(sample);
  if (sample.length < leastToCluster) return { from: 'none', groups: [] };
  const texts = sample.map(({ text }) => text);
  const vectors = await embedTexts(embedder, texts, { signal });
  const found = groupsOf(clusterVectors(vectors, { signal }), { texts, modelId: embedder.modelId, before });
  await writeIntentGroups(folder, found);
  return clustersOf(found);
}

function clustersOf({ groups, silhouette }: IntentGroups): FoundIntents {
  return { from: 'clusters', groups, silhouette };
}

function keepFirst(sample: { rank: string; text: string }[]): void {
  sample.sort((a, b) => (a.rank < b.rank ? -1 : 1)).splice(clusterSample);
}

async function reasonGroups(embedder: Embedder, signal: AbortSignal | undefined): Promise<VectorGroup[]> {
  const entries = Object.entries(reasonExamples);
  const vectors = await embedTexts(
    embedder,
    entries.flatMap(([, examples]) => examples),
    { signal },
  );
  return entries.map(([name, examples]) => ({ name, vectors: vectors.splice(0, examples.length) }));
}

/** Of articles for customers, those that a newer version replaces left out. */
export function articlePassages({
  chunks,
  vectors,
  info,
}: Pick<Generation, 'chunks' | 'vectors' | 'info'>): ArticlePassages {
  const rows = [...chunks.keys()].filter((row) => {
    const { kind, audience, supersededBy } = chunks[row]!;
    return kind === 'article' && audience === 'customer' && supersededBy === undefined;
  });
  return {
    chunks: rows.map((row) => chunks[row]!),
    vectors: stackVectors(
      rows.map((row) => matrixRow(vectors, row)),
      info.dimensions,
    ),
  };
}

/** The one given, which is kept; else the one kept; else an empty one. Throws `bad-input`. */
export async function keepTaxonomy(folder: string, path: string | undefined): Promise<Taxonomy> {
  const kept = join(folder, 'taxonomy.yaml');
  const from = path ?? kept;
  const text = await readFile(from, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (path === undefined && cause.code === 'ENOENT') return undefined;
    throw new AppError('bad-input', `${from} cannot be read: ${cause.message}`, { cause });
  });
  if (text === undefined) return {};
  const taxonomy = readTaxonomy(text, from);
  if (path !== undefined) await writeFile(kept, text);
  return taxonomy;
}

function stampOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}
