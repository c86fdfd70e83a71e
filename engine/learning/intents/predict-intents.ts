// What a classifier takes texts for.
import { readFile } from 'node:fs/promises';
import { text as streamText } from 'node:stream/consumers';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { IntentClassifier } from '#core/intent-classifier.ts';

export interface TextRow {
  readonly text: string;
}

export interface PredictedRow extends TextRow {
  /** Null for a text without a word, which belongs to no class. */
  readonly label: string | null;
  readonly probability: number;
  readonly sure: boolean;
  readonly familiar: boolean;
  /** The three most probable classes, best first. */
  readonly best: readonly { readonly label: string; readonly probability: number }[];
}

/** Other fields of a row are passed on. */
export async function* predictIntents(
  rows: readonly TextRow[],
  { classifier, embedder }: { readonly classifier: IntentClassifier; readonly embedder: Embedder },
  { signal }: CallOptions = {},
): AsyncGenerator<PredictedRow> {
  for (const row of rows) {
    const values = await embedder.embedQuery(row.text, { signal });
    const guess = classifier.classify(row.text, { modelId: embedder.modelId, values });
    const best = Object.entries(guess?.probabilities ?? {})
      .sort((a, b) => b[1] - a[1])
      .slice(0, 3)
      .map(([label, probability]) => ({ label, probability: round(probability) }));
    yield {
      ...row,
      label: guess?.label ?? null,
      probability: round(guess?.probability ?? 0),
      sure: guess?.sure ?? false,
      familiar: guess?.familiar ?? false,
      best,
    };
  }
}

/** JSONL; `-` is standard input. Throws `bad-input` naming the first line without a text. */
export async function readTexts(path: string): Promise<TextRow[]> {
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
        return [row as TextRow];
    } catch {
      // Said below, with its number, as for any other line without a text.
    }
    throw new AppError('bad-input', `${path}, line ${index + 1}: not a JSON object with a text.`);
  });
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
