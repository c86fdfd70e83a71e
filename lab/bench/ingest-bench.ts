// Ingestion as a user runs it, process start and model loading included.

import { chunkContext } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { editOnePercent, makeArticles, writeArticles } from './corpus.ts';
import { ingest } from './knowledge.ts';
import type { BenchRow } from './report.ts';
import { inTurns, spread, spreadOfPairs, timeMs } from './statistics.ts';
import type { Workspace } from './workspace.ts';

/** Enough to embed for some seconds; all of them would take minutes each time. */
const passagesAgainstEmbedding = 2_000;
const edits = 3;

/** Passages a second of the whole job, beside its embedding alone. */
export async function benchIngestSpeed(
  workspace: Workspace,
  embedder: Embedder,
  passages: number,
): Promise<BenchRow[]> {
  const articles = await workspace.folder('articles');
  await writeArticles(articles, await makeArticles(Math.min(passages, passagesAgainstEmbedding)));
  let dataDir = '';
  const whole = async () => {
    dataDir = await workspace.folder('data');
    const { ms, chunks } = await ingest(workspace, articles, dataDir);
    return chunks.embedded / (ms / 1000);
  };
  await whole();
  const texts = (await openCurrentGeneration(dataDir))!.chunks.map(chunkContext);
  const alone = async () => texts.length / ((await timeMs(() => embedder.embedDocuments(texts))) / 1000);
  return [
    {
      name: 'ingestion, end to end',
      note: `${texts.length} passages`,
      unit: 'passages/s',
      peer: 'its embedding alone',
      ...spreadOfPairs(await inTurns(3, whole, alone)),
      targets: { ratio: '>= 0.8' },
    },
  ];
}

/** One first time, then again and again with one article in a hundred edited. */
export async function benchReingest(workspace: Workspace, passages: number): Promise<BenchRow[]> {
  const articles = await workspace.folder('articles');
  const dataDir = await workspace.folder('data');
  const all = await makeArticles(passages);
  await writeArticles(articles, all);
  const first = await ingest(workspace, articles, dataDir);
  const again: { ms: number; embedded: number }[] = [];
  for (let round = 0; round < edits; round++) {
    await writeArticles(articles, editOnePercent(all, round));
    const { ms, chunks } = await ingest(workspace, articles, dataDir);
    again.push({ ms, embedded: chunks.embedded });
  }
  const seconds = again.map(({ ms }) => ms / 1000);
  const firstSeconds = first.ms / 1000;
  return [
    {
      name: 'ingesting again, 1 % of the articles edited',
      note: `${again.map(({ embedded }) => embedded).join(', ')} of ${first.chunks.total} passages embedded`,
      unit: 's',
      ours: spread(seconds),
      peer: 'the first time',
      theirs: spread([firstSeconds]),
      ratio: spread(seconds.map((value) => value / firstSeconds)),
      targets: { ratio: '<= 0.02' },
    },
  ];
}
