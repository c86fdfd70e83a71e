// Passages embedded a second, beside @huggingface/transformers over the same texts.
import { access, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chunkContext } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { openOnnxEmbedder } from '#models/embedder/onnx-embedder.ts';
import type { BenchRow } from './report.ts';
import { inTurns, spread, spreadOfPairs, timeMs } from './statistics.ts';
import type { Workspace } from './workspace.ts';

const textsEmbedded = 192;
const rounds = 5;
const batchSizes = [1, 8, 32];
const peerName = '@huggingface/transformers, int8 bge-small';

export interface EmbeddingBench {
  readonly workspace: Workspace;
  readonly generation: Generation;
  readonly embedder: Embedder;
  /** With model.onnx and tokenizer.json of an int8 bge-small-en-v1.5. */
  readonly peerModel: string | undefined;
}

export async function benchEmbedding({
  workspace,
  generation,
  embedder,
  peerModel,
}: EmbeddingBench): Promise<BenchRow[]> {
  const texts = generation.chunks.slice(0, textsEmbedded).map(chunkContext);
  const perSecond = (by: Embedder) => async () =>
    texts.length / ((await timeMs(() => by.embedDocuments(texts))) / 1000);
  const ours = perSecond(embedder);
  await ours();
  const name = 'embedding';
  const unit = 'passages/s';
  if (peerModel === undefined) {
    const measured: number[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await ours());
    const missing = `${peerName}: give --peer-model FOLDER, see --help`;
    return [{ name, unit, ours: spread(measured), missing, targets: { ratio: '>= 2' } }];
  }

  await access(join(peerModel, 'model.onnx'));
  const input = join(await workspace.folder('peer'), 'texts.json');
  await writeFile(input, JSON.stringify(texts));
  const peer = async (batchSize: number): Promise<number> => {
    const { stdout } = await workspace.run('lab/bench/transformers-peer.ts', {
      args: [resolve(peerModel), input, String(batchSize)],
    });
    return JSON.parse(stdout).textsPerSecond;
  };
  const tried = new Map<number, number>();
  for (const size of batchSizes) tried.set(size, await peer(size));
  const best = batchSizes.reduce((a, b) => (tried.get(b)! > tried.get(a)! ? b : a));
  const theirs = () => peer(best);
  const batches = batchSizes.map((size) => `${size}: ${tried.get(size)!.toFixed(1)}`).join(', ');
  const pairs = await inTurns(rounds, ours, theirs);

  const sameModel = await openOnnxEmbedder(peerModel);
  const oursWithTheirs = perSecond(sameModel);
  await oursWithTheirs();
  const sameModelPairs = await inTurns(rounds, oursWithTheirs, theirs);
  await sameModel.close();
  return [
    {
      name: 'embedding, the same model on both sides',
      note: `peer at its best batch size: ${batches}`,
      unit,
      peer: peerName,
      ...spreadOfPairs(sameModelPairs),
    },
    {
      name,
      unit,
      peer: peerName,
      ...spreadOfPairs(pairs),
      targets: { ratio: '>= 2' },
    },
  ];
}
