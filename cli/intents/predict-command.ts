// `intents predict`: what a classifier takes texts for, a line each.

import type { IntentTools } from '#learning/intents/judge-intents.ts';
import { findModelFile } from '#learning/intents/model-file.ts';
import { predictIntents, readTexts } from '#learning/intents/predict-intents.ts';
import { openIntentClassifier } from '#models/intents/open-intent-classifier.ts';
import { openJsonLines, showProgress } from '../command.ts';

export interface PredictRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** JSONL in place of `texts`; `-` is standard input. */
  readonly in: string | undefined;
  readonly out: string | undefined;
}

export async function predictCommand(request: PredictRequest, { open, signal }: IntentTools): Promise<void> {
  const rows =
    request.in === undefined ? request.texts.map((text) => ({ text })) : await readTexts(request.in);
  const path = await findModelFile(request.model);
  const embedder = await open();
  try {
    const classifier = await openIntentClassifier(path, embedder);
    const lines = await openJsonLines(request.out);
    try {
      let done = 0;
      for await (const row of predictIntents(rows, { classifier, embedder }, { signal })) {
        await lines.write(row);
        showProgress(++done, rows.length);
      }
    } finally {
      await lines.close();
    }
  } finally {
    await embedder.close();
  }
}
