// What the console needs to bring articles in: uploaded files, runs of reading, and what is published.
import type { GenerationInfo } from '#core/retriever.ts';
import { createIngestRuns, type IngestRuns, type IngestRunsOptions } from '#jobs/articles/ingest-runs.ts';
import { createUploadedFiles, type UploadedFiles } from '#jobs/articles/uploaded-files.ts';
import type { Knowledge } from './open-knowledge.ts';

export interface ArticleWork extends AsyncDisposable {
  readonly files: UploadedFiles;
  readonly runs: IngestRuns;
  /** Of the generation in use; none without one. */
  sources(): GenerationInfo['sources'];
}

export interface ArticleWorkOptions extends Pick<IngestRunsOptions, 'program'> {
  readonly dataDir: string;
  readonly knowledge: Pick<Knowledge, 'current' | 'refresh'>;
}

export function openArticleWork({ dataDir, knowledge, program }: ArticleWorkOptions): ArticleWork {
  const runs = createIngestRuns({ program, refresh: () => knowledge.refresh() });
  return {
    files: createUploadedFiles(dataDir),
    runs,
    sources() {
      try {
        return knowledge.current().generation.sources;
      } catch {
        // Nothing was published yet.
        return [];
      }
    },
    [Symbol.asyncDispose]: () => runs[Symbol.asyncDispose](),
  };
}
