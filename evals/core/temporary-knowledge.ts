// A knowledge base for one suite, built by the real ingestion job in a temporary folder that goes when it is closed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { runIngestJob } from '#ingest/job.ts';
import { defaultInternalRules } from '#ingest/source-settings.ts';
import { createFields } from '#ingest/sources/field-map.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { readSource } from '#ingest/sources/read-source.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';

export interface IngestedFolder extends AsyncDisposable {
  /** A data folder with one published generation; gone when it is disposed. */
  readonly dataDir: string;
}

interface TemporarySource {
  readonly embedder: Embedder;
  /** One source, as with `answerdesk ingest PATH...`. */
  readonly paths: readonly string[];
}

/** The embedder is needed no longer afterwards, and stays open. */
export async function ingestTemporarily(
  { embedder, paths }: TemporarySource,
  { signal }: CallOptions = {},
): Promise<IngestedFolder> {
  const dataDir = await mkdtemp(join(tmpdir(), 'answerdesk-evals-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    await ingestInto(dataDir, { embedder, paths }, { signal });
    return { dataDir, [Symbol.asyncDispose]: remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** Into a folder that stays: a second time, only what is new is embedded. */
export async function ingestInto(
  dataDir: string,
  { embedder, paths }: TemporarySource,
  { signal }: CallOptions = {},
): Promise<void> {
  const { files } = await findFiles(paths);
  await runIngestJob({
    dataDir,
    openEmbedder: async () => embedder,
    source: {
      name: 'evals',
      items: readSource(files, createFields(), { signal }),
      redactor: createDefaultRedactor(),
      internalRules: defaultInternalRules,
      transcriptsAudience: 'customer',
    },
    acceptModelChange: true,
    signal,
  });
}

export interface TemporaryKnowledge extends AsyncDisposable {
  readonly knowledge: KnowledgeBase;
  readonly document: (id: string) => Document | undefined;
  /** Texts of the articles that customers may read, addresses of the pages behind them. */
  readonly articles: readonly string[];
}

/** The embedder must stay open as long as the knowledge base is asked. */
export async function openTemporaryKnowledge(
  source: TemporarySource,
  options: CallOptions = {},
): Promise<TemporaryKnowledge> {
  await using stack = new AsyncDisposableStack();
  const { dataDir } = stack.use(await ingestTemporarily(source, options));
  const store = stack.adopt(
    await openKnowledgeBase({ dataDir, embedder: source.embedder, pollIntervalMs: 0 }),
    (opened) => opened.close(),
  );
  const { documents = [] } = (await openCurrentGeneration(dataDir)) ?? {};
  const articles = documents
    .filter(({ metadata }) => metadata.kind === 'article' && metadata.audience === 'customer')
    .map(({ pageContent, metadata }) => `${metadata.title}\n${pageContent}\n${metadata.url ?? ''}`);
  const byId = new Map(documents.map((document) => [document.id, document]));
  const closing = stack.move();
  return {
    knowledge: store.current(),
    document: (id) => byId.get(id),
    articles,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
