// `answerdesk finetune build`: makes a training set of the desk's conversations and articles.
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { buildTrainingSet, type TrainingSetRequest } from '#fine-tuning/build/build-training-set.ts';
import { showProgress } from '../command.ts';
import { lockTraining } from '../privacy/lock-data-folder.ts';

export async function buildCommand(
  request: TrainingSetRequest,
  { json, signal }: CallOptions & { readonly json: boolean },
): Promise<void> {
  const config = loadConfig();
  using _lock = lockTraining(config.dataDir);
  const { folder, card } = await buildTrainingSet(config, request, { signal, progress: showProgress });
  if (json) return void process.stdout.write(`${JSON.stringify({ folder, ...card })}\n`);
  const { train, validation, test } = card.splits;
  const left = Object.entries(card.leftOut).map(([why, count]) => `  ${count} ${why}`);
  process.stdout.write(
    [
      `${train.examples} examples to learn from (${train.ofArticles} of articles, ${train.refusals} refusals), ${validation.examples} to stop by, ${test.examples} to judge by.`,
      ...(left.length > 0 ? ['Left out:', ...left] : []),
      `Read ${folder}/card.md and some lines of train.jsonl before you train on it.`,
      '',
    ].join('\n'),
  );
}
