// `intents eval`: a classifier on labelled texts that it was not trained on.

import { describeMetrics } from '#learning/intents/describe-metrics.ts';
import { type IntentTools, type JudgeRequest, judgeIntents } from '#learning/intents/judge-intents.ts';
import { showProgress } from '../command.ts';

export async function evalCommand(
  { json, ...request }: JudgeRequest & { readonly json: boolean },
  tools: IntentTools,
): Promise<void> {
  const { evaluation, notes } = await judgeIntents(request, { ...tools, progress: showProgress });
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stderr.write(`${describeMetrics(evaluation)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(evaluation.metrics)}\n`);
}
