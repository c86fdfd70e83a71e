// An intent classifier from its file. The text becomes a vector by the embedder that also searches.
import { readFile } from 'node:fs/promises';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { IntentClassifier } from '#core/intent-classifier.ts';
import { checkEmbedder, guessIntent, type IntentModel, readIntentModel } from './intent-model.ts';

/** What a longer text says besides does not change what it is about, and the embedder reads a few hundred words anyway. */
const charactersRead = 10_000;

/** Rejects with `model-invalid` if the file is missing, damaged, or belongs to another embedder. */
export async function openIntentClassifier(path: string, embedder: Embedder): Promise<IntentClassifier> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'model-invalid',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  const model = readIntentModel(text, path);
  checkEmbedder(model, embedder, path);
  return createIntentClassifier(model, embedder);
}

/** `model` was trained with `embedder`; while that is another one, nothing is guessed. */
export function createIntentClassifier(model: IntentModel, embedder: Embedder): IntentClassifier {
  return {
    labels: model.labels,
    async classify(text, options) {
      const read = text.slice(0, charactersRead);
      // A running server may have swapped to a generation of another model.
      if (read.trim() === '' || embedder.modelId !== model.embedder) return undefined;
      return guessIntent(model, await embedder.embedQuery(read, options), read);
    },
  };
}
