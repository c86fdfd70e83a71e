// The knowledge base that the other rows are measured with: bench articles, ingested by the real job. It stays in the system's
// temporary folder, because embedding ten thousand passages takes minutes; the job itself sees what of it is still valid.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import { type Generation, openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { makeArticles, writeArticles } from './corpus.ts';
import type { Workspace } from './workspace.ts';

export interface BenchKnowledge {
  /** What a server can be started on. */
  readonly dataDir: string;
  readonly generation: Generation;
}

export function knowledgeFolder(passages: number): string {
  return join(tmpdir(), `answerdesk-bench-${passages}`);
}

/** `dataDir`: one that is published already. */
export async function openBenchKnowledge(
  workspace: Workspace,
  { passages, dataDir: given }: { readonly passages: number; readonly dataDir?: string | undefined },
): Promise<BenchKnowledge> {
  const dataDir = given ?? knowledgeFolder(passages);
  if (given === undefined) {
    const articles = await workspace.folder('articles');
    await writeArticles(articles, await makeArticles(passages));
    await ingest(workspace, articles, dataDir);
  }
  const generation = await openCurrentGeneration(dataDir);
  if (!generation) throw new AppError('internal', `The bench's knowledge base is missing in ${dataDir}.`);
  return { dataDir, generation };
}

export interface IngestRun {
  /** The whole process, from its start to its end. */
  readonly ms: number;
  readonly chunks: { readonly total: number; readonly embedded: number };
}

export async function ingest(workspace: Workspace, articles: string, dataDir: string): Promise<IngestRun> {
  const { stdout, ms } = await workspace.run('cli/main.ts', {
    // The folder of an earlier bench may be of another model, and nobody is answered from it.
    args: ['ingest', articles, '--source', 'bench', '--json', '--accept-model-change'],
    settings: { ANSWERDESK_DATA_DIR: dataDir },
  });
  return { ms, chunks: JSON.parse(stdout).chunks };
}
