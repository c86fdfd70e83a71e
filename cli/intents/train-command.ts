// `intents train`: labels in, a model, its report and its card out.

import { describeMetrics } from '#learning/intents/describe-metrics.ts';
import type { IntentTools } from '#learning/intents/judge-intents.ts';
import { type LearnRequest, learnIntents } from '#learning/intents/learn-intents.ts';
import { showProgress } from '../command.ts';

export async function trainCommand(
  { json, ...request }: LearnRequest & { readonly json: boolean },
  tools: IntentTools,
): Promise<void> {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const learned = await learnIntents(request, { ...tools, progress: showProgress, say });
  const { model, modelFile, reportFile, crossValidated, tested, embeddingMs, trainingMs } = learned;
  const { labels, training } = model;
  say(
    `${modelFile}: ${labels.length} classes, ${training.texts} texts, ${seconds(embeddingMs)} for vectors, ${seconds(trainingMs)} for training.`,
  );
  say(`Cross-validated:\n${describeMetrics(crossValidated)}`);
  if (tested) say(`On texts kept for testing:\n${describeMetrics(tested)}`);
  say(reportFile);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ crossValidated: crossValidated.metrics, ...(tested ? { tested: tested.metrics } : {}) })}\n`,
    );
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
