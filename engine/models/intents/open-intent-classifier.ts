// An intent classifier from its file. It is given the vector that also searches.
import { readFile } from 'node:fs/promises';
import { AppError } from '#core/errors.ts';
import type { IntentClassifier } from '#core/intent-classifier.ts';
import { checkEmbedder, guessIntent, type IntentModel, readIntentModel } from './intent-model.ts';

/** Rejects with `model-invalid` if the file is missing, damaged, or belongs to another embedder. */
export async function openIntentClassifier(
  path: string,
  embedder: { readonly modelId: string },
): Promise<IntentClassifier> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'model-invalid',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  const model = readIntentModel(text, path);
  checkEmbedder(model, embedder, path);
  return createIntentClassifier(model);
}

export function createIntentClassifier(model: IntentModel): IntentClassifier {
  return {
    labels: model.labels,
    classify(text, { modelId, values }) {
      // A running server may have swapped to a generation of another model.
      if (text.trim() === '' || modelId !== model.embedder) return undefined;
      return guessIntent(model, values, text);
    },
  };
}
