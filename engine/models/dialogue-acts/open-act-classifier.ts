// The classifier of dialogue acts that ships.
import { readFileSync } from 'node:fs';
import type { ActClassifier } from '#core/dialogue-acts.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { createActClassifier, readActModel } from './act-model.ts';

export const shippedActModel = packagePath('data/models/dialogue-acts/model.json');

/** Throws `model-invalid` if the file is missing or damaged. */
export function openActClassifier(path = shippedActModel): ActClassifier {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
  return createActClassifier(readActModel(text, path));
}
