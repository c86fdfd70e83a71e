// A knowledge base for one suite, built by the real ingestion job in a temporary folder that goes when it is closed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { openCurrentGeneration } from '#rag/generation-reader.ts';
import { openKnowledgeBase } from '#rag/knowledge-base.ts';
import { runIngestJob } from '../../ingest/job.ts';
import { createDefaultRedactor } from '../../ingest/redaction-profile.ts';
import { defaultInternalRules } from '../../ingest/source-settings.ts';
import { createFields } from '../../ingest/sources/field-map.ts';
import { findFiles } from '../../ingest/sources/find-files.ts';
import { readSource } from '../../ingest/sources/read-source.ts';

export interface TemporaryKnowledge extends AsyncDisposable {
  readonly dataDir: string;
  readonly knowledge: KnowledgeBase;
  /** Texts of the articles that customers may read, addresses of the pages behind them. */
  readonly articles: readonly string[];
}

/** `paths` become one source, as with `npm run ingest -- PATH...`. The embedder stays open. */
export async function openTemporaryKnowledge(
  { embedder, paths }: { readonly embedder: Embedder; readonly paths: readonly string[] },
  { signal }: CallOptions = {},
): Promise<TemporaryKnowledge> {
  const dataDir = await mkdtemp(join(tmpdir(), 'answerdesk-evals-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
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
      signal,
    });
    const store = await openKnowledgeBase({ dataDir, embedder, pollIntervalMs: 0 });
    const { documents = [] } = (await openCurrentGeneration(dataDir)) ?? {};
    return {
      dataDir,
      knowledge: store.current(),
      articles: documents
        .filter(({ metadata }) => metadata.kind === 'article' && metadata.audience === 'customer')
        .map(({ pageContent, metadata }) => `${metadata.title}\n${pageContent}\n${metadata.url ?? ''}`),
      async [Symbol.asyncDispose]() {
        await store.close();
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}
