// `intents predict`: what a classifier takes texts for.
import { readFile } from 'node:fs/promises';
import { text as streamText } from 'node:stream/consumers';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { openIntentClassifier } from '#rag/open-intent-classifier.ts';
import { openJsonLines, showProgress } from '../scripts/command.ts';
import { findModelFile } from './model-file.ts';

export interface PredictRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** JSONL in place of `texts`; `-` is standard input. */
  readonly in: string | undefined;
  readonly out: string | undefined;
}

export async function predictCommand(
  request: PredictRequest,
  { open, signal }: { open: () => Promise<Embedder>; signal: AbortSignal },
): Promise<void> {
  const rows =
    request.in === undefined ? request.texts.map((text) => ({ text })) : await readTexts(request.in);
  const path = await findModelFile(request.model);
  const embedder = await open();
  try {
    const classifier = await openIntentClassifier(path, embedder);
    const lines = await openJsonLines(request.out);
    try {
      for (const [index, row] of rows.entries()) {
        const values = await embedder.embedQuery(row.text, { signal });
        const guess = classifier.classify(row.text, { modelId: embedder.modelId, values });
        const best = Object.entries(guess?.probabilities ?? {})
          .sort((a, b) => b[1] - a[1])
          .slice(0, 3)
          .map(([label, probability]) => ({ label, probability: round(probability) }));
        // A text without a word belongs to no class.
        await lines.write({
          ...row,
          label: guess?.label ?? null,
          probability: round(guess?.probability ?? 0),
          sure: guess?.sure ?? false,
          familiar: guess?.familiar ?? false,
          best,
        });
        showProgress(index + 1, rows.length);
      }
    } finally {
      await lines.close();
    }
  } finally {
    await embedder.close();
  }
}

async function readTexts(path: string): Promise<{ text: string }[]> {
  const content = await (path === '-' ? streamText(process.stdin) : readFile(path, 'utf8')).catch(
    (cause: unknown) => {
      throw new AppError(
        'bad-input',
        `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
        {
          cause,
        },
      );
    },
  );
  return content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const row: unknown = JSON.parse(line);
      if (typeof row === 'object' && row !== null && 'text' in row && typeof row.text === 'string')
        return [row as { text: string }];
    } catch {
      // Said below, with its number, as for any other line without a text.
    }
    throw new AppError('bad-input', `${path}, line ${index + 1}: not a JSON object with a text.`);
  });
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
