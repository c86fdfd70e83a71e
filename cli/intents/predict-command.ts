// `intents predict`: what a classifier takes texts for, a line each.
import { openIntentClassifier } from '#rag/open-intent-classifier.ts';
import { openJsonLines, showProgress } from '../scripts/command.ts';
import type { IntentTools } from './judge-intents.ts';
import { findModelFile } from './model-file.ts';
import { predictIntents, readTexts } from './predict-intents.ts';

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
