// Collects the data report of a desk: labels what is new, then reads documents, labels, quarantine and, where one is named, an evals run.
import { basename } from 'node:path';
import type { Config } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { type Generation, openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { readGoldLabels } from '#learning/labels/gold-labels.ts';
import { readWeakRows, weakFile } from '#learning/labels/weak-labels.ts';
import { chooseEmbedder, openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import { findContradictions } from '../contradictions/find-contradictions.ts';
import { measureAgreement } from '../labelling/label-agreement.ts';
import { labelDesk, labelsFolder } from '../labelling/label-desk.ts';
import type { DataReport } from './data-report.ts';
import { duplicateArticles, freshnessOf, lengthsOf, missingInArticles } from './describe-articles.ts';
import { readEvalsCases } from './evals-cases.ts';
import { readLabelled } from './read-labelled.ts';
import { readLeftOut } from './read-left-out.ts';

export interface CollectRequest {
  /** Id or folder of an evals run, for the correctness of citations. */
  readonly evals?: string | undefined;
  readonly evalsDir: string;
}

export async function collectReport(
  config: Pick<Config, 'dataDir' | 'embedder'>,
  { evals, evalsDir }: CollectRequest,
  { signal, now = () => new Date() }: CallOptions & { readonly now?: () => Date } = {},
): Promise<DataReport> {
  const { dataDir } = config;
  const asked = evals === undefined ? [] : await readEvalsCases(evals, evalsDir);
  const { fitted, alsoLabelled } = await labelDesk(
    config,
    { alsoLabel: asked.map(({ record }) => record) },
    { signal },
  );
  const extra = asked.map(({ outcome }, at) => ({
    groups: { ...alsoLabelled[at], channel: 'evals' },
    outcome,
  }));
  const folder = labelsFolder(dataDir);
  const { current } = await readGoldLabels(folder);
  const generation = await openCurrentGeneration(dataDir);
  const documents = generation?.documents ?? [];
  const articles = documents.filter(({ metadata }) => metadata.kind === 'article');
  const titles = new Map(articles.map(({ id, metadata }) => [id, metadata.title]));
  const labelled = await readLabelled(readWeakRows(weakFile(folder)), { current, titles, extra });
  signal?.throwIfAborted();
  return {
    schemaVersion: 1,
    createdAt: now().toISOString(),
    ...(generation
      ? {
          generation: {
            id: generation.info.id,
            createdAt: generation.info.createdAt,
            modelId: generation.info.modelId,
          },
        }
      : {}),
    counts: {
      articles: articles.length,
      internalArticles: articles.filter(({ metadata }) => metadata.audience === 'internal').length,
      pastConversations: labelled.past,
      chatConversations: labelled.chat,
      cards: generation?.cards.length ?? 0,
      passages: generation?.chunks.length ?? 0,
      sources: sourcesOf(articles, labelled.bySource),
    },
    missing: [
      ...(articles.length > 0 ? missingInArticles(articles) : []),
      ...labelled.missing.filter(({ total }) => total > 0),
    ],
    lengths: [
      ...lengthsOf(
        'articles',
        articles.map(({ pageContent }) => pageContent.length),
      ),
      ...labelled.lengths,
    ],
    languages: languagesOf(articles, labelled.byLanguage),
    labels: labelled.labels,
    voters: fitted.voters,
    agreement: measureAgreement(current),
    duplicates: duplicateArticles(articles),
    contradictions: generation
      ? await contradictionsOf(config, generation, { signal })
      : { found: [], facts: 0, leftOut: 0 },
    leftOut: await readLeftOut(dataDir),
    freshness: freshnessOf(articles, now()),
    coverage: labelled.coverage,
    bias: labelled.bias,
    ...(evals === undefined ? {} : { evals: { run: basename(evals), cases: asked.length } }),
  };
}

async function contradictionsOf(
  { embedder: settings, dataDir }: Pick<Config, 'dataDir' | 'embedder'>,
  generation: Generation,
  { signal }: CallOptions,
): Promise<DataReport['contradictions']> {
  const embedder = await openChosenEmbedder(await chooseEmbedder(settings, dataDir, generation.info.modelId));
  try {
    return await findContradictions(
      { chunks: generation.chunks, vectors: generation.vectors, embedder },
      { signal },
    );
  } finally {
    await embedder.close();
  }
}

function sourcesOf(articles: readonly Document[], conversations: ReadonlyMap<string, number>) {
  const byArticles = Map.groupBy(articles, ({ metadata }) => metadata.source);
  return [...new Set([...byArticles.keys(), ...conversations.keys()])].map((name) => ({
    name,
    articles: byArticles.get(name)?.length ?? 0,
    conversations: conversations.get(name) ?? 0,
  }));
}

function languagesOf(articles: readonly Document[], conversations: ReadonlyMap<string, number>) {
  const byArticles = Map.groupBy(articles, ({ metadata }) => metadata.language);
  return [...new Set([...byArticles.keys(), ...conversations.keys()])]
    .map((language) => ({
      language,
      articles: byArticles.get(language)?.length ?? 0,
      conversations: conversations.get(language) ?? 0,
    }))
    .sort((a, b) => b.articles + b.conversations - a.articles - a.conversations);
}
