// `intents eval`: a classifier on labelled texts that it was not trained on.
import { showProgress } from '../scripts/command.ts';
import { describeMetrics } from './describe-metrics.ts';
import { type IntentTools, type JudgeRequest, judgeIntents } from './judge-intents.ts';

export async function evalCommand(
  { json, ...request }: JudgeRequest & { readonly json: boolean },
  tools: IntentTools,
): Promise<void> {
  const { evaluation, notes } = await judgeIntents(request, { ...tools, progress: showProgress });
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stderr.write(`${describeMetrics(evaluation)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(evaluation.metrics)}\n`);
}
